"""What goes wrong in real clusters, and what stays behind: nothing."""

import signal

import pytest

from tests.devcluster.cluster import Cluster
from tests.e2e.driver import Driver
from tests.e2e.test_audit import assert_whole

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_cleans_up_and_says_so(driver: Driver, number: signal.Signals) -> None:
    running = driver.start_audit()
    running.wait_for_pods()
    running.process.send_signal(number)
    answer = running.finish()
    assert answer.code == 130
    assert answer.report["run"]["interrupted"] is True
    assert_whole(answer)


def test_what_a_killed_run_leaves_is_swept_at_once(driver: Driver) -> None:
    running = driver.start_audit()
    running.wait_for_pods()
    running.kill()
    assert driver.objects()
    done = driver.run("sweep")
    assert done.returncode == 0
    assert f"run {running.run_id}:" in done.stdout
    assert "0 left (its driver, process" in done.stdout


def test_what_a_killed_run_leaves_goes_by_itself(driver: Driver) -> None:
    """The run Job's deadline (50 s and 60 s of reserve) and its TTL (60 s) take everything along."""
    running = driver.start_audit("--timeout", "50", "--only", "dns.*", "--only", "egress.*")
    running.wait_for_pods()
    running.kill()
    selector = f"--selector=runai-preflight/run={running.run_id}"
    driver.kubectl("wait", "jobs,pods,configmaps", selector, "--for=delete", "--timeout=230s")


def test_a_run_that_is_alive_is_not_swept(driver: Driver) -> None:
    running = driver.start_audit()
    running.wait_for_pods()
    done = driver.run("sweep")
    assert f"run {running.run_id}: left alone" in done.stdout
    assert_whole(running.finish())


def test_an_image_that_cannot_be_pulled_is_told_in_the_kubelets_words(
    own_cluster: Cluster, driver: Driver
) -> None:
    answer = driver.audit("--image", f"{own_cluster.registry}/no-such-image:1")
    assert set.union(*answer.outcomes.values()) == {("unanswered", "ImagePull")}
    assert all("no-such-image:1" in cell["message"] for cell in answer.report["ledger"])
    assert answer.statuses["dns.cluster"] == {"unknown"}
    assert_whole(answer)


def test_a_tainted_node_answers_too(own_cluster: Cluster, driver: Driver) -> None:
    name = own_cluster.nodes[1]
    driver.kubectl("taint", "node", name, "dedicated=others:NoSchedule")
    try:
        answer = driver.audit()
    finally:
        driver.kubectl("taint", "node", name, "dedicated-")
    assert answer.outcomes[name] == {("answered", None)}


def test_a_node_that_is_not_ready_loses_nothing_else(own_cluster: Cluster, driver: Driver) -> None:
    healthy, sick = own_cluster.nodes
    own_cluster.stop_node(sick)
    try:
        answer = driver.audit()
    finally:
        own_cluster.start_node(sick)
    assert answer.outcomes[sick] == {("unanswered", "NodeNotReady")}
    assert answer.outcomes[healthy] == {("answered", None)}
    assert answer.statuses["nodes.ready"] == {"pass", "warn"}
    assert_whole(answer)


def test_an_api_server_that_restarts_is_waited_for(own_cluster: Cluster, driver: Driver) -> None:
    running = driver.start_audit()
    running.wait_for_pods()
    own_cluster.restart_apiserver()
    answer = running.finish()
    assert set.union(*answer.outcomes.values()) == {("answered", None)}
    assert_whole(answer)
