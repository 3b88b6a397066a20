"""The ledger while a run is under way: every cell of the plan, each settled exactly once."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from orchestrator.evidence import Cell, Cleanup, Observation, Outcome, Reason, Timing
from orchestrator.plan.model import Unit
from orchestrator.progress import Progress
from orchestrator.redact import clean, redact
from orchestrator.run.fates import Sign
from orchestrator.run.frames import Frame

_MESSAGE_LIMIT = 600


class Result(NamedTuple):
    """How every cell ended, what was observed, and the proof of the clean-up."""

    cells: tuple[Cell, ...]
    observations: tuple[Observation, ...]
    cleanup: Cleanup
    interrupted: bool


class Ledger:
    """`open` holds the units that still owe an answer, by name."""

    def __init__(self, units: Iterable[Unit], settled: Iterable[Cell], progress: Progress) -> None:
        self.open: dict[str, Unit] = {unit.name: unit for unit in units}
        self._total = len(self.open)
        self._cells: list[Cell] = list(settled)
        self._observations: list[Observation] = []
        self._progress = progress
        self._told: set[str] = set()

    def answer(
        self, unit: Unit, frames: dict[str, Frame], missing: Sign, source: str, timing: Timing | None
    ) -> None:
        """Settle a unit with what its probes said; `missing` is the reason for those that did not end."""
        if self.open.pop(unit.name, None) is None:
            return
        seconds = sum(filter(None, (timing.schedule, timing.start, timing.run))) if timing else None
        for probe in unit.probes:
            frame = frames.get(probe)
            if frame and frame.data:
                self._observe(unit, frame, source, timing)
            self._settle(unit, probe, _sign(frame, missing), seconds)
        self._report(unit, frames, missing)

    def fail(self, unit: Unit, sign: Sign) -> None:
        """Settle a unit that gave no answer at all."""
        self.answer(unit, {}, sign, "log", None)

    def fail_all(self, sign: Sign, which: Callable[[Unit], bool] = lambda _: True) -> None:
        """Settle all that still owe an answer, or those of them that are so."""
        for unit in filter(which, list(self.open.values())):
            self.fail(unit, sign)

    def cells(self) -> tuple[Cell, ...]:
        return tuple(sorted(self._cells, key=lambda c: (c.target.name, c.probe)))

    def observations(self) -> tuple[Observation, ...]:
        return tuple(sorted(self._observations, key=lambda o: (o.target.name, o.probe)))

    def _settle(self, unit: Unit, probe: str, sign: Sign | None, seconds: float | None) -> None:
        self._cells.append(
            Cell(
                probe=probe,
                target=unit.target,
                outcome=Outcome.UNANSWERED if sign else Outcome.ANSWERED,
                reason=sign.reason if sign else None,
                message=clean(redact(sign.message), _MESSAGE_LIMIT) if sign else "",
                object=unit.name,
                seconds=seconds,
            )
        )

    def _observe(self, unit: Unit, frame: Frame, source: str, timing: Timing | None) -> None:
        self._observations.append(
            Observation.model_validate(
                {
                    "probe": frame.probe,
                    "target": unit.target,
                    "stage": frame.stage,
                    "seconds": frame.seconds,
                    "source": source,
                    "reduced": frame.reduced,
                    "timing": timing,
                    "data": frame.data,
                    "detail": frame.detail,
                }
            )
        )

    def _report(self, unit: Unit, frames: dict[str, Frame], missing: Sign) -> None:
        silent = any(_sign(frames.get(probe), missing) is missing for probe in unit.probes)
        trouble = self._trouble(unit, missing) if silent else ""
        self._progress.advance(self._total - len(self.open), self._total, trouble)

    def _trouble(self, unit: Unit, missing: Sign) -> str:
        """What keeps this unit from answering, in a line; nothing where one on its target said the same."""
        words = f"{unit.target}: {missing.reason}: {clean(redact(missing.message), 200)}"
        new = words not in self._told
        self._told.add(words)
        return words if new else ""


def _sign(frame: Frame | None, missing: Sign) -> Sign | None:
    """Why there is no answer; None where there is."""
    if frame is None or frame.cut_short:
        return missing
    if frame.ok:
        return None
    error = frame.error
    words = f"{error.code}: {error.message}" if error else "no reason given"
    return Sign(Reason.PROBE_ERROR, f"stopped at stage {frame.stage}: {words}")
