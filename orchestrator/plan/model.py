"""The plan as a value: units, settled cells, clocks and costs, and what the user says of the site."""

from typing import Any

from pydantic import Field

from orchestrator.evidence import Cell, Target
from orchestrator.model import Model

DEFAULT_IMAGE = "docker.io/library/python:3.12-slim"
RUN_LABEL = "runai-preflight/run"
UNIT_LABEL = "runai-preflight/unit"
SERVES_LABEL = "runai-preflight/serves"
QUEUE_LABELS = ("runai/queue", "kai.scheduler/queue", "project")  # Run:ai's, KAI's, and that of old Run:ai
PEERS_ANNOTATION = "runai-preflight/peers"
DRIVER_ANNOTATION = "runai-preflight/driver"
OURS = f"app.kubernetes.io/name=runai-preflight,{RUN_LABEL}"


class Proxy(Model):
    """How the site's proxy is reached; credentials never stand here but in a Secret (`proxy_secret`)."""

    https: str
    no_proxy: str = ""


class Nfs(Model):
    """A directory that an NFS server exports."""

    server: str
    path: str


class Storage(Model):
    """Which shared volume is tried: one of a StorageClass, a claim that is there, or an NFS export.

    Nothing of it means one of the StorageClass that the cluster has for it. On a host it is a `folder`.
    """

    storage_class: str | None = None
    claim: str | None = None
    nfs: Nfs | None = None
    folder: str | None = None


class Site(Model):
    """What the user says of the site and of how to run there; `timeout` is of the whole run, in seconds."""

    namespace: str = "default"
    image: str = DEFAULT_IMAGE
    image_pull_policy: str = "IfNotPresent"
    pull_secrets: tuple[str, ...] = ()
    proxy: Proxy | None = None
    proxy_secret: str | None = None
    ca_bundle: str | None = None
    storage: Storage = Storage()
    pull_images: tuple[str, ...] = ()
    mirrors: dict[str, str] = Field(default_factory=dict)
    scheduler: str | None = None
    queue: str | None = None
    timeout: int = Field(default=600, ge=30)


class Deadlines(Model):
    """The nested clocks, in seconds: probe < pod < work < run.

    `gather` is what units that have to meet wait for each other, of the probe's own time; `work` is what the
    driver waits for answers, `run` what the run Job lives if the driver dies, and `keep` how long the run Job
    stays once it has ended.
    """

    gather: int = 0
    probe: int
    pod: int
    work: int
    run: int
    keep: int = 60


class Estimate(Model):
    """What a run costs the cluster at its default rates; `seconds` is the typical duration."""

    objects: int
    pods_at_once: int
    api_requests: int
    seconds: int


class Fraction(Model):
    """A part of one GPU, asked for of the scheduler of this name.

    `share` is that part, `mib` the same of the GPU's memory, which is what the scheduler is told where
    `by_memory`. `queue` is the project or queue that pays for it, empty where the scheduler knows.
    """

    scheduler: str
    queue: str = ""
    share: float
    mib: int
    by_memory: bool = False


class Unit(Model):
    """One pod to be run: which probes, on which target, on which node, under which name.

    What became of a `witnessed` one is the answer: it runs none of our programs.

    `gpus` is how many it asks for of the resource `gpu_resource`, or it asks for a `fraction`; `own` holds
    the parameters that are this unit's alone, by probe; `mounts` tells that it has the shared volume. Units
    of one `party` wait until they are told of each other; one that `serves` is behind the Service of the run.
    """

    name: str
    pod: str
    target: Target
    node: str = ""
    probes: tuple[str, ...]
    party: str = ""
    witnessed: bool = False
    mounts: bool = False
    gpu_resource: str = ""
    gpus: int = 0
    fraction: Fraction | None = None
    serves: bool = False
    own: dict[str, dict[str, Any]] = Field(default_factory=dict)


class Volume(Model):
    """The shared volume of a run: an NFS export, or a claim; of our own it has size and class, and a name."""

    claim: str | None = None
    storage_class: str | None = None
    own: bool = False
    nfs: Nfs | None = None


class Plan(Model):
    """Every cell of the ledger before the run. `settled` cells will have no pod, and say why.

    `scc` tells that OpenShift's security context constraints choose the user that pods run as;
    `runtime_class` is that of NVIDIA's container runtime, where the cluster has one.
    """

    run_id: str
    name: str
    site: Site
    scc: bool
    keeper: bool
    runtime_class: str | None = None
    volume: Volume | None = None
    consents: tuple[str, ...] = ()
    deadlines: Deadlines
    estimate: Estimate
    units: tuple[Unit, ...]
    settled: tuple[Cell, ...]
    parameters: dict[str, dict[str, Any]]

    @property
    def selector(self) -> str:
        return f"{RUN_LABEL}={self.run_id}"

    @property
    def makes_volume(self) -> bool:
        """Whether the shared volume is made for this run, and goes with it."""
        return bool(self.volume and self.volume.own)

    @property
    def parties(self) -> tuple[str, ...]:
        """The parties that meet in this run."""
        return tuple(dict.fromkeys(unit.party for unit in self.units if unit.party))
