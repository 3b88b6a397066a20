"""The check `service-path`."""

from typing import Any

import pytest

from orchestrator.evidence import Reason
from orchestrator.inventory.model import Inventory
from orchestrator.requirement import Question
from tests.unit.builders import CLUSTER, judge, row, verdict
from tests.unit.meshes import Json, mesh

ROW = row("service-path")
WANTED = "names of the cluster resolve, and a Service leads to its pods"
API = "kubernetes.default.svc"
GARBAGE = "the mesh probe's answer on the Service of the run cannot be understood"


def seen(name: str = "answer", **service: Any) -> Json:
    """What a node tells: the code of the API's name, and how it reached the Service of the run."""
    reached = {"stage": "connect", "code": "ok", "tries": 1, "seconds": 0.01}
    return {"names": [{"name": API, "code": name}], "service": {**reached, **service}}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            seen(code="timeout", tries=3, seconds=6.2),
            "the run's Service does not lead to its pods (timeout)",
        ),
        (
            seen(stage="resolve", code="nxdomain", tries=20, seconds=5.0),
            "the name of the run's Service does not resolve (nxdomain)",
        ),
        (seen("servfail"), f"{API} does not resolve (servfail)"),
        (
            seen("timeout", code="refused", tries=21, seconds=5.01),
            f"{API} does not resolve (timeout); the run's Service does not lead to its pods (refused)",
        ),
    ],
)
def test_what_is_not_reached(data: Json, message: str) -> None:
    assert judge(ROW, mesh({"n1": data, "n2": seen()})) == [verdict("fail", "n1", message, data, WANTED)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, GARBAGE),
        ({"names": []}, GARBAGE),
        (seen(code=7), GARBAGE),
        (Reason.NODE_LOST, "the mesh probe gave no answer: NodeLost"),
    ],
)
def test_what_cannot_be_told(data: Json | Reason, message: str) -> None:
    assert judge(ROW, mesh({"n1": data})) == [verdict("unknown", "n1", message)]


def test_no_service_to_try() -> None:
    data: Json = {"names": [], "service": None}
    message = "the probe was not told of a Service"
    assert judge(ROW, mesh({"n1": data})) == [verdict("unknown", "n1", message, data, WANTED)]


def test_all_well() -> None:
    message = "from 2 nodes a Service of the run is found by name and leads to its pods"
    found = judge(ROW, mesh({"n1": seen(), "n2": seen(), "n3": Reason.NODE_LOST}))
    assert found[1:] == [verdict("pass", CLUSTER, message, None, WANTED)]


def test_what_it_reads_and_asks() -> None:
    assert ROW.reads() == ()
    assert list(ROW.asks(Inventory())) == [Question(probe="mesh", parameters={"names": [API]})]
