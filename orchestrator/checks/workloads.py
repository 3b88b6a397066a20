"""The workloads of a cluster as checks see them: which images, in which version, how many pods ready."""

from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Annotated

from pydantic import AliasPath, Field

from orchestrator.checks.verdicts import subject_of
from orchestrator.inventory.model import Inventory
from orchestrator.objects import ApiModel, Object, OrNull, Text, Texts
from orchestrator.requirement import Subject
from orchestrator.version import Version

RESOURCES = ("daemonsets", "deployments", "statefulsets")
_Pods = Annotated[int, Field(strict=True, ge=0)]
_VERSION_LABELS = ("app.kubernetes.io/version", "serving.knative.dev/release")
_BRANCH = "release-"  # OpenShift Serverless labels Knative `release-v1.12`
_OLM_LABEL = "olm.owner"  # of OpenShift's lifecycle manager, e.g. gpu-operator-certified.v22.9.0


class Container(ApiModel):
    name: Text = ""
    image: Text = ""
    args: Annotated[tuple[str, ...], OrNull(tuple)] = ()

    @cached_property
    def repository(self) -> str:
        """The image without tag and digest."""
        path = self.image.partition("@")[0]
        head, slash, last = path.rpartition("/")
        return f"{head}{slash}{last.partition(':')[0]}"

    @property
    def tag(self) -> str:
        return self.image.partition("@")[0].rpartition("/")[2].partition(":")[2]

    def like(self, images: Collection[str]) -> bool:
        """Whether its image, without tag and digest, is like one of these (globs)."""
        return any(fnmatchcase(self.repository, glob) for glob in images)


class Owner(ApiModel):
    kind: Text = ""
    name: Text = ""


class Workload(Object):
    """A Deployment, DaemonSet or StatefulSet: its containers, and how many pods it wants and has ready."""

    owners: Annotated[tuple[Owner, ...], OrNull(tuple)] = Field(
        (), validation_alias=AliasPath("metadata", "ownerReferences")
    )
    replicas: Annotated[_Pods, OrNull(lambda: 1)] = Field(1, validation_alias=AliasPath("spec", "replicas"))
    pod_labels: Texts = Field({}, validation_alias=AliasPath("spec", "template", "metadata", "labels"))
    containers: Annotated[tuple[Container, ...], OrNull(tuple)] = Field(
        (), validation_alias=AliasPath("spec", "template", "spec", "containers")
    )
    scheduled: Annotated[_Pods, OrNull(int)] = Field(
        0, validation_alias=AliasPath("status", "desiredNumberScheduled")
    )
    ready_nodes: Annotated[_Pods, OrNull(int)] = Field(0, validation_alias=AliasPath("status", "numberReady"))
    ready_replicas: Annotated[_Pods, OrNull(int)] = Field(
        0, validation_alias=AliasPath("status", "readyReplicas")
    )

    @property
    def desired(self) -> int:
        """How many pods there should be."""
        return self.scheduled if self.kind == "DaemonSet" else self.replicas

    @property
    def ready(self) -> int:
        return self.ready_nodes if self.kind == "DaemonSet" else self.ready_replicas

    @property
    def subject(self) -> Subject:
        return subject_of(self)

    def owned_by(self, kind: str) -> bool:
        return any(owner.kind == kind for owner in self.owners)

    def named(self, namespace: str, name: str) -> bool:
        return fnmatchcase(self.meta.namespace, namespace) and fnmatchcase(self.meta.name, name)

    def runs_image(self, images: Collection[str]) -> bool:
        return any(container.like(images) for container in self.containers)

    def version_of(self, images: Collection[str], builds: Mapping[str, str] = {}) -> Version | None:
        """By the tag of the image, else by the labels; None where neither is a version.

        `builds` gives the versions of tags that name none, such as a commit's.
        """
        labels = {**self.pod_labels, **self.meta.labels}
        tags = [builds.get(container.tag, container.tag) for container in self._running(images)]
        by_olm = labels.get(_OLM_LABEL, "").partition(".v")[2]
        texts = (*tags, *(labels.get(label, "") for label in _VERSION_LABELS), by_olm)
        return next(filter(None, map(_version, texts)), None)

    def arguments(self, images: Collection[str]) -> list[str]:
        """What the containers with such images are started with."""
        return [argument for container in self._running(images) for argument in container.args]

    def _running(self, images: Collection[str]) -> Iterator[Container]:
        return (container for container in self.containers if container.like(images))

    def __str__(self) -> str:
        images = ", ".join(container.image for container in self.containers)
        return f"{self.kind} {self.subject.name}: {images}; {self.ready} of {self.desired} pods ready"


def workloads(inventory: Inventory) -> list[Workload]:
    """Every workload that was read, by kind, namespace and name."""
    return [workload for resource in RESOURCES for workload in inventory.every(resource, Workload)]


def _version(text: str) -> Version | None:
    """A lone number with more behind it (`v1-855e096`, `5d9b948`) is a commit's name, and no version."""
    number = text.removeprefix(_BRANCH)
    try:
        version = Version.parse(number)
    except ValueError:
        return None
    return version if len(version.release) > 1 or number.lstrip("vV").isdecimal() else None
