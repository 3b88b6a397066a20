"""Which volume the storage probe is to share."""

from orchestrator.checks.storage.storage import CLASSES, Reach, StorageClass, storage_classes
from orchestrator.checks.verdicts import listed
from orchestrator.evidence import Reason
from orchestrator.inventory.model import Inventory
from orchestrator.plan.model import Storage, Volume


def choose_volume(storage: Storage, inventory: Inventory) -> Volume | tuple[Reason, str]:
    """What the user named; else a claim of the class that shares, the default first; or why there is none."""
    if storage.nfs:
        return Volume(nfs=storage.nfs)
    if storage.claim:
        return Volume(claim=storage.claim)
    if storage.storage_class:
        return Volume(own=True, storage_class=storage.storage_class)
    if unread := inventory.missing(CLASSES):
        return Reason.NO_VOLUME, f"which StorageClass shares volumes is not known: {unread.message}"
    return _by_class(storage_classes(inventory))


def _by_class(classes: tuple[StorageClass, ...]) -> Volume | tuple[Reason, str]:
    shared = [found for found in classes if found.storage.reach is Reach.SHARED]
    shared.sort(key=lambda found: not found.is_default)
    if len(shared) == 1 or (shared and shared[0].is_default):
        return Volume(own=True, storage_class=shared[0].meta.name)
    names = listed([found.meta.name for found in shared])
    which = f"several classes share volumes: {names}" if shared else "no class is known to share volumes"
    return Reason.NO_VOLUME, f"{which}; name one by --storage-class, or give --claim or --nfs"
