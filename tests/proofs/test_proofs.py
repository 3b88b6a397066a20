"""Every requirement of the shipped profiles is proved: clusters meet it, do not, hide it, are not meant."""

from pathlib import Path

import pytest

from orchestrator.inventory.model import Inventory
from orchestrator.profile.load import load, shipped_names
from tests.cli.conftest import Tool, environment, tool
from tests.conftest import StartSimulator
from tests.proofs.case import KINDS, Case, cases, proved
from tests.proofs.prove import prove

__all__ = ["environment", "tool"]  # fixtures


@pytest.mark.parametrize("case", cases(), ids=str)
def test_the_findings_on_this_cluster(
    case: Case, start_simulator: StartSimulator, tool: Tool, tmp_path: Path
) -> None:
    prove(case, start_simulator, tool, tmp_path)


def test_every_requirement_is_proved() -> None:
    """Met, unmet, hidden (if it looks at the cluster), and, where it has a condition, not applicable."""
    rows = [row for name in shipped_names() for row in load(name).requirements]
    kinds = {
        "skip": {row.id for row in rows if str(row.when)},
        "unknown": {row.id for row in rows if row.reads() or list(row.asks(Inventory()))},
    }
    wanted = {row.id: {kind for kind in KINDS if row.id in kinds.get(kind, {row.id})} for row in rows}
    found = proved()
    missing = {id_: expected - found.get(id_, set()) for id_, expected in wanted.items()}
    assert {id_: sorted(kinds) for id_, kinds in missing.items() if kinds} == {}
