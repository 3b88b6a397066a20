"""Several processes that share one GPU: each holds its part of the memory, and all compute at once."""

from __future__ import annotations

import time

from workers import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gputest import Options
    from shared import Json
    from workers import Worker

MIB = 1 << 20
GRANULE = 2 * MIB  # in which the driver hands out memory


class Broken(Exception):
    """Some of the processes failed in a step: what each of those met, and its number as `share`."""

    def __init__(self, failures: list[Json]) -> None:
        super().__init__(str(failures))
        self.failures = failures


class Shares:
    """The processes, of which the first has the GPU open already, and what it was told then of the memory."""

    def __init__(self, workers: list[Worker], options: Options, free: int) -> None:
        self._workers = workers
        self._options = options
        self._free = free

    def run(self, ordinal: int, alone: Json | None) -> Json:
        """As checks read it; `alone` is what one process computed while it was the only one, if it could."""
        told: Json = {"of": len(self._workers)}
        try:
            self._open(ordinal, told)
            self._fill(told)
            told["wrong"] = sum(answer["wrong"] for answer in self._step("verify"))
            if alone:
                self._compute(alone, told)
        except Broken as broken:
            return {**told, "code": "failed", "failed": broken.failures}
        return {**told, "code": "ok"}

    def _open(self, ordinal: int, told: Json) -> None:
        """The other processes; from here on they all have a context."""
        others = self._workers[1:]
        for share, worker in enumerate(others, 1):
            worker.tell("open", ordinal=ordinal, share=share)
        self._gather(others, first=1)
        left = min(answer["free"] for answer in self._step("memory"))
        told["contextMiB"] = (self._free - left) // max(1, len(others)) // MIB
        self._free = left

    def _fill(self, told: Json) -> None:
        """Each its part of what is free once all are there: who filled before would take another's part."""
        part = max(0, self._free // len(self._workers) - self._options.headroom) // GRANULE * GRANULE
        told["mib"] = part // MIB
        answers = self._step("fill", size=part, chunk=self._options.chunk)
        refused = [
            {"share": share, "stage": "fill", "code": "cuda", **why, "mib": answer["filled"] // MIB}
            for share, answer in enumerate(answers)
            if (why := answer["refused"])
        ]
        if refused:
            raise Broken(refused)
        time.sleep(self._options.hold)

    def _compute(self, alone: Json, told: Json) -> None:
        answers = self._step("compute", rounds=alone["rounds"])
        told["wrong"] += sum(answer["wrong"] for answer in answers)
        told["slowdown"] = round(max(answer["ms"] for answer in answers) / max(alone["ms"], 0.001), 2)

    def _step(self, do: str, **arguments: object) -> list[Json]:
        """What each ends the command with, which is given to all at once; Broken when any of them fails."""
        for worker in self._workers:
            worker.tell(do, **arguments)
        return self._gather(self._workers)

    def _gather(self, workers: list[Worker], first: int = 0) -> list[Json]:
        answers, failures = [], []
        soon = self._options.soon()
        for share, worker in enumerate(workers, first):
            try:
                answers.append(worker.answer(soon))
            except Failure as failure:
                failures.append({"share": share, **failure.told})
        if failures:
            raise Broken(failures)
        return answers
