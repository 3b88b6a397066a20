"""What the user says of the installation, checked."""

import re
from pathlib import Path

from orchestrator.errors import UsageError
from orchestrator.evidence import Given

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LONGEST = 253


def read_given(domain: str | None, cluster_domain: str | None, tls_certificate: Path | None) -> Given:
    """UsageError for a name that no host can have, and for a file without certificates."""
    named = {"domain": domain, "cluster-domain": cluster_domain}
    settings = {name: _host_name(f"--{name}", text) for name, text in named.items() if text is not None}
    if tls_certificate is None:
        return Given(settings=settings)
    from orchestrator.cli.certificates import read_certificates

    return Given(settings=settings, certificates=read_certificates("--tls-certificate", tls_certificate))


def _host_name(option: str, text: str) -> str:
    """In lower case and without the dot at its end."""
    name = text.lower().removesuffix(".")
    if len(name) > _LONGEST or not _HOST_NAME.fullmatch(name):
        raise UsageError(
            f"{option} {text!r} is no host name",
            hint="give the name alone, such as runai.example.com, without https:// and without a path",
        )
    return name
