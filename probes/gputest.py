"""What a GPU can do: one process alone on it computes and copies, then several share it."""

from __future__ import annotations

from gpushares import MIB, Shares
from shared import Fault
from tasks import Deadline, parallel
from workers import Failure, Worker

TYPE_CHECKING = False
if TYPE_CHECKING:
    import threading

    from shared import Json, Observation

GIGA = 1e9


class Options:
    """What the parameters say of every GPU's test; sizes in bytes."""

    def __init__(self, observation: Observation, deadline: Deadline) -> None:
        parameter = observation.parameter
        self.shares = _at_least(1, "shares", parameter("shares", 4))
        self.chunk = _at_least(1, "chunkMiB", parameter("chunkMiB", 256)) * MIB
        self.headroom = _at_least(0, "headroomMiB", parameter("headroomMiB", 128)) * MIB
        self._busy_share = parameter("busyShare", 0.1)
        self._busy_size = _at_least(0, "busyMiB", parameter("busyMiB", 2048)) * MIB
        self.milliseconds = parameter("computeMs", 100.0)
        self.hold = max(0.0, parameter("holdSeconds", 0.5))
        self._patience = parameter("patience", 20.0)
        self.deadline = deadline

    def may_be_used(self, total: int) -> int:
        """Of so much memory, what may be taken before it must be somebody's: a context takes some."""
        return int(min(self._busy_share * total, self._busy_size))

    def soon(self) -> Deadline:
        """Until when a command that is given now has to end."""
        return Deadline(min(self._patience, self.deadline.left()))


def _at_least(least: int, name: str, value: int) -> int:
    if value < least:
        raise Fault("bad-parameters", f"parameter {name!r} must be at least {least}")
    return value


class GpuTest:
    """One GPU: `entry` is what checks read of it, `detail` what else is known."""

    def __init__(self, ordinal: int, facts: Json, options: Options, turn: threading.Lock) -> None:
        self.entry: Json = {"name": facts["name"], "uuid": facts["uuid"], "totalMiB": facts["memory"] // MIB}
        self.detail: Json = dict(facts)
        self._options = options
        self._turn = turn
        self._environment = {}
        self._ordinal = ordinal
        self._computed: Json | None = None
        if " MIG " not in facts["name"]:  # a process that sees only its own GPU starts sooner
            self._environment = {"CUDA_VISIBLE_DEVICES": f"GPU-{facts['uuid']}"}
            self._ordinal = 0

    def run(self) -> None:
        """All of it, as far as it goes."""
        workers = [Worker(**self._environment) for _ in range(self._options.shares)]
        try:
            first = workers[0]
            if self._start(workers) and self._open(first) and self._compute(first) and self._copy(first):
                shares = Shares(workers, self._options, self.detail["free"])
                self.entry["shares"] = shares.run(self._ordinal, self._computed)
        finally:
            parallel(Worker.kill, workers)

    def _start(self, workers: list[Worker]) -> bool:
        """Whether all of them are there."""
        try:
            for worker in workers:
                worker.start(self._options.deadline)
        except Failure as failure:
            self.entry["alone"] = failure.told
            return False
        return True

    def _open(self, worker: Worker) -> bool:
        """Whether the GPU can be used and nobody else uses it."""
        try:
            opened = worker.ask(self._options.soon(), "open", ordinal=self._ordinal)
        except Failure as failure:
            self.entry["alone"] = failure.told
            return False
        self.detail.update(opened)
        used = opened["total"] - opened["free"]
        if used > self._options.may_be_used(opened["total"]):
            self.entry["alone"] = {"code": "busy", "stage": worker.stage, "usedMiB": used // MIB}
            return False
        return True

    def _compute(self, worker: Worker) -> bool:
        """Whether the worker lives on. Where no kernel can be had the shares do without, too."""
        if "jit" in self.detail:
            self.entry["alone"] = {"code": "jit", "stage": "module", **self.detail["jit"]}
            return True
        try:
            computed = worker.ask(self._options.soon(), "compute", milliseconds=self._options.milliseconds)
        except Failure as failure:
            self.entry["alone"] = failure.told
            return False
        self.entry["alone"] = {"code": "ok", "ms": computed["ms"], "wrong": computed["wrong"]}
        self.detail["computed"] = self._computed = computed
        return True

    def _copy(self, worker: Worker) -> bool:
        """Whether the worker lives on. One GPU after another: those of a machine have ways in common."""
        with self._turn:
            try:
                speeds = worker.ask(self._options.soon(), "copy")
            except Failure as failure:
                self.entry["copy"] = failure.told
                return bool(failure.told["code"] == "cuda")
        self.entry["copy"] = {"code": "ok", **{way: round(speed / GIGA, 1) for way, speed in speeds.items()}}
        return True
