"""Which images a run uses, and the commands that bring them into a registry of the site's own."""

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from orchestrator.model import Model

if TYPE_CHECKING:
    from orchestrator.plan.model import Site
    from orchestrator.plan.questions import Parameters

_DOCKER_HUB, _OFFICIAL = "docker.io", "library/"
_TAG = 19  # characters of a digest that make a tag: sha256-, and twelve of its digits


class Use(StrEnum):
    """What for: probes run in it, nodes pull it to show that they can, or only its registry is asked."""

    PROBES = "probes"
    PULLED = "pulled"
    ASKED = "asked"


class Tool(StrEnum):
    """What copies images; Docker copies one platform, and the digest changes."""

    SKOPEO = "skopeo"
    CRANE = "crane"
    DOCKER = "docker"


class Reference(NamedTuple):
    """An image's name in its parts, Docker's short forms made whole; `tag` and `digest` may be empty."""

    registry: str
    repository: str
    tag: str
    digest: str

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """The parts of a well-formed reference: a first part that can be a host is one."""
        name, _, digest = text.partition("@")
        front, _, last = name.rpartition("/")
        last, _, tag = last.partition(":")
        host, slash, path = f"{front}/{last}".lstrip("/").partition("/")
        if slash and (host == "localhost" or set(host) & {".", ":"}):
            return cls(host, path, tag, digest)
        repository = f"{host}{slash}{path}" if slash else f"{_OFFICIAL}{host}"
        return cls(_DOCKER_HUB, repository, tag, digest)

    @property
    def source(self) -> str:
        """How tools that copy are told it: by digest, if there is one, and then without the tag."""
        version = f"@{self.digest}" if self.digest else f":{self.tag or 'latest'}"
        return f"{self.registry}/{self.repository}{version}"


class Digest(NamedTuple):
    """What a registry answered: the digest, or why there is none."""

    value: str = ""
    trouble: str = ""


class Image(Model):
    """`digest` is of the reference, or what the registry says today; `unresolved` why it could not be had."""

    image: str
    use: Use
    digest: str | None = None
    unresolved: str | None = None


class Copy(Model):
    """The commands that mirror an image, and what the copy is called."""

    image: str
    commands: tuple[str, ...]
    mirrored: str


class Images(Model):
    """`options` is what an audit is to be given once the copies are there."""

    images: tuple[Image, ...]
    mirror: tuple[Copy, ...]
    options: tuple[str, ...]

    @property
    def resolved(self) -> bool:
        """Whether every digest that was asked for is known."""
        return not any(image.unresolved for image in self.images)


def used_images(parameters: "Parameters", site: "Site") -> dict[str, Use]:
    """Every image of a run with these parameters; the one that the probes run in comes first."""
    uses = {site.image: Use.PROBES}
    for image in site.pull_images:
        uses.setdefault(image, Use.PULLED)
    for probe, use in (("pull", Use.PULLED), ("registry", Use.ASKED)):
        for each in parameters.get(probe, {}).get("images", ()):
            uses.setdefault(each["image"], use)
    return uses


def tell_images(
    uses: Mapping[str, Use], digests: Mapping[str, Digest], pulled: Collection[str], registry: str, tool: Tool
) -> Images:
    """The images with their digests, and how those that nodes pull come to `registry`, by this tool.

    `digests` are those that were asked for; `pulled` is what the user has nodes pull.
    """
    images = [_image(image, use, digests.get(image, Digest())) for image, use in uses.items()]
    copies = [_copy(image, registry, tool) for image in images if image.use is not Use.ASKED]
    probed = [image for image, use in uses.items() if use is Use.PROBES]
    flags = dict.fromkeys(pulled, "--pull-image") | dict.fromkeys(probed, "--image")
    options = [f"{flags[copy.image]} {copy.mirrored}" for copy in copies if copy.image in flags]
    return Images(images=tuple(images), mirror=tuple(copies), options=tuple(options))


def _image(image: str, use: Use, found: Digest) -> Image:
    digest = found.value or Reference.parse(image).digest
    return Image(image=image, use=use, digest=digest or None, unresolved=found.trouble or None)


def _copy(image: Image, registry: str, tool: Tool) -> Copy:
    """By digest where one is known, so that what is copied is what was looked at."""
    reference = Reference.parse(image.image)._replace(digest=image.digest or "")
    tag = reference.tag or reference.digest.replace(":", "-")[:_TAG] or "latest"
    target = f"{registry}/{reference.repository}:{tag}"
    kept = f"@{reference.digest}" if reference.digest and tool is not Tool.DOCKER else ""
    return Copy(
        image=image.image,
        commands=tuple(_commands(tool, reference.source, target, pinned=bool(kept))),
        mirrored=f"{target}{kept}",
    )


def _commands(tool: Tool, source: str, target: str, *, pinned: bool) -> Iterator[str]:
    match tool:
        case Tool.SKOPEO:
            keeping = " --preserve-digests" if pinned else ""
            yield f"skopeo copy --all{keeping} docker://{source} docker://{target}"
        case Tool.CRANE:
            yield f"crane copy {source} {target}"
        case Tool.DOCKER:
            yield f"docker pull {source}"
            yield f"docker tag {source} {target}"
            yield f"docker push {target}"
