"""One run of the engine on a simulated cluster."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from orchestrator.condition import Facts
from orchestrator.evidence import Cell
from orchestrator.inventory.read import read_inventory
from orchestrator.kube.api import Api
from orchestrator.kube.connect import ConnectOptions, connect
from orchestrator.plan import Plan, Site, make_plan
from orchestrator.progress import Progress
from orchestrator.run.engine import Engine, Result
from orchestrator.run.patience import Patience
from orchestrator.simulator.server import Simulator
from orchestrator.simulator.store import Event

OURS = {"app.kubernetes.io/name": "runai-preflight"}
AT_ONCE = Patience(schedule=0, recover=0, fate=2, events=0.1, cleanup=20)
Connect = Callable[[Simulator], Api]


class Told:
    """Progress that is remembered."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.steps: list[tuple[int, int]] = []

    def say(self, text: str) -> None:
        self.lines.append(text)

    def advance(self, done: int, total: int, trouble: str = "") -> None:
        self.steps.append((done, total))


class Run(NamedTuple):
    """A run that has ended."""

    plan: Plan
    result: Result
    told: Told

    def cell(self, name: str) -> Cell:
        """The one cell of this node."""
        (found,) = [cell for cell in self.result.cells if cell.target.name == name]
        return found


RunOn = Callable[..., Run]


@pytest.fixture
def connected(tmp_path: Path) -> Iterator[Connect]:
    with ExitStack() as opened:

        def to(simulator: Simulator) -> Api:
            path = simulator.kubeconfig(tmp_path / "kubeconfig")
            return opened.enter_context(connect(ConnectOptions(kubeconfig=path, request_timeout=10)))

        yield to


@pytest.fixture
def run_on(connected: Connect) -> RunOn:
    """Plans the probe that always runs, on all nodes of the cluster, and runs it."""

    def run(
        simulator: Simulator,
        *,
        run_id: str = "r1",
        patience: Patience = AT_ONCE,
        progress: Progress | None = None,
        **deadlines: int,
    ) -> Run:
        api, told = connected(simulator), Told()
        plan = planned(api, run_id, **deadlines)
        return Run(plan, Engine(api, plan, progress or told, patience).run(), told)

    return run


def planned(api: Api, run_id: str = "r1", **deadlines: int) -> Plan:
    """The probe that always runs, on every node; with other deadlines than usual."""
    _, inventory = read_inventory(api)
    plan = make_plan([], inventory, Facts(), Site(), run_id)
    return plan.model_copy(update={"deadlines": plan.deadlines.model_copy(update=deadlines)})


class Born:
    """Every object of ours that a simulated cluster has had, by UID."""

    def __init__(self, simulator: Simulator) -> None:
        self._store = simulator.store
        self.uids: set[str] = set()
        self._store.subscribe(self._note)

    def _note(self, event: Event) -> None:
        if OURS.items() <= event.last.labels.items():
            self.uids.add(event.last.uid)

    @property
    def alive(self) -> set[str]:
        return {uid for uid in self.uids if self._store.by_uid(uid)}
