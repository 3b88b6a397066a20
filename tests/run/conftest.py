"""One run of the engine on a simulated cluster."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from orchestrator.condition import Facts
from orchestrator.evidence import Cell, Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.inventory.read import read_inventory
from orchestrator.kube.api import Api
from orchestrator.kube.connect import ConnectOptions, connect
from orchestrator.plan.make import make_plan
from orchestrator.plan.model import Plan, Site
from orchestrator.progress import Progress
from orchestrator.requirement import Question, Remedy, Requirement, Source, Verdict
from orchestrator.run.engine import Engine
from orchestrator.run.ledger import Result
from orchestrator.run.patience import Patience
from orchestrator.simulator.server import Simulator
from orchestrator.simulator.store import Event

OURS = {"app.kubernetes.io/name": "runai-preflight"}
HANG = {"match": {"job": "preflight-*-????????????", "node": "n1"}, "fate": "deadline"}
AT_ONCE = Patience(schedule=0, provision=60, recover=0, fate=2, events=0.1, cleanup=20)
Connect = Callable[[Simulator], Api]


class AsksNode(Requirement):
    """Wants the node probe, and no other, on every node."""

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe="node")

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        yield from ()


_ROW = AsksNode(
    id="asks.node",
    title="The node is asked",
    check="asks-node",
    source=Source(document="A document", section="A section"),
    remedy=Remedy(text="Mend it."),
)
PROFILE: Any = SimpleNamespace(requirements=(_ROW,))  # profiles proper have rows of the shipped checks only


class Told:
    """Progress that is remembered."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.steps: list[tuple[int, int]] = []

    def say(self, text: str) -> None:
        self.lines.append(text)

    def advance(self, done: int, total: int, trouble: str = "") -> None:
        self.steps.append((done, total))


class OnFirstAnswer(Told):
    """Does something, on the engine's own thread, as soon as one unit has answered."""

    def __init__(self, act: Callable[[], None]) -> None:
        super().__init__()
        self._act = act

    def advance(self, done: int, total: int, trouble: str = "") -> None:
        super().advance(done, total, trouble)
        if done == 1:
            self._act()


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
    """Plans the node probe, on all nodes of the cluster, and runs it."""

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
    """The node probe on every node; with other deadlines than usual."""
    _, inventory = read_inventory(api)
    plan = make_plan([PROFILE], inventory, Facts(), Site(), run_id)
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
