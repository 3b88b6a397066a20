"""Images for a reader: what they are for, their digests, and the commands to copy."""

from collections.abc import Iterator

from orchestrator.plan.images import Image, Images, Use
from orchestrator.redact import clean

_BY_DOCKER = "docker copies only the platform of the machine that it runs on, under another digest"
_USES = {
    Use.PROBES: "the probes run in it",
    Use.PULLED: "every node pulls it, to show that it can",
    Use.ASKED: "its registry is asked about it; no node pulls it",
}


def render_images(document: Images) -> str:
    """Commands stand on lines of their own, unbroken."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Images) -> Iterator[str]:
    for image in document.images:
        yield clean(image.image)
        yield f"  {_USES[image.use]}"
        yield f"  {clean(_digest(image))}"
    yield "\nTo mirror what nodes pull (--to names the registry, --tool what copies):\n"
    for copy in document.mirror:
        yield from (f"  {clean(command)}" for command in copy.commands)
    if any(copy.commands[0].startswith("docker ") for copy in document.mirror):
        yield f"\n  ({_BY_DOCKER})"
    yield "\nThen say where the copies are:\n"
    yield f"  runai-preflight audit {clean(' '.join(document.options))}"


def _digest(image: Image) -> str:
    if image.unresolved:
        return f"digest unknown: {image.unresolved}"
    return image.digest or "digest not asked for (--resolve asks the registry)"
