"""Asks registries from this machine which digests images have today, by the probe that pods run."""

from collections.abc import Collection, Mapping
from typing import Any

from orchestrator.plan.images import Digest
from orchestrator.plan.model import Site
from orchestrator.plan.questions import with_site
from orchestrator.probe import catalogue
from orchestrator.progress import Progress
from orchestrator.run.host import run_on_host

_PROBE = "registry"
_NO_DIGEST = "the registry tells none"
_UNTOLD = "the probe told nothing of it"


def resolve(images: Collection[str], site: Site, run_id: str, progress: Progress) -> dict[str, Digest]:
    """The digest of each, or why it could not be had."""
    asked = {"images": [{"image": image} for image in images]}
    parameters = with_site(catalogue()[_PROBE], asked, site) | {"fetch": False}
    result = run_on_host(run_id, {_PROBE: parameters}, site.ca_bundle, site.timeout, progress)
    entries = [entry for seen in result.observations for entry in seen.data.get("images", ())]
    told = {entry["image"]: _read(entry) for entry in entries}
    untold = Digest(trouble=next((cell.message for cell in result.cells if cell.message), _UNTOLD))
    return {image: told.get(image, untold) for image in images}


def _read(entry: Mapping[str, Any]) -> Digest:
    if entry.get("code") != "ok":
        where = entry.get("stage") or entry.get("step")
        return Digest(trouble=entry.get("message") or f"{entry.get('code')} at {where}")
    digest = entry.get("digest")
    return Digest(digest) if digest else Digest(trouble=_NO_DIGEST)
