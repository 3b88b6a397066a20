"""Whether the version of Kubernetes or OpenShift is supported, and recommended."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed, unknown, warned
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory, Resource
from orchestrator.model import Model
from orchestrator.requirement import Requirement, Verdict
from orchestrator.version import Version, VersionRange

_TITLES = {"kubernetes": "Kubernetes", "openshift": "OpenShift"}
_RESOURCES = {"kubernetes": Resource.VERSION, "openshift": Resource.CLUSTER_VERSIONS}


class Expect(Model):
    """`supported` decides between pass and fail; a supported version outside `recommended` warns.

    Without `supported` every version is unknown: there is such a range, but no document at hand gives it.
    """

    platform: Literal["kubernetes", "openshift"]
    supported: VersionRange | None = None
    recommended: VersionRange | None = None


class PlatformVersion(Requirement):
    check: Literal["platform-version"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (_RESOURCES[self.expect.platform],)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        title, text = _TITLES[self.expect.platform], _version(inventory_of(evidence), self.expect.platform)
        try:
            version = Version.parse(text or "")
        except ValueError:
            unread = f" that can be read: {text!r}" if text else ""
            yield unknown(CLUSTER, f"the API server reports no version of {title}{unread}")
            return
        yield self._compare(title, version)

    def _compare(self, title: str, version: Version) -> Verdict:
        supported, recommended = self.expect.supported, self.expect.recommended
        if supported is None:
            message = f"{title} is {version}; no document at hand tells which versions are supported"
            return unknown(CLUSTER, message, observed=str(version))
        seen = {"observed": str(version), "expected": str(supported)}
        if not supported.admits(version):
            return failed(CLUSTER, f"{title} is {version}; supported: {supported}", **seen)
        if recommended and not recommended.admits(version):
            return warned(CLUSTER, f"{title} is {version}: supported; {_off(version, recommended)}", **seen)
        return passed(CLUSTER, f"{title} is {version}", **seen)


def _off(version: Version, recommended: VersionRange) -> str:
    """How a version that is not recommended stands to those that are."""
    bounds = [each.bound for clause in recommended.clauses for each in clause]
    sides = {version.against(bound) for bound in bounds}
    way = {1: "newer than the", -1: "older than the"}.get(sides.pop() if len(sides) == 1 else 0, "not the")
    return f"{way} recommended {recommended}"


def _version(inventory: Inventory, platform: str) -> str | None:
    return inventory.server_version if platform == "kubernetes" else inventory.openshift_version
