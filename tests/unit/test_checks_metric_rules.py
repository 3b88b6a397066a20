"""The rules of Prometheus adapters, metric by metric."""

from typing import Any

from tests.unit.builders import cluster, judge, row

ROW = row("metric-rules", {"metrics": {"GPU utilization": ["*gpu*util*"], "latency": ["*latenc*"]}})


def adapter(name: str = "adapter", **fields: Any) -> dict[str, Any]:
    return {"metadata": {"namespace": "m", "name": name}, **fields}


def judged(*adapters: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = judge(ROW, cluster(objects={"adapterrules": adapters}))
    return [(each.status.value, each.subject.name, each.message) for each in found]


def test_no_adapter() -> None:
    assert judged() == [("fail", "cluster", "no Prometheus adapter runs whose rules could be looked at")]


def test_rules_that_could_not_be_read() -> None:
    assert judged(adapter(error="refused")) == [("unknown", "m/adapter", "its rules are not known: refused")]


def test_a_rule_is_known_by_its_series_or_its_name_in_any_case() -> None:
    rules = [{"series": "DCGM_FI_DEV_GPU_UTIL{pod!=''}"}, {"series": "x", "name": "Latency"}]
    assert judged(adapter(rules=rules)) == [
        ("pass", "m/adapter", "it has a rule for GPU utilization"),
        ("pass", "m/adapter", "it has a rule for latency"),
    ]


def test_every_adapter_is_judged_for_itself() -> None:
    told = judged(adapter(rules=[{"name": "gpu_utilization"}]), adapter("other", rules=None))
    assert told == [
        ("pass", "m/adapter", "it has a rule for GPU utilization"),
        ("fail", "m/adapter", "none of its 1 rules is for latency"),
        ("fail", "m/other", "none of its 0 rules is for GPU utilization"),
        ("fail", "m/other", "none of its 0 rules is for latency"),
    ]
