"""The framed results in what a pod printed or left as its termination message."""

from typing import Any, NamedTuple

from pydantic import Field, ValidationError

from orchestrator.model import Tolerant
from orchestrator.redact import may_hold_secret, redact_value

MARK = b"runai-preflight-result: "
_ESCAPE = "\\u"


class ProbeError(Tolerant):
    code: str
    message: str = ""


class Frame(Tolerant):
    """One probe's result, as `probes/shared.py` writes it; `seconds` is the probe's own running time."""

    probe: str
    run: str
    target: str
    ok: bool
    stage: str
    seconds: float | None = None
    error: ProbeError | None = None
    reduced: bool = False
    data: dict[str, Any] = Field(default_factory=dict)
    detail: dict[str, Any] = Field(default_factory=dict)

    @property
    def hollow(self) -> bool:
        """Whether it was reduced so far that it only says where the answer is: in the log."""
        return self.ok and self.reduced and not self.data

    @property
    def cut_short(self) -> bool:
        """Whether the probe was ended from outside: what became of its pod tells why, it does not know."""
        return self.error is not None and self.error.code == "terminated"


class Frames(NamedTuple):
    """The frames by probe, and whether there was one that could not be read (cut in the middle, say)."""

    by_probe: dict[str, Frame]
    broken: bool


def parse_frames(printed: bytes, run: str, target: str) -> Frames:
    """The frames of this run and target; what others print in their name is not taken."""
    found: dict[str, Frame] = {}
    broken = False
    for line in printed.splitlines():
        _, mark, body = line.partition(MARK)
        if not mark:
            continue
        try:
            frame = _read(body.decode("utf-8", "replace"))
        except ValidationError:
            broken = True
            continue
        if (frame.run, frame.target) == (run, target):
            found[frame.probe] = frame
    return Frames(found, broken)


def _read(text: str) -> Frame:
    """One frame, without what looks like a secret; most hold nothing that could be one."""
    frame = Frame.model_validate_json(text)
    if _ESCAPE not in text and not may_hold_secret(text):
        return frame
    return frame.model_copy(update={"data": redact_value(frame.data), "detail": redact_value(frame.detail)})
