"""Whether there is storage that many nodes can mount at once, and every worker node has its driver."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Annotated, Literal, NamedTuple

from pydantic import AliasPath, Field

from orchestrator.checks.nodes.workers import workers
from orchestrator.checks.storage.storage import (
    CLASSES,
    VOLUMES,
    Reach,
    Storage,
    StorageClass,
    Volume,
    storage_classes,
    volumes,
)
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, listed, passed, warned
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory, Resource
from orchestrator.model import Model
from orchestrator.objects import ApiModel, Object, OrNull, Text
from orchestrator.requirement import Requirement, Verdict

_DRIVERS = "csinodes"
_EXPECTED = "a StorageClass or PersistentVolume that many nodes mount at once (ReadWriteMany)"
_LATER = "try it by --probe storage --storage-class NAME"


class CsiDriver(ApiModel):
    name: Text = ""


class CsiNode(Object):
    """What of CSI drivers runs on the node of this name."""

    drivers: Annotated[tuple[CsiDriver, ...], OrNull(tuple)] = Field(
        (), validation_alias=AliasPath("spec", "drivers")
    )


class Source(NamedTuple):
    """Where volumes come from: a StorageClass, or PersistentVolumes of one kind that are there."""

    name: str
    storage: Storage
    driver: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.storage})"


class Expect(Model):
    """Nothing to set: which storage is shared is known from storage.yaml."""


class SharedStorage(Requirement):
    check: Literal["shared-storage"]
    expect: Expect = Expect()

    def reads(self) -> tuple[str, ...]:
        return (CLASSES, VOLUMES, _DRIVERS, Resource.NODES)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        inventory = inventory_of(evidence)
        sources = [*map(_of_class, storage_classes(inventory)), *_of_volumes(volumes(inventory))]
        shared = [source for source in sources if source.storage.reach is Reach.SHARED]
        lacking = {source.name: _nodes_without(source.driver, inventory) for source in shared}
        usable = [source for source in shared if not lacking[source.name]]
        unclear = [s for s in sources if s.storage.reach in (Reach.SETTINGS, Reach.UNKNOWN)]
        seen = {"observed": [str(source) for source in sources], "expected": _EXPECTED}
        if usable:
            yield passed(CLUSTER, f"there is {_told(usable)}", **seen)
        elif shared:
            yield failed(CLUSTER, "; ".join(_driverless(s, lacking[s.name]) for s in shared), **seen)
        elif unclear:
            told = "whether many nodes can mount the same volume cannot be told"
            yield warned(CLUSTER, f"{told}: there is {_told(unclear)}; {_LATER}", **seen)
        else:
            there = f": there is only {_told(sources)}" if sources else ", nor any other"
            message = f"there is no storage that many nodes mount at once{there}"
            yield failed(CLUSTER, message, **seen)


def _of_class(found: StorageClass) -> Source:
    return Source(f"StorageClass {found.meta.name}", found.storage, found.driver)


def _of_volumes(found: Iterable[Volume]) -> Iterator[Source]:
    """Those that are to be shared, by what they are of."""
    for_many = sorted((v for v in found if v.for_many), key=lambda v: (v.storage.title, v.driver))
    for (_, driver), group in groupby(for_many, key=lambda v: (v.storage.title, v.driver)):
        alike = list(group)
        names = f"PersistentVolume {listed([volume.meta.name for volume in alike])}"
        yield Source(names, alike[0].storage, driver)


def _nodes_without(driver: str, inventory: Inventory) -> list[str]:
    """The worker nodes on which this CSI driver does not run; none where there is no driver to run."""
    if not driver:
        return []
    nodes = inventory.every(_DRIVERS, CsiNode)
    having = {node.meta.name for node in nodes if any(each.name == driver for each in node.drivers)}
    return sorted({node.name for node in workers(inventory)} - having)


def _driverless(source: Source, nodes: list[str]) -> str:
    lacking = f"its driver {source.driver} is not on {listed(nodes)}"
    return f"{source.name} is of {source.storage.title}, but {lacking}"


def _told(sources: list[Source]) -> str:
    return "; ".join(map(str, sources))
