"""Every fate of a pod has an answer of its own in the ledger, in Kubernetes' own words."""

import re

import pytest

from orchestrator.evidence import Outcome, Reason
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, nodes
from tests.run.conftest import AT_ONCE, RunOn

UNIT = "preflight-*-????????????"  # the run Job and its pod are called otherwise
IMAGE = "docker.io/library/python:3.12-slim"
FATES = {
    "unschedulable": (
        Reason.UNSCHEDULABLE,
        r"0/2 nodes are available: 2 Insufficient nvidia\.com/gpu\. preemption: 0/2 nodes are available: .*",
    ),
    "image-pull": (
        Reason.IMAGE_PULL,
        rf'ErrImagePull: rpc error: code = NotFound desc = failed to pull .* image "{IMAGE}": .*: not found',
    ),
    "invalid-image": (
        Reason.IMAGE_PULL,
        rf'InvalidImageName: Failed to apply default image tag "{IMAGE}": .*: invalid reference format',
    ),
    "config-error": (Reason.CONFIG_ERROR, r'CreateContainerConfigError: configmap "missing" not found'),
    "start-error": (Reason.START_ERROR, r'.*exec: "python3": exec format error: unknown'),
    "oom": (Reason.OOM_KILLED, r"OOMKilled, exit code 137"),
    "evicted": (
        Reason.EVICTED,
        r"The node was low on resource: memory\. Container probe was using 1Gi, which exceeds .* 64Mi\.",
    ),
    "node-lost": (Reason.NODE_LOST, r"Node n1 which was running pod preflight-r1-\w+-\w+ is unresponsive"),
    "no-output": (
        Reason.NO_RESULT,
        r"the pod succeeded, but neither its log nor its termination message has a result",
    ),
    "garbage": (
        Reason.NO_RESULT,
        r"the pod succeeded, but neither its log nor its termination message has a result",
    ),
    "truncated": (Reason.TRUNCATED, r"a result was printed, but not whole: it was cut in the middle"),
    "crash": (Reason.CRASHED, r"Error, exit code 1: RuntimeError: simulated crash"),
    "deleted": (Reason.DELETED, r"(Job|pod) preflight-r1-\S+ was deleted by someone else during the run"),
    "pending": (
        Reason.NOT_STARTED,
        r'FailedMount: MountVolume\.SetUp failed for volume "data": rpc error: code = DeadlineExceeded .*',
    ),
}


@pytest.mark.parametrize("fate", FATES)
def test_every_fate_is_told_and_the_other_node_answers(
    fate: str, start_simulator: StartSimulator, run_on: RunOn
) -> None:
    reason, words = FATES[fate]
    rule = {"match": {"node": "n1", "job": UNIT}, "fate": fate}
    simulator = start_simulator(cluster(*nodes(2), fates=[rule]))
    run = run_on(simulator, patience=AT_ONCE._replace(cleanup=3))
    cell = run.cell("n1")
    assert (cell.outcome, cell.reason) == (Outcome.UNANSWERED, reason)
    assert re.fullmatch(words, cell.message)
    assert run.cell("n2").outcome is Outcome.ANSWERED
    assert [observation.target.name for observation in run.result.observations] == ["n2"]
    left = {ref.kind for ref in run.result.cleanup.left}
    assert left == ({"Pod"} if fate == "node-lost" else set())
