"""What one pod does in the test of a shared GPU, in step with the pods that have the other shares."""

from __future__ import annotations

import time

from tasks import Deadline
from workers import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from circle import Circle
    from shared import Json, Observation
    from workers import Worker

MIB = 1 << 20
GRANULE = 2 * MIB  # in which the driver hands out memory
STEPS = 4  # to a chunk, where it is to be seen how far a pod comes
WHOLE = 1.5  # shares: who is told of more memory than that is told of the whole GPU's


class Options:
    """What the parameters say; sizes in bytes, times in seconds. `past` is in shares."""

    def __init__(self, observation: Observation) -> None:
        parameter = observation.parameter
        self.number = parameter("number", 1)
        self.share = parameter("shareMib", 0) * MIB
        self.chunk = max(STEPS, parameter("chunkMib", 256)) * MIB
        self.headroom = parameter("headroomMib", 256) * MIB
        self.past = parameter("past", 1.05)
        self.milliseconds = parameter("computeMs", 100.0)
        self.hold = parameter("holdSeconds", 1.0)
        self.patience = parameter("patience", 15.0)


class ShareTest:
    """One share of the GPU. What is found goes into `data` as it is found, as checks read it."""

    def __init__(self, name: str, options: Options, data: Json, circle: Circle, worker: Worker) -> None:
        self._name = name
        self._options = options
        self._data = data
        self._circle = circle
        self._worker = worker
        self._kernels = False
        self._filled = 0

    def run(self) -> None:
        """Every step, or up to the one that fails here: the others then go on without this pod."""
        self._data.update(lost=self._circle.lost, shareMib=self._options.share // MIB)
        steps = {
            "open": self._open,
            "fill": self._fill,
            "verify": self._verify,
            "compute": self._compute,
            "room": self._make_room,
            "over": self._exceed,
            "again": self._verify_again,
        }
        for name, step in steps.items():
            try:
                step()
            except Failure as failure:
                self._data["failed"] = {"step": name, **failure.told}
                return
            self._end(name)

    def _end(self, step: str) -> None:
        """Wait for the others, who may have to wait for a worker that hangs."""
        self._circle.step(step, 2 * self._options.patience)

    def _ask(self, do: str, **arguments: object) -> Json:
        """What the worker ends the command with; Failure where it does not."""
        return self._worker.ask(Deadline(self._options.patience), do, **arguments)

    def _open(self) -> None:
        devices = self._ask("list")["devices"]
        self._data["gpus"] = [device["uuid"] for device in devices]
        opened = self._ask("open", ordinal=0, share=self._options.number)
        self._kernels = "jit" not in opened

    def _fill(self) -> None:
        """What the share leaves once all have a context; nobody begins before all know that."""
        size = self._room()
        self._end("memory")
        answer = self._ask("fill", size=size, chunk=self._options.chunk)
        self._filled = answer["filled"]
        self._data["filledMib"] = self._filled // MIB
        if answer["refused"]:
            self._data["refused"] = _refusal(answer)

    def _room(self) -> int:
        """Bytes of the share that are free: less what a context takes, as this pod or all are told of it."""
        memory, share = self._ask("memory"), self._options.share
        users = 1 + len(self._circle.names) if memory["total"] > WHOLE * share else 1
        overhead: int = (memory["total"] - memory["free"]) // users
        self._data.update(totalMib=memory["total"] // MIB, overheadMib=overhead // MIB)
        return max(0, share - overhead - self._options.headroom) // GRANULE * GRANULE

    def _verify(self) -> None:
        time.sleep(self._options.hold)
        self._data["wrong"] = self._ask("verify")["wrong"]

    def _compute(self) -> None:
        if self._kernels:
            computed = self._ask("compute", milliseconds=self._options.milliseconds)
            self._data["wrong"] += computed["wrong"]

    def _make_room(self) -> None:
        """The last one by name is to exceed its share: of the GPU's memory itself there must be enough."""
        others = self._circle.names
        self._data["overBy"] = max([self._name, *others])
        if not self._exceeds:
            self._ask("release", size=self._excess // len(others) + GRANULE)

    @property
    def _exceeds(self) -> bool:
        return bool(self._data["overBy"] == self._name)

    @property
    def _excess(self) -> int:
        """Bytes that lead past the share, and past what is still as promised, by a chunk."""
        return max(0, int(self._options.past * self._options.share) - self._filled) + self._options.chunk

    def _exceed(self) -> None:
        if not self._exceeds:
            return
        try:
            answer = self._ask("fill", size=self._excess, chunk=self._options.chunk // STEPS)
        except Failure as failure:
            self._data["over"] = failure.told
            return
        ended = _refusal(answer) if answer["refused"] else {"code": "no-limit"}
        self._data["over"] = {**ended, "atMib": (self._filled + answer["filled"]) // MIB}

    def _verify_again(self) -> None:
        if not self._exceeds:
            self._data["wrongAgain"] = self._ask("verify")["wrong"]


def _refusal(answer: Json) -> Json:
    """The error where memory was refused, as any other that ends a worker's command."""
    return {"code": "cuda", "stage": "fill", **answer["refused"]}
