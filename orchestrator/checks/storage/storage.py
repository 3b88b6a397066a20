"""The storage of a cluster as checks see it: how far each StorageClass and PersistentVolume reaches."""

from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import Annotated, Any

from pydantic import AliasPath, Field

from orchestrator.checks.verdicts import subject_of
from orchestrator.data import read_data
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.objects import ApiModel, Object, OrNull, Text, Texts
from orchestrator.requirement import Subject

CLASSES = "storageclasses"
VOLUMES = "persistentvolumes"
_DEFAULT = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")


class Reach(StrEnum):
    """From where a volume can be used; storage.yaml says what each means."""

    SHARED = "shared"
    ATTACHED = "attached"
    LOCAL = "local"
    SETTINGS = "settings"
    STATIC = "static"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Reach.SHARED: "many nodes mount it at once",
    Reach.ATTACHED: "one node mounts it at a time",
    Reach.LOCAL: "it is on the disks of one node",
    Reach.SETTINGS: "whether many nodes mount it at once depends on its settings",
    Reach.STATIC: "it provisions nothing",
    Reach.UNKNOWN: "what it is is not known",
}


class Storage(Model):
    """A kind of storage."""

    title: str
    reach: Reach

    def __str__(self) -> str:
        return f"{self.title}, {self.reach.words}"


class Provisioner(Storage):
    """What is provisioned under a name like one of these, with parameters like these."""

    like: tuple[str, ...]
    parameters: dict[str, str] = Field(default_factory=dict)

    def admits(self, parameters: dict[str, str]) -> bool:
        return all(fnmatchcase(parameters.get(key, ""), glob) for key, glob in self.parameters.items())


class KnownStorage(Model):
    """The rows of storage.yaml; `volumes` by the field of a PersistentVolume's spec."""

    provisioners: tuple[Provisioner, ...]
    volumes: dict[str, Storage]


@cache
def known_storage() -> KnownStorage:
    return KnownStorage.model_validate(read_data("orchestrator.checks.storage", "storage.yaml"))


@lru_cache(maxsize=1024)
def _kinds(provisioner: str) -> tuple[Provisioner, ...]:
    """What it may be, by its name alone."""
    rows = known_storage().provisioners
    return tuple(row for row in rows if any(fnmatchcase(provisioner, glob) for glob in row.like))


class StorageClass(Object):
    provisioner: Text = ""
    parameters: Texts = Field(default_factory=dict)
    reclaim_policy: Text = ""

    @property
    def keeps_volumes(self) -> bool:
        """Whether a volume stays when its claim goes."""
        return self.reclaim_policy == "Retain"

    @property
    def storage(self) -> Storage:
        found = (kind for kind in _kinds(self.provisioner) if kind.admits(self.parameters))
        return next(found, Storage(title=self.provisioner or "no provisioner", reach=Reach.UNKNOWN))

    @property
    def is_default(self) -> bool:
        return any(self.meta.annotations.get(key) == "true" for key in _DEFAULT)

    @property
    def driver(self) -> str:
        """Its CSI driver; other provisioners have a slash in their names, as CSI drivers must not."""
        return "" if "/" in self.provisioner else self.provisioner

    @property
    def subject(self) -> Subject:
        return subject_of(self)

    def __str__(self) -> str:
        return f"StorageClass {self.meta.name} ({self.storage})"


class CsiSource(ApiModel):
    driver: Text = ""


class Volume(Object):
    """A PersistentVolume; `spec` is kept to tell what it is of."""

    spec: Annotated[dict[str, Any], OrNull(dict)] = Field(default_factory=dict)
    access_modes: Annotated[tuple[str, ...], OrNull(tuple)] = Field(
        (), validation_alias=AliasPath("spec", "accessModes")
    )
    csi: CsiSource | None = Field(None, validation_alias=AliasPath("spec", "csi"))

    @property
    def storage(self) -> Storage:
        if self.csi:
            return self._provisioned(self.csi.driver)
        kinds = (kind for field, kind in known_storage().volumes.items() if self.spec.get(field) is not None)
        return next(kinds, Storage(title="a volume of unknown kind", reach=Reach.UNKNOWN))

    def _provisioned(self, driver: str) -> Storage:
        """A driver that can share volumes shares one that is to be shared: it would have refused it else."""
        unknown = Storage(title=driver or "no driver", reach=Reach.UNKNOWN)
        found: Storage = next((kind for kind in _kinds(driver) if not kind.parameters), unknown)
        can_share = any(kind.reach in (Reach.SHARED, Reach.SETTINGS) for kind in _kinds(driver))
        return Storage(title=found.title, reach=Reach.SHARED) if self.for_many and can_share else found

    @property
    def for_many(self) -> bool:
        """Whether it is a file system that many nodes are to mount at once."""
        return "ReadWriteMany" in self.access_modes and self.spec.get("volumeMode") != "Block"

    @property
    def driver(self) -> str:
        return self.csi.driver if self.csi else ""


def storage_classes(inventory: Inventory) -> tuple[StorageClass, ...]:
    """Every StorageClass, by name."""
    return inventory.every(CLASSES, StorageClass)


def volumes(inventory: Inventory) -> tuple[Volume, ...]:
    """Every PersistentVolume, by name."""
    return inventory.every(VOLUMES, Volume)
