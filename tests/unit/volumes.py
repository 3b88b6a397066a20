"""What the storage probe answers, and evidence of the nodes that it ran on."""

from typing import Any

from orchestrator.evidence import Cell, Evidence, Observation, Outcome, Reason, Target, TargetKind
from tests.unit.builders import evidence

Json = dict[str, Any]
MOUNT = {"type": "nfs4", "source": "nas:/data", "point": "/volume", "options": ["rw", "vers=4.2", "hard"]}
ALONE: Json = {
    "mount": MOUNT,
    "space": {"totalBytes": 10**12, "freeBytes": 5 * 10**11, "totalFiles": None, "freeFiles": None},
    "mtime": {"aheadSeconds": 0.002},
    "owner": {"user": 65532, "group": 65532, "fileUser": 65532, "fileGroup": 65532},
    "smallFiles": {"files": 50, "create": {"p50Ms": 3.1, "p99Ms": 9.8}},
    "removed": True,
}
TOGETHER: Json = {
    "peer": {"name": "n2", "seen": True, "since": 1000.0, "until": 1000.2},
    "visibility": {"p50Ms": 4.4, "p99Ms": 11.0},
    "clock": {"aheadSeconds": 0.003, "uncertaintySeconds": 0.004},
    "rewrites": {"reads": 4, "stale": 0},
    "race": {"names": 20, "own": 11, "peer": 9, "both": 0, "neither": 0},
    "renames": {"reads": 412, "changes": 44, "torn": 0, "missing": 0, "stale": 0},
    "locks": {"fcntl": "works", "flock": "works"},
    "stream": {"writeMBPerS": 210.5, "readMBPerS": 480.2},
    "damaged": 0,
}
PAIR: Json = {"role": "pair", **ALONE, **TOGETHER}
SINGLE: Json = {"role": "single", **ALONE}


def pair(**changed: Any) -> Json:
    """The answer of one of two nodes, with these parts changed, or left out where they are None."""
    return {key: value for key, value in {**PAIR, **changed}.items() if value is not None}


def stopped(stage: str, operation: str, code: str, message: str = "", **changed: Any) -> Json:
    """The answer of one of two nodes that was stopped in this stage; what comes later is left out."""
    stages = ["meet", "visibility", "rewrites", "race", "renames", "locks", "stream"]
    facts = ["peer", "visibility", "rewrites", "race", "renames", "locks", "stream"]
    untold = facts[stages.index(stage) :] if stage in stages else [*TOGETHER]
    untold += ["clock"] * (stage in ("meet", "visibility")) + ["damaged"]
    trouble = {"stage": stage, "operation": operation, "code": code, "message": message}
    return pair(**dict.fromkeys(untold), trouble=trouble, **changed)


def tried(kind: TargetKind = TargetKind.NODE, **nodes: Json | Reason | str) -> Evidence:
    """Evidence of a storage probe that answered so on these nodes; a Reason or its words: why it did not."""
    targets = {name: Target(kind=kind, name=name) for name in nodes}
    cells = [_cell(targets[name], answer) for name, answer in nodes.items()]
    observations = [
        Observation(probe="storage", target=targets[name], source="log", data=answer)
        for name, answer in nodes.items()
        if isinstance(answer, dict)
    ]
    return evidence(None, cells, observations)


def _cell(target: Target, answer: Json | Reason | str) -> Cell:
    if isinstance(answer, dict):
        return Cell(probe="storage", target=target, outcome=Outcome.ANSWERED)
    reason, words = (answer, "") if isinstance(answer, Reason) else (Reason.NOT_STARTED, answer)
    outcome = Outcome.UNANSWERED
    return Cell(probe="storage", target=target, outcome=outcome, reason=reason, message=words)
