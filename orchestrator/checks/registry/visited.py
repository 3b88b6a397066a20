"""What the registry probe tells of an image, and the words for it."""

from functools import cache
from typing import Any

from orchestrator.checks.verdicts import entries
from orchestrator.data import read_data
from orchestrator.model import Tolerant

PROBE = "registry"
REFUSED = ("unauthorized", "forbidden", "not-found")  # what is private is often said not to be there


class RateLimit(Tolerant):
    """How much of its pulls a source has left; `source` is the address or account that is counted."""

    limit: int | None = None
    remaining: int | None = None
    window_seconds: int | None = None
    source: str | None = None


class Visited(Tolerant):
    """One image as the registry probe met it: the step and stage where it ended, and with which code."""

    image: str
    code: str
    step: str
    stage: str | None = None
    host: str | None = None
    registry: str | None = None
    status: int | None = None
    via: str = "direct"
    credentials: bool = False
    mirror: bool = False
    plain_http: bool = False
    message: str = ""
    redirect: str | None = None
    mb_per_second: float | None = None
    rate_limit: RateLimit | None = None

    @property
    def answered(self) -> bool:
        """Whether a registry's own answer is how it ended."""
        return self.code == "ok" or self.code in (*REFUSED, "rate-limited")

    @property
    def where(self) -> str:
        """`auth.docker.io:443 (asked for the token)`."""
        asked = words()["steps"].get(self.step, self.step)
        return f"{self.host} ({asked})" if self.host else asked

    @property
    def why(self) -> str:
        """The code, where it came up, and what it means."""
        place = f"{self.code} at {self.stage}" if self.stage and self.stage != "http" else self.code
        told = self.message or words()["codes"].get(self.code, "")
        return f"{self.where}: {place}" + (f": {told}" if told else "")


def visit_of(image: str, data: dict[str, Any]) -> Visited | None:
    """How the probe found this image, if it looked; ValidationError when that is told otherwise."""
    return next((Visited.model_validate(e) for e in entries(data, "images") if e.get("image") == image), None)


@cache
def words() -> dict[str, Any]:
    """The sentences of words.yaml."""
    known: dict[str, Any] = read_data("orchestrator.checks.registry", "words.yaml")
    return known
