"""The probes that there are, from the catalogue that lies beside them."""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field

from orchestrator.data import read_data
from orchestrator.evidence import TargetKind
from orchestrator.model import Model

_SUPERVISOR = "supervisor.py"
_IMPORT = re.compile(r"(?:^ *(?:from|import) |\{HERE\}/)(\w+)", re.MULTILINE)  # or started from its file


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


def programs(probes: Iterable[str]) -> dict[str, str]:
    """The source of these probes, their supervisor and the helpers that travel with them, by file name."""
    sources = _sources()
    wanted = [_SUPERVISOR, *(catalogue()[name].file for name in probes)]
    taken: dict[str, str] = {}
    while wanted:
        name = wanted.pop()
        if name in sources and name not in taken:
            taken[name] = sources[name]
            wanted += [f"{module}.py" for module in _IMPORT.findall(sources[name])]
    return dict(sorted(taken.items()))


@cache
def _sources() -> dict[str, str]:
    entries = files("probes").iterdir()
    return {e.name: e.read_text() for e in entries if e.name.endswith(".py") and e.name != "__init__.py"}
