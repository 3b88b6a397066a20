"""`python -m orchestrator.simulator`, and many Jobs at once."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from kubernetes import client, config

from orchestrator.simulator.server import Simulator

from .conftest import JOBS, Raw, Simulate, cluster, job, node, until


@contextmanager
def simulator_process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "orchestrator.simulator", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        yield process
        process.kill()


def test_it_serves_until_its_input_ends(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "config"
    with simulator_process("--kubeconfig", str(kubeconfig), "--nodes", "3") as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        with config.new_client_from_config(str(kubeconfig)) as api:
            assert api.configuration.host == url
            assert len(client.CoreV1Api(api).list_node().items) == 3
        process.communicate("")
        assert process.returncode == 0


def test_it_ends_on_sigterm(tmp_path: Path) -> None:
    with simulator_process() as process:
        assert process.stdout
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_a_cluster_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "cluster.yaml"
    path.write_text("- 1")
    with simulator_process("--cluster", str(path)) as process:
        _, errors = process.communicate()
        assert errors == f"{path}:1: neither a Kubernetes object nor a simulation\n"
        assert process.returncode == 2


@pytest.mark.parametrize("count", [200])
def test_many_jobs_with_instant_results(
    simulate: Simulate, raw: Callable[[Simulator], Raw], count: int
) -> None:
    results = [{"probe": "node", "data": {"kernel": "5.15"}}]
    simulator = simulate(cluster(*(node(f"n{number}") for number in range(20)), results=results))
    call = raw(simulator)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: call("POST", JOBS, job(f"probe-{number}")).status, range(count)))
    assert made == [201] * count
    until(simulator, "jobs", lambda jobs: all(each.view["status"].get("succeeded") for each in jobs))
    per_node = [pod.fields["spec.nodeName"] for pod in simulator.store.objects("pods")]
    assert {per_node.count(name) for name in set(per_node)} == {count // 20}
    deleted = call("DELETE", f"{JOBS}?labelSelector=run%3Dr1&propagationPolicy=Background")
    assert len(json.loads(deleted.data)["items"]) == count
    until(simulator, "pods", lambda pods: not pods)
