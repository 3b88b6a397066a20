"""The rules of a simulation: what becomes of which pods, and what their probes print."""

from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

from orchestrator.simulator.faults import Fault
from orchestrator.simulator.proxies import Proxy


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Match(_Model):
    """Which pods a rule is for, as globs; `job` is the pod's Job, or the pod itself when it has none.

    With `image` it is for the containers of this image alone, which they always pull.
    """

    node: str = "*"
    job: str = "*"
    image: str = ""

    def matches(self, node: str, names: tuple[str, ...]) -> bool:
        return fnmatchcase(node, self.node) and any(fnmatchcase(name, self.job) for name in names)


class FateRule(_Model):
    """What becomes of the matching pods instead of running; `after` in seconds."""

    match: Match = Match()
    fate: str
    message: str | None = None
    after: float = Field(default=0, ge=0)

    @field_validator("fate")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in fate_names():
            raise ValueError(f"no fate is called {name}; there are {', '.join(fate_names())}")
        return name


class ResultRule(_Model):
    """What a probe in the matching pods prints, at once and without a process."""

    match: Match = Match()
    probe: str
    data: dict[str, Any] = Field(default_factory=dict)
    ok: bool = True
    stage: str = "done"
    error: Any = None


class Simulation(_Model):
    """A document without `kind`: what is no Kubernetes object."""

    version: str | None = Field(default=None, pattern=r"^v?1\.\d+")
    fates: list[FateRule] = []
    results: list[ResultRule] = []
    faults: list[Fault] = []
    proxies: list[Proxy] = []


@cache
def fate_names() -> tuple[str, ...]:
    """The fates that fates.yaml describes."""
    return tuple(yaml.safe_load(files(__package__).joinpath("fates.yaml").read_text("utf-8")))
