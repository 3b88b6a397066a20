"""Whether volumes that name no StorageClass get one: exactly one is the default."""

from collections.abc import Iterable, Iterator
from typing import Literal

from orchestrator.checks.storage.storage import CLASSES, Reach, StorageClass, storage_classes
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed, warned
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Resource
from orchestrator.model import Model
from orchestrator.requirement import Requirement, Verdict
from orchestrator.version import Version, VersionRange

_EXPECTED = "exactly one StorageClass is the default"
_TAKES_NEWEST = VersionRange.parse(">=1.26")


class Expect(Model):
    """Nothing to set: there is to be exactly one."""


class DefaultStorageClass(Requirement):
    check: Literal["default-storage-class"]
    expect: Expect = Expect()

    def reads(self) -> tuple[str, ...]:
        return (CLASSES, Resource.VERSION)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        inventory = inventory_of(evidence)
        classes = storage_classes(inventory)
        default = [found for found in classes if found.is_default]
        if len(default) == 1:
            yield self._judge_one(default[0], classes)
        elif default:
            yield self._judge_several(default, inventory.server_version or "")
        else:
            there = f"none of {_names(classes)} is the default" if classes else "there is none"
            message = f"volumes that name no StorageClass get none: {there}"
            yield failed(CLUSTER, message, observed=[c.meta.name for c in classes], expected=_EXPECTED)

    def _judge_one(self, default: StorageClass, classes: tuple[StorageClass, ...]) -> Verdict:
        seen = {"observed": [c.meta.name for c in classes if c.is_default], "expected": _EXPECTED}
        if default.storage.reach is Reach.LOCAL:
            message = f"it is the default, but not for production: {default.storage}"
            return warned(default.subject, message, **seen)
        return passed(default.subject, f"it is the default, {default.storage.title}", **seen)

    def _judge_several(self, default: list[StorageClass], version: str) -> Verdict:
        seen = {"observed": [c.meta.name for c in default], "expected": _EXPECTED}
        told = f"{len(default)} StorageClasses are the default: {_names(default)}"
        try:
            newest = _TAKES_NEWEST.admits(Version.parse(version))
        except ValueError:
            newest = False
        if newest:
            return warned(CLUSTER, f"{told}; the newest of them is taken", **seen)
        return failed(CLUSTER, f"{told}; volumes that name no StorageClass are refused", **seen)


def _names(classes: Iterable[StorageClass]) -> str:
    return ", ".join(found.meta.name for found in classes)
