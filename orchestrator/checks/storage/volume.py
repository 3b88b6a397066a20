"""A shared volume as the storage probe saw it."""

from fnmatch import fnmatchcase
from functools import cache
from typing import Literal

from pydantic import Field, FiniteFloat, StrictBool, StrictInt

from orchestrator.data import read_data
from orchestrator.model import Model, Tolerant

PROBE = "storage"


class Option(Model):
    """A mount option that is a risk on this type of file system, both by a glob, and why."""

    type: str = "*"
    like: str
    means: str


class Known(Model):
    """The rows of volume.yaml."""

    troubles: dict[str, str]
    options: tuple[Option, ...]


@cache
def _known() -> Known:
    return Known.model_validate(read_data("orchestrator.checks.storage", "volume.yaml"))


def meaning(code: str) -> str:
    """`CODE, what that means`."""
    means = _known().troubles.get(code)
    return f"{code}, {means}" if means else code


class Trouble(Tolerant):
    """What stopped the probe: in this stage, this operation ended so."""

    stage: str
    operation: str = ""
    code: str
    message: str = ""

    @property
    def of_peer(self) -> bool:
        """Whether it is the other node that stopped."""
        return self.code.startswith("peer-")

    def __str__(self) -> str:
        place = " of ".join(filter(None, (self.operation, self.stage)))
        return f"{place}: {meaning(self.code)} ({self.message})" if self.message else meaning(self.code)


class Mount(Tolerant):
    type: str
    source: str
    options: tuple[str, ...] = ()

    @property
    def risks(self) -> list[str]:
        """`soft: what that means`, for each option that is a risk."""
        known = [option for option in _known().options if fnmatchcase(self.type, option.type)]
        return [f"{o}: {k.means}" for o in self.options for k in known if fnmatchcase(o, k.like)]

    def __str__(self) -> str:
        return f"{self.type} from {self.source}"


class Space(Tolerant):
    free_bytes: StrictInt
    free_files: StrictInt | None = None


class Owner(Tolerant):
    """Whose processes the pod's are, and whose files they make."""

    user: StrictInt
    file_user: StrictInt


class Peer(Tolerant):
    """The other node, and whether its files were seen from `since` to `until`, in epoch seconds.

    Without a name there is none, for this reason; `alone` where none was to come.
    """

    name: str | None = None
    alone: StrictBool = False
    reason: str = "why there is no other node is not told"
    seen: StrictBool | None = None
    since: FiniteFloat = 0.0
    until: FiniteFloat = 0.0


class Ahead(Tolerant):
    """By how many seconds another clock is ahead."""

    ahead_seconds: FiniteFloat
    uncertainty_seconds: FiniteFloat = Field(0.0, ge=0)


class Times(Tolerant):
    """Median and 99th percentile, in milliseconds."""

    p50_ms: FiniteFloat = Field(ge=0)
    p99_ms: FiniteFloat = Field(ge=0)


class SmallFiles(Tolerant):
    create: Times


class Stream(Tolerant):
    """Megabytes a second."""

    write: FiniteFloat = Field(alias="writeMBPerS", ge=0)
    read: FiniteFloat = Field(alias="readMBPerS", ge=0)


class Rewrites(Tolerant):
    reads: StrictInt
    stale: StrictInt


class Race(Tolerant):
    names: StrictInt
    both: StrictInt
    neither: StrictInt


class Renames(Tolerant):
    reads: StrictInt
    changes: StrictInt
    torn: StrictInt
    missing: StrictInt
    stale: StrictInt


class Locks(Tolerant):
    fcntl: str
    flock: str


class Seen(Tolerant):
    """All that one node tells; what it did not get to is None."""

    role: Literal["pair", "single"]
    mount: Mount | None = None
    space: Space | None = None
    owner: Owner | None = None
    mtime: Ahead | None = None
    small_files: SmallFiles | None = None
    peer: Peer | None = None
    visibility: Times | None = None
    clock: Ahead | None = None
    rewrites: Rewrites | None = None
    race: Race | None = None
    renames: Renames | None = None
    locks: Locks | None = None
    stream: Stream | None = None
    damaged: StrictInt | None = None
    removed: StrictBool | None = None
    trouble: Trouble | None = None
