"""The volume behind a claim of ours, which somebody else makes and removes."""

from urllib.parse import quote

from pydantic import AliasPath, Field

from orchestrator import errors
from orchestrator.evidence import ObjectRef
from orchestrator.kube.api import Api
from orchestrator.objects import Object, Text

VOLUMES = "PersistentVolume"
_PATH = "/api/v1/persistentvolumes"


class Claim(Object):
    volume: Text = Field("", validation_alias=AliasPath("spec", "volumeName"))


def find_volume(api: Api, claims: str, name: str) -> ObjectRef | None:
    """The volume that a claim is bound to; None where there is none (any more)."""
    try:
        claim = api.get(f"{claims}/{quote(name, safe='')}", Claim)
    except errors.NotFound:
        return None
    return _volume(api, claim.volume) if claim.volume else None


def find_late_volume(api: Api, claim_uid: str) -> ObjectRef | None:
    """The volume that was made since for a claim that was not bound: provisioners name it after the claim."""
    return _volume(api, f"pvc-{claim_uid}")


def _volume(api: Api, name: str) -> ObjectRef | None:
    try:
        found = api.get(_path(name), Object, metadata=True)
    except errors.NotFound:
        return None
    return ObjectRef(kind=VOLUMES, name=name, uid=found.meta.uid)


def volume_is_there(api: Api, ref: ObjectRef) -> bool:
    """Whether this volume, and not a later one of its name, still is."""
    try:
        return api.get(_path(ref.name), Object, metadata=True).meta.uid == ref.uid
    except errors.NotFound:
        return False


def _path(name: str) -> str:
    return f"{_PATH}/{quote(name, safe='')}"
