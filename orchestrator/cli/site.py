"""Site options, checked: what goes into a ConfigMap must be no secret, and a CA must be one."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from orchestrator.cli.pem import read_pem
from orchestrator.errors import UsageError
from orchestrator.plan.model import DEFAULT_IMAGE, Nfs, Proxy, Site, Storage

if TYPE_CHECKING:
    from orchestrator.cli.options import NetworkOptions, SiteOptions

_POLICIES = ("Always", "IfNotPresent", "Never")
_REFERENCE = re.compile(
    r"(?:(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d+)?/)?"  # host
    r"[a-z0-9]+(?:[._/-]+[a-z0-9]+)*"  # path
    r"(?::\w[\w.-]{0,127})?(?:@\w[\w+.-]*:[0-9a-fA-F]{32,})?",  # tag, digest
    re.ASCII,
)
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")  # DNS-1123 subdomain
_MIRROR = re.compile(r"https?://[^\s/@]+(/\S*)?")
_EXPORT = re.compile(r"(?P<server>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(?P<path>/[^\x00-\x1f\x7f]*)")
_LONGEST_NAME, _LONGEST_LABEL = 253, 63


def read_network(options: "NetworkOptions") -> Site:
    """UsageError for what cannot be: a broken proxy URL, a CA file without certificates, …"""
    return Site(
        proxy=_proxy(options.proxy, options.no_proxy),
        ca_bundle=read_pem("--ca-file", options.ca_file) if options.ca_file else None,
        timeout=options.timeout,
    )


def read_site(options: "SiteOptions", namespace: str) -> Site:
    """The same for pods, which run in this namespace."""
    if options.image_pull_policy not in _POLICIES:
        raise UsageError(
            f"--image-pull-policy is {options.image_pull_policy!r}, not one of {', '.join(_POLICIES)}"
        )
    if options.proxy and options.proxy_secret:
        raise UsageError("--proxy and --proxy-secret both name the proxy: give one of them")
    _expect_names("--pull-secret", options.pull_secret or ())
    _expect_names("--proxy-secret", () if options.proxy_secret is None else [options.proxy_secret])
    _expect_names("--scheduler", () if options.scheduler is None else [options.scheduler], "scheduler")
    _expect_names("--queue", () if options.queue is None else [options.queue], "queue", _LONGEST_LABEL)
    pods = {
        "namespace": namespace,
        "image": read_image(options.image),
        "image_pull_policy": options.image_pull_policy,
        "pull_secrets": tuple(options.pull_secret or ()),
        "proxy_secret": options.proxy_secret,
        "storage": _storage(options),
        "mirrors": dict(map(_mirror, options.mirror or ())),
        "scheduler": options.scheduler,
        "queue": options.queue,
        "pull_images": tuple(read_image(image, "--pull-image") for image in options.pull_image or ()),
    }
    return read_network(options).model_copy(update=pods)


def read_image(reference: str | None, option: str = "--image") -> str:
    """The image to run probes in; UsageError for what no kubelet would take for the name of one."""
    if reference is None:
        return DEFAULT_IMAGE
    if not _REFERENCE.fullmatch(reference):
        raise UsageError(
            f"{option} {reference!r} is not an image reference such as registry.example/python:3.12"
        )
    return reference


def _storage(options: "SiteOptions") -> Storage:
    given = {"--storage-class": options.storage_class, "--claim": options.claim, "--nfs": options.nfs}
    named = {option: value for option, value in given.items() if value is not None}
    if len(named) > 1:
        raise UsageError(f"{' and '.join(named)} each name a volume: give one of them")
    _expect_names("--storage-class", filter(None, [options.storage_class]), "StorageClass")
    _expect_names("--claim", filter(None, [options.claim]), "PersistentVolumeClaim")
    nfs = None if options.nfs is None else _nfs(options.nfs)
    return Storage(storage_class=options.storage_class, claim=options.claim, nfs=nfs)


def _mirror(text: str) -> tuple[str, str]:
    registry, _, url = text.partition("=")
    if not _MIRROR.fullmatch(url) or not registry:
        raise UsageError(
            f"--mirror {text!r} is not REGISTRY=URL", hint="as docker.io=https://mirror.example/docker.io"
        )
    return registry, url


def _nfs(export: str) -> Nfs:
    found = _EXPORT.fullmatch(export)
    if not found:
        raise UsageError(f"--nfs {export!r} is no export: SERVER:/PATH, as nfs.example:/export/data")
    return Nfs(server=found["server"].strip("[]"), path=found["path"])


def _expect_names(
    option: str, names: Iterable[str], kind: str = "Secret", longest: int = _LONGEST_NAME
) -> None:
    """UsageError for what no object of the kind can be called."""
    for name in names:
        if len(name) > longest or not _NAME.fullmatch(name):
            raise UsageError(
                f"{option} {name!r} is no name of a {kind}",
                hint="such a name has lower-case letters, digits, - and ., the last two only in between",
            )


def _proxy(url: str | None, no_proxy: str) -> Proxy | None:
    if url is None:
        if no_proxy:
            raise UsageError("--no-proxy says what --proxy is not for: give --proxy as well")
        return None
    parts = _split(url)
    if parts.username or parts.password:
        raise UsageError(
            "--proxy holds credentials, and what a probe is given can be read by others in the namespace",
            hint="put HTTPS_PROXY and NO_PROXY into a Secret and name it with --proxy-secret",
        )
    return Proxy(https=url, no_proxy=no_proxy)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        if parts.scheme == "http" and parts.hostname and parts.port != 0:
            return parts
    except ValueError:
        pass
    raise UsageError("--proxy must be a URL such as http://proxy.example:3128")
