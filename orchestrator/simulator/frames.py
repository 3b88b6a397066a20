"""The framed result lines that probes print, for pods whose results are given by rule."""

import json

from orchestrator.simulator.resources import Object
from orchestrator.simulator.rules import ResultRule

PREFIX = b"runai-preflight-result: "


def environment(pod: Object) -> dict[str, str]:
    """The plain environment variables of the pod's first container."""
    variables = pod["spec"]["containers"][0].get("env", [])
    return {variable["name"]: variable["value"] for variable in variables if "value" in variable}


def line(rule: ResultRule, variables: dict[str, str]) -> bytes:
    """The frame of one probe, ending in a newline."""
    result = {
        "schema": 1,
        "probe": rule.probe,
        "run": variables.get("RUNAI_PREFLIGHT_RUN", ""),
        "target": variables.get("RUNAI_PREFLIGHT_TARGET", ""),
        "ok": rule.ok,
        "stage": rule.stage,
        "seconds": 0.1,
        "error": rule.error,
        "data": rule.data,
    }
    return PREFIX + json.dumps(result, separators=(",", ":")).encode() + b"\n"


def half(pod: Object) -> str:
    """A frame that ends in the middle."""
    whole = line(ResultRule(probe="node", data={"kernel": "5.15.0"}), environment(pod))
    return whole[: len(whole) // 2].decode()
