"""The probes that there are, from the catalogue that lies beside them."""

from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field

from orchestrator.data import read_data
from orchestrator.evidence import TargetKind
from orchestrator.model import Model


class Nodes(StrEnum):
    """On which nodes a probe is run; the catalogue says what each means."""

    EVERY = "every"
    GPU = "gpu"
    FREE_GPU = "free-gpu"
    FEW = "few"
    STORAGE = "storage"
    SHARES = "shares"


class ProbeSpec(Model):
    """One row of the catalogue, whose head tells what its keys mean; `timeout` is in seconds."""

    name: str
    summary: str
    file: str = ""
    target: TargetKind
    nodes: Nodes = Nodes.EVERY
    pod: str
    party: bool = False
    service: bool = False
    observer: Literal["probe", "kubelet"] = "probe"
    host: bool = True
    timeout: int = Field(gt=0)
    always: bool = False
    consent: str = ""
    reads: tuple[str, ...] = ()


@cache
def catalogue() -> dict[str, ProbeSpec]:
    """Every probe by name, in the order in which reports show them."""
    rows = read_data("probes", "catalog.yaml")
    return {name: ProbeSpec(name=name, **row) for name, row in rows.items()}


@cache
def programs() -> dict[str, str]:
    """The source of every probe and of the helpers that travel with them, by file name."""
    entries = files("probes").iterdir()
    return {e.name: e.read_text() for e in entries if e.name.endswith(".py") and e.name != "__init__.py"}
