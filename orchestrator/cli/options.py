"""The options that commands share, in groups; `grouped` spreads them over a command."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from orchestrator.errors import FailOn, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orchestrator.evidence import Given
    from orchestrator.kube.connect import ConnectOptions
    from orchestrator.profile.select import Profiles

ALL_PROFILES = "all"
_CLUSTER, _JUDGE, _PROBES, _SITE, _OUTPUT = "Cluster", "Requirements", "Probes", "Site", "Output"
_LONGEST_REQUEST, _LONGEST_RUN = 600, 86_400  # seconds


class Format(StrEnum):
    """How a report is written."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    TEXT = "text"


class DocumentFormat(StrEnum):
    """How a plan or a profile is written."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


Names: TypeAlias = list[str] | None
EvidenceOut = Annotated[
    Path | None, typer.Option("--save-evidence", help="Keep the evidence here, to judge it again later.")
]


def complete_profile(incomplete: str) -> list[str]:
    """The names of shipped profiles that begin so."""
    from orchestrator.profile.load import shipped_names

    return [name for name in shipped_names() if name.startswith(incomplete)]


def _complete_judged(incomplete: str) -> list[str]:
    return [*complete_profile(incomplete), *(name for name in [ALL_PROFILES] if name.startswith(incomplete))]


def _complete_probe(incomplete: str) -> list[str]:
    from orchestrator.probe import catalogue

    return [name for name, spec in catalogue().items() if spec.consent and name.startswith(incomplete)]


def _complete_feature(incomplete: str) -> list[str]:
    from orchestrator.profile.load import load, shipped_names

    features = {name for profile in shipped_names() for name in load(profile).features}
    spelled = [*sorted(features), *(f"no-{name}" for name in sorted(features))]
    return [name for name in spelled if name.startswith(incomplete)]


@dataclass
class ClusterOptions:
    """Which cluster and as whom; the same as kubectl's."""

    kubeconfig: Annotated[
        Path | None,
        typer.Option(
            help="Kubeconfig file; else $KUBECONFIG, ~/.kube/config, in-cluster.", rich_help_panel=_CLUSTER
        ),
    ] = None
    context: Annotated[
        str | None, typer.Option(help="Kubeconfig context; else the current one.", rich_help_panel=_CLUSTER)
    ] = None
    namespace: Annotated[
        str | None,
        typer.Option(
            "--namespace", "-n", help="Where probes run; else the context's.", rich_help_panel=_CLUSTER
        ),
    ] = None
    as_user: Annotated[
        str | None, typer.Option("--as", help="User to impersonate.", rich_help_panel=_CLUSTER)
    ] = None
    as_group: Annotated[
        Names, typer.Option("--as-group", help="Group to impersonate; repeatable.", rich_help_panel=_CLUSTER)
    ] = None
    request_timeout: Annotated[
        float,
        typer.Option(
            min=1, max=_LONGEST_REQUEST, help="Seconds that one request may take.", rich_help_panel=_CLUSTER
        ),
    ] = 30

    def connection(self) -> "ConnectOptions":
        from orchestrator.kube.connect import ConnectOptions

        if self.namespace and not re.fullmatch("[a-z0-9-]{1,63}", self.namespace):
            raise UsageError(f"--namespace {self.namespace!r} is no name of a namespace")
        return ConnectOptions(
            kubeconfig=self.kubeconfig,
            context=self.context,
            namespace=self.namespace,
            impersonate_user=self.as_user,
            impersonate_groups=tuple(self.as_group or ()),
            request_timeout=self.request_timeout,
        )


@dataclass
class JudgeOptions:
    """Against which requirements, and for which installation."""

    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            "-p",
            help="Profile name or YAML file, or all; else the newest complete one.",
            autocompletion=_complete_judged,
            rich_help_panel=_JUDGE,
        ),
    ] = None
    feature: Annotated[
        Names,
        typer.Option(
            help="Judge for a feature, or without: NAME or no-NAME; repeatable.",
            autocompletion=_complete_feature,
            rich_help_panel=_JUDGE,
        ),
    ] = None
    only: Annotated[
        Names, typer.Option(help="Only requirements whose id matches; repeatable.", rich_help_panel=_JUDGE)
    ] = None
    skip: Annotated[
        Names, typer.Option(help="Not the requirements whose id matches; repeatable.", rich_help_panel=_JUDGE)
    ] = None
    domain: Annotated[
        str | None, typer.Option(help="Host name of the control plane.", rich_help_panel=_JUDGE)
    ] = None
    cluster_domain: Annotated[
        str | None, typer.Option(help="Host name of the cluster.", rich_help_panel=_JUDGE)
    ] = None
    tls_certificate: Annotated[
        Path | None,
        typer.Option(help="PEM file of the certificate for the cluster's host name.", rich_help_panel=_JUDGE),
    ] = None

    def load(self) -> "Profiles":
        """The profile, or all that are shipped, narrowed to what was asked for."""
        from orchestrator.profile.load import default_name, load, load_all
        from orchestrator.profile.select import narrow

        every = self.profile == ALL_PROFILES
        name = default_name() if self.profile is None else self.profile
        profiles = load_all() if every else (load(name),)
        return narrow(profiles, self.only or (), self.skip or ())

    def features(self, profiles: "Profiles", before: tuple[str, ...] | None = None) -> frozenset[str]:
        """The profiles' default features (or those of an earlier run), changed as was asked for."""
        from orchestrator.profile.select import choose_features

        return choose_features(profiles, self.feature or (), before)

    def given(self) -> "Given":
        """What is said of the installation, checked."""
        from orchestrator.cli.given import read_given

        return read_given(self.domain, self.cluster_domain, self.tls_certificate)


@dataclass
class ProbeOptions:
    """Which of the probes that cost something are run."""

    probe: Annotated[
        Names,
        typer.Option(
            help="Run this probe too, although it costs something; repeatable.",
            autocompletion=_complete_probe,
            rich_help_panel=_PROBES,
        ),
    ] = None
    invasive: Annotated[
        bool, typer.Option("--invasive", help="Run all of those probes.", rich_help_panel=_PROBES)
    ] = False

    def consents(self, implied: "Iterable[str]" = ()) -> frozenset[str]:
        """The probes that may cost something; UsageError for one that there is not."""
        from orchestrator.probe import catalogue

        costly = {name for name, spec in catalogue().items() if spec.consent}
        for name in self.probe or ():
            if name not in catalogue():
                raise UsageError(
                    f"--probe {name!r} is no probe", hint=f"the probes are {', '.join(catalogue())}"
                )
        return frozenset(costly if self.invasive else costly & {*(self.probe or ()), *implied})


@dataclass
class NetworkOptions:
    """What is special about the way to the outside, from a pod or from this machine."""

    proxy: Annotated[
        str | None, typer.Option(help="The site's HTTPS proxy, without credentials.", rich_help_panel=_SITE)
    ] = None
    no_proxy: Annotated[
        str, typer.Option(help="Hosts that the proxy is not for, as in NO_PROXY.", rich_help_panel=_SITE)
    ] = ""
    ca_file: Annotated[
        Path | None,
        typer.Option(help="PEM file of the site's own certificate authority.", rich_help_panel=_SITE),
    ] = None
    timeout: Annotated[
        int,
        typer.Option(
            min=30, max=_LONGEST_RUN, help="Seconds that the whole run may take.", rich_help_panel=_SITE
        ),
    ] = 600


@dataclass
class SiteOptions(NetworkOptions):
    """The same, and how pods are run there."""

    image: Annotated[
        str | None,
        typer.Option(
            help="Image that the probes run in: any with Python 3.8 or later.", rich_help_panel=_SITE
        ),
    ] = None
    image_pull_policy: Annotated[
        str, typer.Option(help="Always, IfNotPresent or Never.", rich_help_panel=_SITE)
    ] = "IfNotPresent"
    pull_secret: Annotated[
        Names, typer.Option(help="Secret to pull the image with; repeatable.", rich_help_panel=_SITE)
    ] = None
    proxy_secret: Annotated[
        str | None,
        typer.Option(
            help="Secret with HTTPS_PROXY and NO_PROXY, if credentials are needed.", rich_help_panel=_SITE
        ),
    ] = None
    storage_class: Annotated[
        str | None,
        typer.Option(
            help="Share a volume of this StorageClass (implies --probe storage).", rich_help_panel=_SITE
        ),
    ] = None
    claim: Annotated[
        str | None,
        typer.Option(
            help="Share the volume of this PersistentVolumeClaim (implies --probe storage).",
            rich_help_panel=_SITE,
        ),
    ] = None
    nfs: Annotated[
        str | None,
        typer.Option(
            help="Share this NFS export, SERVER:/PATH (implies --probe storage).", rich_help_panel=_SITE
        ),
    ] = None
    pull_image: Annotated[
        Names,
        typer.Option(
            help="Have every node pull this small image (implies --probe pull); repeatable.",
            rich_help_panel=_SITE,
        ),
    ] = None
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="The scheduler that shares GPUs (implies --probe fraction).", rich_help_panel=_SITE
        ),
    ] = None
    queue: Annotated[
        str | None,
        typer.Option(
            help="Its project or queue for the probes (implies --probe fraction).", rich_help_panel=_SITE
        ),
    ] = None

    mirror: Annotated[
        Names,
        typer.Option(
            help="REGISTRY=URL: where images of this registry come from here; repeatable.",
            rich_help_panel=_SITE,
        ),
    ] = None

    @property
    def implied(self) -> list[str]:
        """The probes that these options are for."""
        storage = ["storage"] if self.storage_class or self.claim or self.nfs else []
        fraction = ["fraction"] if self.scheduler or self.queue else []
        return [*storage, *fraction, *(["pull"] if self.pull_image else [])]


@dataclass
class OutputOptions:
    """What to write, and where."""

    output: Annotated[
        Format, typer.Option("--output", "-o", help="Format of the report.", rich_help_panel=_OUTPUT)
    ] = Format.TABLE
    output_file: Annotated[
        Path | None, typer.Option(help="Write the report here instead of to stdout.", rich_help_panel=_OUTPUT)
    ] = None
    fail_on: Annotated[
        FailOn,
        typer.Option(help="The mildest finding that makes the exit code 1.", rich_help_panel=_OUTPUT),
    ] = FailOn.FAIL
