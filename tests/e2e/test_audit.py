"""Whole audits of a real cluster, with both profiles."""

import json
from pathlib import Path

import pytest

from tests.devcluster.cluster import Cluster
from tests.e2e.driver import Answer, Driver

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]

PROBES = {"node", "dns", "egress", "registry", "mesh"}


def assert_whole(answer: Answer) -> None:
    """Every cell has ended, and everything that was created is gone."""
    cleanup, coverage = answer.report["cleanup"], answer.report["coverage"]
    assert cleanup["left"] == []
    assert cleanup["created"] == cleanup["confirmedGone"] > 0
    assert coverage["expected"] == len(answer.report["ledger"]) > 0


@pytest.mark.parametrize("profile", ["runai-2.7", "runai-2020"])
def test_every_probe_answers_from_every_node(driver: Driver, profile: str) -> None:
    answer = driver.audit("--profile", profile)
    assert_whole(answer)
    nodes = set(driver.kubectl("get", "nodes", "--output=name").replace("node/", "").split())
    assert answer.outcomes == {node: {("answered", None)} for node in nodes}
    assert {(c["probe"], c["target"]["name"]) for c in answer.report["ledger"]} == {
        (probe, node) for probe in PROBES for node in nodes
    }


def test_the_verdicts_of_2_7_are_right_for_this_cluster(own_cluster: Cluster, driver: Driver) -> None:
    """Kubernetes 1.20.2, two nodes without GPUs, a cluster DNS that works, no way to the internet."""
    answer = driver.audit("--profile", "runai-2.7")
    assert answer.code == 1
    assert answer.statuses["kubernetes.version"] == {"fail"}
    assert answer.statuses["kubernetes.distribution"] == {"pass"}
    assert answer.statuses["nodes.ready"] == {"pass"}
    assert answer.statuses["nodes.gpu"] == {"fail"}
    assert answer.statuses["dns.cluster"] == {"pass"}
    assert answer.statuses["openshift.version"] == {"skip"}
    assert answer.statuses["egress.run-ai-cloud"] == {"fail"}
    assert answer.report["cluster"]["version"] == "v1.20.2"


def test_the_verdicts_of_2020_are_right_for_this_cluster(own_cluster: Cluster, driver: Driver) -> None:
    answer = driver.audit("--profile", "runai-2020")
    assert answer.statuses["kubernetes.version"] == {"warn"}
    assert answer.statuses["nodes.ready"] == {"pass"}
    assert answer.statuses["nodes.gpu"] == {"fail"}
    assert answer.code == 1


def test_what_the_probes_saw_is_what_the_nodes_are(driver: Driver, tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    driver.audit("--save-evidence", str(file))
    evidence = json.loads(file.read_text())
    infos = {n["metadata"]["name"]: n["status"]["nodeInfo"] for n in evidence["inventory"]["nodes"]}
    seen = {o["target"]["name"]: o for o in evidence["observations"] if o["probe"] == "node"}
    assert seen.keys() == infos.keys()
    for name, observation in seen.items():
        assert observation["data"]["kernel"]["release"] == infos[name]["kernelVersion"]
        assert abs(observation["data"]["clock"]["skewSeconds"]) < 5
        assert observation["timing"]["run"] >= 0


def test_evidence_judged_again_gives_the_same_findings(driver: Driver, tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    answer = driver.audit("--profile", "runai-2.7", "--save-evidence", str(file))
    again = driver.evaluate(file, "--profile", "runai-2.7")
    assert again["findings"] == answer.report["findings"]


def test_two_audits_at_once_do_not_meet(driver: Driver) -> None:
    first, second = driver.start_audit(), driver.start_audit()
    for answer in (first.finish(), second.finish()):
        assert_whole(answer)
        assert {o for outcomes in answer.outcomes.values() for o in outcomes} == {("answered", None)}


def test_doctor_finds_nothing_wrong(driver: Driver) -> None:
    done = driver.run("doctor")
    assert (done.returncode, "FAIL" in done.stdout) == (0, False)
