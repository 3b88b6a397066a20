"""Which runs are dead, and their removal."""

import os
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.run.driver import Driver
from orchestrator.run.sweep import sweep_dead
from tests.conftest import StartSimulator
from tests.run.clusters import cluster
from tests.run.conftest import OURS, Connect


def leftover(kind: str, run: str, name: str, *, driver: str | None = None, age: int = 0) -> dict[str, Any]:
    """An object of a run; with a driver it is the run Job, whose deadline is 600 s."""
    born = datetime.now(UTC) - timedelta(seconds=age)
    container = {"name": "c", "image": "i"}
    template = {"spec": {"containers": [container], "restartPolicy": "Never"}}
    spec = {"parallelism": 0, "activeDeadlineSeconds": 600, "template": template}
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
        **({"spec": spec} if kind == "Job" else {"data": {}}),
    }


GONE = f"{socket.gethostname()}/{os.getpid()}/1"  # this process's number, once another's
HERE = str(Driver.current())
ELSEWHERE = "another-machine/1/1"


@pytest.mark.parametrize(
    ("objects", "line"),
    [
        (
            [leftover("Job", "r1", "j", driver=GONE), leftover("ConfigMap", "r1", "c")],
            f"run r1: 2 objects removed, 0 left (its driver, process {os.getpid()} on this machine, is dead)",
        ),
        (
            [leftover("Job", "r1", "j", driver=ELSEWHERE, age=700)],
            "run r1: 1 objects removed, 0 left (its deadline has passed)",
        ),
        (
            [leftover("ConfigMap", "r1", "c")],
            "run r1: 1 objects removed, 0 left (it has no run Job any more)",
        ),
        (
            [leftover("Job", "r1", "j", driver="no driver at all", age=700)],
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


@pytest.mark.parametrize("driver", [HERE, ELSEWHERE], ids=["here", "elsewhere"])
def test_a_run_that_may_be_alive_is_left_alone(
    driver: str, start_simulator: StartSimulator, connected: Connect
) -> None:
    simulator = start_simulator(cluster(leftover("Job", "r1", "j", driver=driver, age=90)))
    (line,) = sweep_dead(connected(simulator), only=None, force=False, dry_run=False).lines
    assert line.startswith("run r1: left alone, its driver may be alive (0:01:3")
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


def test_a_driver_is_told_from_a_later_process_of_its_number() -> None:
    me = Driver.current()
    assert Driver.parse(str(me)) == me
    assert not me.is_dead
    assert me._replace(started=me.started - 1).is_dead
    assert not me._replace(host="another-machine", started=1).is_dead
    assert me._replace(pid=2**22 + 1).is_dead


@pytest.mark.parametrize("text", ["", "host", "host/1", "host/x/1", "host/1/x", "host/-1/1", "a/1/2/3"])
def test_what_is_no_driver(text: str) -> None:
    assert Driver.parse(text) is None
