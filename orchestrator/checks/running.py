"""How a workload does that is there: whether all its pods are ready, and in which version it runs."""

from orchestrator.checks.verdicts import failed, passed, unknown, warned
from orchestrator.checks.workloads import Workload
from orchestrator.model import Model
from orchestrator.requirement import Verdict
from orchestrator.version import Version, VersionRange


class Versions(Model):
    """In which `version` a program may run; one outside `recommended` warns."""

    version: VersionRange | None = None
    recommended: VersionRange | None = None

    @property
    def versions(self) -> str:
        """The end of a sentence: `, version 1.4 to 1.8`; empty when any will do."""
        version = f", version {self.version}" if self.version else ""
        return f"{version}, recommended {self.recommended}" if self.recommended else version


def judge_running(
    workload: Workload, title: str, version: Version | None, wanted: Versions, expected: str
) -> Verdict:
    """Of a workload that wants pods; `version` is the one that it runs in, None when that cannot be told."""
    subject, seen = workload.subject, {"observed": str(workload), "expected": expected}
    if workload.ready < workload.desired:
        message = f"{title} is not healthy: {workload.ready} of {workload.desired} pods are ready"
        return failed(subject, message, **seen)
    if not wanted.versions:
        return passed(subject, f"{title} runs", **seen)
    if version is None:
        speak = unknown if wanted.version else warned
        return speak(subject, f"{title} runs in a version that cannot be told", **seen)
    if wanted.version and not wanted.version.admits(version):
        return failed(subject, f"{title} is {version}; supported: {wanted.version}", **seen)
    if wanted.recommended and not wanted.recommended.admits(version):
        return warned(subject, f"{title} is {version}; recommended: {wanted.recommended}", **seen)
    return passed(subject, f"{title} is {version}", **seen)
