"""APIs that others serve, by what their APIService says."""

from typing import Any

import pytest

from tests.unit.builders import cluster, judge, row

NAME = "v1beta1.custom.metrics.k8s.io"
ROW = row("api-service", {"service": "apiservice-custom-metrics"})


def judged(*found: dict[str, Any]) -> tuple[str, str]:
    [verdict] = judge(ROW, cluster(objects={"apiservice-custom-metrics": found}))
    return verdict.status.value, verdict.message


def service(**fields: Any) -> dict[str, Any]:
    return {"metadata": {"name": NAME}, "spec": {"service": {"namespace": "m", "name": "adapter"}}, **fields}


def test_none() -> None:
    assert judged() == ("fail", f"there is no APIService {NAME}")


@pytest.mark.parametrize(
    ("conditions", "problem"),
    [
        (None, "nothing says that it is"),
        ([{"type": "Other", "status": "True"}], "nothing says that it is"),
        ([{"type": "Available", "status": "False"}], "Available is False"),
        ([{"type": "Available", "status": "False", "reason": "Bad", "message": "late"}], "Bad: late"),
    ],
)
def test_one_that_is_not_available(conditions: list[Any] | None, problem: str) -> None:
    found = judged(service(status={"conditions": conditions}))
    assert found == ("fail", f"Service m/adapter does not serve it: {problem}")


def test_one_that_is_available() -> None:
    available = {"type": "Available", "status": "True", "reason": "Passed"}
    assert judged(service(status={"conditions": [available]})) == ("pass", "Service m/adapter serves it")


def test_one_that_the_api_server_serves_itself() -> None:
    own = {"metadata": {"name": NAME}, "status": {"conditions": [{"type": "Available", "status": "True"}]}}
    assert judged(own) == ("pass", "the API server itself serves it")
