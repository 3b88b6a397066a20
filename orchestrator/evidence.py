"""What a run observed, as one document: enough to judge it again, offline, against any profile."""

from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import AwareDatetime, Field

from orchestrator.inventory.model import Inventory
from orchestrator.model import Asked, Model

API_VERSION: Literal["runai-preflight/v1"] = "runai-preflight/v1"


class TargetKind(StrEnum):
    """What a probe can be run on; a Share is one of those that a GPU is shared in, as `gpu-1/2`."""

    NODE = "Node"
    HOST = "Host"
    SHARE = "Share"


class Target(Model):
    kind: TargetKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind.lower()} {self.name}"


class Outcome(StrEnum):
    """How a cell of the ledger ended."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    NOT_APPLICABLE = "not-applicable"


class Reason(StrEnum):
    """Why a cell has no answer."""

    WINDOWS = "Windows"
    VIRTUAL = "Virtual"
    NODE_NOT_READY = "NodeNotReady"
    MALFORMED = "Malformed"
    GPU_BUSY = "GPUBusy"
    NO_GPU = "NoGPU"
    NO_LABEL = "NoLabel"
    NO_VOLUME = "NoVolume"
    NO_SCHEDULER = "NoScheduler"
    NOT_TOLD = "NotTold"
    FORBIDDEN = "Forbidden"
    REJECTED = "Rejected"
    UNSCHEDULABLE = "Unschedulable"
    IMAGE_PULL = "ImagePull"
    CONFIG_ERROR = "ConfigError"
    START_ERROR = "StartError"
    NOT_STARTED = "NotStarted"
    OOM_KILLED = "OOMKilled"
    EVICTED = "Evicted"
    DEADLINE = "DeadlineExceeded"
    NODE_LOST = "NodeLost"
    DELETED = "Deleted"
    CRASHED = "Crashed"
    NO_RESULT = "NoResult"
    TRUNCATED = "Truncated"
    PROBE_ERROR = "ProbeError"
    UNREACHABLE = "Unreachable"
    INTERRUPTED = "Interrupted"


class Cell(Model):
    """One (probe, target) of the plan and how it ended.

    `message` carries Kubernetes' or the probe's own words when there is no answer; `object` is the Job or
    pod that stood for it; `seconds` is from the creation of that object to its end.
    """

    probe: str
    target: Target
    outcome: Outcome
    reason: Reason | None = None
    message: str = ""
    object: str | None = None
    seconds: float | None = None


class Timing(Model):
    """Seconds that a pod spent on its way, by the cluster's own clocks."""

    schedule: float | None = None
    start: float | None = None
    run: float | None = None


class Observation(Model):
    """One probe's answer from one target.

    `data` is what checks read, `detail` the rest (absent when only the termination message was had);
    `source` says which channel it came through.
    """

    probe: str
    target: Target
    stage: str = "done"
    seconds: float | None = None
    source: Literal["log", "termination-message", "process", "kubelet"]
    reduced: bool = False
    timing: Timing | None = None
    data: dict[str, Any]
    detail: dict[str, Any] = Field(default_factory=dict)


class ObjectRef(Model):
    kind: str
    name: str
    uid: str


class Cleanup(Model):
    """The proof that nothing stays: objects created, confirmed gone by UID, and those that are left."""

    created: int = 0
    confirmed_gone: int = 0
    left: tuple[ObjectRef, ...] = ()
    message: str = ""


class Tool(Model):
    name: Literal["runai-preflight"] = "runai-preflight"
    version: str


class ClusterIdentity(Model):
    """Which cluster this is: `uid` is that of the namespace kube-system, which lives as long as it."""

    server: str
    context: str | None = None
    uid: str | None = None
    version: str | None = None


class Certificate(Model):
    """What a certificate tells of itself: whose it is, for which host names, and when it is valid."""

    subject: str
    issuer: str
    names: tuple[str, ...] = ()
    not_before: AwareDatetime
    not_after: AwareDatetime


class Given(Model):
    """What the user says of the installation: settings by name, and the certificate of the cluster's domain.

    The certificate's own comes first, those that vouch for it after it.
    """

    settings: dict[str, str] = Field(default_factory=dict)
    certificates: tuple[Certificate, ...] = ()

    def over(self, earlier: "Given") -> "Given":
        """What is said now; where nothing is, what was said earlier."""
        settings = {**earlier.settings, **self.settings}
        return Given(settings=settings, certificates=self.certificates or earlier.certificates)


class RunInfo(Model):
    """How the run was made. `shape` is the kind of object that stood for a target.

    `consents` names the probes that were run because they were asked for, and would not have been else.
    """

    id: str
    features: tuple[str, ...] = ()
    settings: dict[str, str] = Field(default_factory=dict)
    certificates: tuple[Certificate, ...] = ()
    namespace: str | None = None
    image: str | None = None
    consents: tuple[str, ...] = ()
    shape: Literal["jobs", "processes", "none"]
    started_at: AwareDatetime
    ended_at: AwareDatetime
    interrupted: bool = False
    api_requests: int | None = None

    @property
    def given(self) -> Given:
        return Given(settings=self.settings, certificates=self.certificates)


class Evidence(Asked):
    """Everything observed in one run."""

    api_version: Literal["runai-preflight/v1"] = API_VERSION
    kind: Literal["Evidence"] = "Evidence"
    tool: Tool
    run: RunInfo
    cluster: ClusterIdentity | None = None
    inventory: Inventory | None = None
    observations: tuple[Observation, ...] = ()
    ledger: tuple[Cell, ...] = ()
    cleanup: Cleanup = Cleanup()

    def told(self, given: Given) -> Self:
        """The same evidence, with what is now said of the installation."""
        return self.model_copy(update={"run": self.run.model_copy(update=dict(given.over(self.run.given)))})
