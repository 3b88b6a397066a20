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
    """One whose volumes go with their claims: unasked, a run makes nothing that it cannot remove."""
    shared = [found for found in classes if found.storage.reach is Reach.SHARED]
    fit = sorted((each for each in shared if not each.keeps_volumes), key=lambda each: not each.is_default)
    if len(fit) == 1 or (fit and fit[0].is_default):
        return Volume(own=True, storage_class=fit[0].meta.name)
    return (
        Reason.NO_VOLUME,
        f"{_why_none(shared, fit)}; name one by --storage-class, or give --claim or --nfs",
    )


def _why_none(shared: list[StorageClass], fit: list[StorageClass]) -> str:
    names = listed([found.meta.name for found in fit or shared])
    if fit:
        return f"several classes share volumes: {names}"
    if shared:
        return f"classes that share volumes keep them when their claims go (Retain): {names}"
    return "no class is known to share volumes"
