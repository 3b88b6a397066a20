"""Which runs are dead, and their removal."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.run.driver import Driver
from orchestrator.run.sweep import sweep_dead
from orchestrator.simulator.routes import Call
from orchestrator.simulator.server import Requests
from orchestrator.simulator.store import Store
from tests.conftest import StartSimulator
from tests.run.clusters import cluster
from tests.run.conftest import OURS, Connect


def leftover(kind: str, run: str, name: str, *, driver: str | None = None, age: int = 0) -> dict[str, Any]:
    """An object of a run; with a driver it is the run Job, whose deadline is 600 s."""
    born = datetime.now(UTC) - timedelta(seconds=age)
    container = {"name": "c", "image": "i"}
    template = {"spec": {"containers": [container], "restartPolicy": "Never"}}
    spec = {"parallelism": 0, "activeDeadlineSeconds": 600, "template": template}
    content: dict[str, dict[str, Any]] = {"Job": {"spec": spec}, "Pod": template, "ConfigMap": {"data": {}}}
    return {
        "apiVersion": "batch/v1" if kind == "Job" else "v1",
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": "default",
            "labels": OURS | {"runai-preflight/run": run},
            "annotations": {"runai-preflight/driver": driver} if driver else {},
            "creationTimestamp": born.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
        **content[kind],
    }


ME = Driver.current()
GONE = str(ME._replace(started=1))  # this process's number, once another's
HERE = str(ME)
ELSEWHERE = "another-machine/boot:1/1/1"
TWIN = str(ME._replace(world="boot:1", started=1))  # another machine of this one's name


@pytest.mark.parametrize(
    ("objects", "line"),
    [
        (
            [leftover("Job", "r1", "j", driver=GONE), leftover("ConfigMap", "r1", "c")],
            f"run r1: 2 objects removed, 0 left (its driver, process {os.getpid()} on this machine, is dead)",
        ),
        (
            [leftover("Job", "r1", "j", driver=ELSEWHERE, age=800)],
            "run r1: 1 objects removed, 0 left (its deadline has passed)",
        ),
        (
            [leftover("ConfigMap", "r1", "c")],
            "run r1: 1 objects removed, 0 left (it has no run Job any more)",
        ),
        (
            [leftover("Job", "r1", "j", driver="no driver at all", age=800)],
            "run r1: 1 objects removed, 0 left (its deadline has passed)",
        ),
    ],
    ids=["driver dead", "deadline passed", "no run Job", "unreadable driver"],
)
def test_a_dead_run_is_removed(
    objects: list[dict[str, Any]], line: str, start_simulator: StartSimulator, connected: Connect
) -> None:
    simulator = start_simulator(cluster(*objects))
    swept = sweep_dead(connected(simulator), only=None, force=False, dry_run=False)
    assert (swept.lines, swept.left) == ((line,), ())
    assert simulator.store.objects("jobs") == simulator.store.objects("configmaps") == []


@pytest.mark.parametrize(
    ("driver", "age", "told"),
    [(HERE, 90, "0:01:"), (ELSEWHERE, 90, "0:01:"), (TWIN, 90, "0:01:"), (ELSEWHERE, 650, "0:10:")],
    ids=["here", "elsewhere", "same name elsewhere", "cleaning up after its deadline"],
)
def test_a_run_that_may_be_alive_is_left_alone(
    driver: str, age: int, told: str, start_simulator: StartSimulator, connected: Connect
) -> None:
    simulator = start_simulator(cluster(leftover("Job", "r1", "j", driver=driver, age=age)))
    (line,) = sweep_dead(connected(simulator), only=None, force=False, dry_run=False).lines
    assert line.startswith(f"run r1: left alone, its driver may be alive ({told}")
    assert [job.name for job in simulator.store.objects("jobs")] == ["j"]


def test_only_the_named_run_goes_and_nothing_of_others(
    start_simulator: StartSimulator, connected: Connect
) -> None:
    theirs = leftover("ConfigMap", "r1", "theirs")
    theirs["metadata"]["labels"] = {"app.kubernetes.io/name": "something-else"}
    runs = [leftover("Job", run, run, driver=GONE) for run in ("r1", "r2")]
    simulator = start_simulator(cluster(theirs, *runs))
    swept = sweep_dead(connected(simulator), only="r1", force=False, dry_run=False)
    assert swept.lines == ("run r1: 1 objects removed, 0 left (named)",)
    assert [job.name for job in simulator.store.objects("jobs")] == ["r2"]
    assert [each.name for each in simulator.store.objects("configmaps")] == ["theirs"]


class StartsBetweenLists(Requests):
    """A run begins after a sweep's first list has been answered."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store

    def record(self, call: Call, target: str, user_agent: str) -> None:
        super().record(call, target, user_agent)
        if self.total() == 2:
            for kind in ("Job", "ConfigMap", "Pod"):
                self._store.create(leftover(kind, "new", "new", driver=HERE if kind == "Job" else None))


def test_a_run_that_begins_during_the_sweep_is_left_alone(
    start_simulator: StartSimulator, connected: Connect
) -> None:
    simulator = start_simulator(cluster(leftover("Job", "r1", "j", driver=GONE)))
    simulator.requests = StartsBetweenLists(simulator.store)
    removed, left_alone = sorted(
        sweep_dead(connected(simulator), only=None, force=False, dry_run=False).lines, reverse=True
    )
    assert removed.startswith("run r1: 1 objects removed, 0 left")
    assert left_alone.startswith("run new: left alone, its driver may be alive")
    for plural in ("jobs", "configmaps", "pods"):
        assert [each.name for each in simulator.store.objects(plural)] == ["new"]


@pytest.mark.parametrize("force", [False, True], ids=["", "force"])
def test_what_has_no_run_is_not_ours_to_touch(
    force: bool, start_simulator: StartSimulator, connected: Connect
) -> None:
    install = leftover("ConfigMap", "", "an-install-of-ours")
    install["metadata"]["labels"] = OURS
    simulator = start_simulator(cluster(install))
    swept = sweep_dead(connected(simulator), only=None, force=force, dry_run=False)
    assert (swept.lines, swept.left) == (("nothing of any run in namespace default",), ())
    assert [each.name for each in simulator.store.objects("configmaps")] == ["an-install-of-ours"]


def test_a_driver_is_told_from_a_later_process_of_its_number() -> None:
    assert Driver.parse(HERE) == ME
    assert not ME.is_dead
    assert ME._replace(started=ME.started - 1).is_dead
    assert ME._replace(pid=2**22 + 1).is_dead


@pytest.mark.parametrize("world", ["", "boot:1"], ids=["not told", "another"])
def test_of_processes_in_another_world_nothing_is_known(world: str) -> None:
    other = ME._replace(world=world, started=1)
    assert Driver.parse(str(other)) == other
    assert not other.is_dead


@pytest.mark.parametrize(
    "text", ["", "host", "host/1/2", "host/w/x/1", "host/w/1/x", "host/w/-1/1", "h/w/1/2/3"]
)
def test_what_is_no_driver(text: str) -> None:
    assert Driver.parse(text) is None
