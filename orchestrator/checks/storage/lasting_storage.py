"""Whether the volumes that Run:ai gets for its own data outlive the node that they were made on."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.storage.storage import (
    CLASSES,
    VOLUMES,
    Reach,
    StorageClass,
    storage_classes,
    volumes,
)
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed, warned
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Requirement, Verdict

_EXPECTED = "a default StorageClass whose volumes do not depend on one node"
_LASTING = (Reach.SHARED, Reach.ATTACHED, Reach.SETTINGS)


class Expect(Model):
    """Nothing to set: which storage outlives a node is known from storage.yaml."""


class LastingStorage(Requirement):
    check: Literal["lasting-storage"]
    expect: Expect = Expect()

    def reads(self) -> tuple[str, ...]:
        return (CLASSES, VOLUMES)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        inventory = inventory_of(evidence)
        classes = storage_classes(inventory)
        default = [found for found in classes if found.is_default]
        if default:
            yield from (self._judge_default(each, classes) for each in default)
        elif classes:
            yield self._judge_without_default(classes)
        else:
            yield self._judge_volumes(inventory)

    def _judge_default(self, default: StorageClass, classes: tuple[StorageClass, ...]) -> Verdict:
        seen = {"observed": [str(found) for found in classes], "expected": _EXPECTED}
        storage, others = default.storage, [c.meta.name for c in classes if c.storage.reach in _LASTING]
        if storage.reach in _LASTING:
            return passed(default.subject, f"the default StorageClass is of {storage.title}", **seen)
        if storage.reach is not Reach.LOCAL:
            message = f"whether the default StorageClass outlives a node cannot be told: {storage}"
            return warned(default.subject, message, **seen)
        lost = f"the default StorageClass keeps data on the disks of one node ({storage.title})"
        if others:
            return warned(default.subject, f"{lost}; {', '.join(others)} would outlive it", **seen)
        return failed(default.subject, f"{lost}, and there is none that outlives it", **seen)

    def _judge_without_default(self, classes: tuple[StorageClass, ...]) -> Verdict:
        seen = {"observed": [str(found) for found in classes], "expected": _EXPECTED}
        lasting = [found.meta.name for found in classes if found.storage.reach in _LASTING]
        if lasting:
            message = f"no StorageClass is the default; {', '.join(lasting)} would outlive a node"
            return warned(CLUSTER, message, **seen)
        if all(found.storage.reach is Reach.LOCAL for found in classes):
            return failed(CLUSTER, "every StorageClass keeps data on the disks of one node", **seen)
        return warned(CLUSTER, "whether a StorageClass outlives a node cannot be told", **seen)

    def _judge_volumes(self, inventory: Inventory) -> Verdict:
        """Without any StorageClass only volumes that somebody has made."""
        kinds = sorted({volume.storage.title for volume in volumes(inventory)})
        seen = {"observed": kinds, "expected": _EXPECTED}
        if any(volume.storage.reach in (Reach.SHARED, Reach.ATTACHED) for volume in volumes(inventory)):
            message = f"there is no StorageClass, but PersistentVolumes of {', '.join(kinds)}"
            return warned(CLUSTER, message, **seen)
        return failed(
            CLUSTER, "there is no StorageClass, and no PersistentVolume that outlives a node", **seen
        )
