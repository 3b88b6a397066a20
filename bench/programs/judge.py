"""`judge NODES`: judges a fleet on which every probe answered; prints CPU seconds and findings as JSON."""

import json
import sys
import time
from datetime import UTC, datetime

from bench.answers import healthy, node_local
from orchestrator import __version__
from orchestrator.evaluate import evaluate
from orchestrator.evidence import Cell, Evidence, Observation, Outcome, RunInfo, Target, TargetKind, Tool
from orchestrator.inventory.model import Inventory
from orchestrator.objects import Node
from orchestrator.profile.select import choose_features
from orchestrator.simulator import fleet

_NOW = datetime(2026, 1, 2, tzinfo=UTC)


def main() -> None:
    evidence = make_evidence(int(sys.argv[1]))
    profile = node_local()
    features = choose_features((profile,), ())
    start = time.process_time()
    report = evaluate(profile, evidence, features)
    cpu = time.process_time() - start
    print(json.dumps({"cpu": cpu, "findings": len(report.findings)}))  # noqa: T201 - a command's output


def make_evidence(count: int) -> Evidence:
    """As a run leaves it: every node's answers with data of their own."""
    nodes = tuple(Node.model_validate(node) for node in fleet.nodes(count))
    answers = {probe: json.dumps(data) for probe, data in healthy().items()}
    cells = [(_target(node), probe) for node in nodes for probe in answers]
    return Evidence(
        tool=Tool(version=__version__),
        run=RunInfo(id="bench", shape="jobs", started_at=_NOW, ended_at=_NOW),
        inventory=Inventory(server_version="v1.23.17", nodes=nodes),
        observations=tuple(
            Observation(probe=probe, target=target, source="log", data=json.loads(answers[probe]))
            for target, probe in cells
        ),
        ledger=tuple(Cell(probe=probe, target=target, outcome=Outcome.ANSWERED) for target, probe in cells),
    )


def _target(node: Node) -> Target:
    return Target(kind=TargetKind.NODE, name=node.name)


if __name__ == "__main__":
    main()
