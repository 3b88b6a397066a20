"""The certificates of a Secret, as far as they can be known without reading it.

cert-manager's objects tell of those that it makes, and the user may give the file of the cluster's own.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import AliasPath, AwareDatetime, Field

from orchestrator.checks.verdicts import inventory_of, object_name, subject_of
from orchestrator.evidence import Certificate, Evidence
from orchestrator.objects import Conditions, Object, OrNull, Text
from orchestrator.requirement import Subject

MANAGED = "certificates"


class Managed(Object):
    """cert-manager's order for a certificate, and what became of it."""

    secret: Text = Field("", validation_alias=AliasPath("spec", "secretName"))
    names: Annotated[tuple[str, ...], OrNull(tuple)] = Field(
        (), validation_alias=AliasPath("spec", "dnsNames")
    )
    not_before: AwareDatetime | None = Field(None, validation_alias=AliasPath("status", "notBefore"))
    not_after: AwareDatetime | None = Field(None, validation_alias=AliasPath("status", "notAfter"))
    conditions: Conditions = ()

    @property
    def why_missing(self) -> str:
        """cert-manager's own words on why there is no certificate yet."""
        ready = next((each for each in self.conditions if each.type == "Ready"), None)
        return f"{ready.reason}: {ready.message}" if ready else "cert-manager has not looked at it"


class Known(NamedTuple):
    """A certificate: for which names, and from when to when; `lacking` tells why there is none yet."""

    subject: Subject
    names: tuple[str, ...]
    not_before: datetime | None = None
    not_after: datetime | None = None
    lacking: str = ""


def managed(evidence: Evidence, secret: str) -> Iterator[Known]:
    """What cert-manager puts into this Secret (`NAMESPACE/NAME`)."""
    for order in inventory_of(evidence).every(MANAGED, Managed):
        if object_name(order.meta.namespace, order.secret) == secret:
            lacking = "" if order.not_after else order.why_missing
            yield Known(subject_of(order), order.names, order.not_before, order.not_after, lacking)


def given(evidence: Evidence) -> Iterator[Known]:
    """Those of --tls-certificate, the cluster's own first."""
    return map(_given, evidence.run.certificates)


def _given(certificate: Certificate) -> Known:
    subject = Subject(kind="Certificate", name=certificate.subject or "without a subject")
    return Known(subject, certificate.names, certificate.not_before, certificate.not_after)


def unjudged(secrets: str) -> str:
    """Why nothing can be said where none is known."""
    return f"not judged: cert-manager makes none for {secrets}, and --tls-certificate is not given"
