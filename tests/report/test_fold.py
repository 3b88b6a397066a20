import pytest

from orchestrator.evidence import Outcome, Reason
from orchestrator.report.fold import fold_cells, fold_findings, silences, without_name
from orchestrator.requirement import Status
from tests.report.builders import cell, finding


def test_alike_but_for_the_name_is_one_group() -> None:
    (row,) = fold_findings(
        finding("egress", Status.FAIL, name, f"gcr.io is not reached from {name}.")
        for name in ("a-1", "a-2", "a-10")
    )
    (group,) = row.groups
    assert group.message == "gcr.io is not reached from <node>."
    assert (group.number, group.names) == (3, ("a-1", "a-2", "a-10"))


def test_a_finding_alone_keeps_its_own_words() -> None:
    (row,) = fold_findings([finding("dns", Status.FAIL, "n1", "n1 has no DNS")])
    assert row.groups[0].message == "n1 has no DNS"


def test_the_most_urgent_and_then_the_largest_group_comes_first() -> None:
    (row,) = fold_findings(
        [
            finding("r", Status.PASS, "a"),
            finding("r", Status.WARN, "b"),
            finding("r", Status.UNKNOWN, "c"),
            finding("r", Status.FAIL, "d", "one way"),
            finding("r", Status.FAIL, "e", "another way"),
            finding("r", Status.FAIL, "f", "another way"),
            finding("r", Status.SKIP, "g"),
        ]
    )
    assert [(group.status, group.number) for group in row.groups] == [
        (Status.FAIL, 2),
        (Status.FAIL, 1),
        (Status.UNKNOWN, 1),
        (Status.WARN, 1),
        (Status.PASS, 1),
        (Status.SKIP, 1),
    ]
    assert (row.status, row.number) == (Status.FAIL, 7)
    assert [group.names for group in row.having(Status.WARN, Status.UNKNOWN)] == [("c",), ("b",)]


def test_rows_stand_in_the_order_of_the_profile() -> None:
    rows = fold_findings([finding("b", Status.PASS), finding("a", Status.FAIL), finding("b", Status.FAIL)])
    assert [(row.id, row.number) for row in rows] == [("b", 2), ("a", 1)]


def test_a_fleet_folds_to_a_handful_of_groups() -> None:
    findings = [
        finding(
            f"r{i % 5}", Status.FAIL if i % 1000 == 0 else Status.PASS, f"node-{i}", f"node-{i} was asked"
        )
        for i in range(5_000)
    ]
    rows = fold_findings(findings)
    assert sum(row.number for row in rows) == 5_000
    assert sum(len(row.groups) for row in rows) == 6
    assert rows[0].groups[0].names == ("node-0", "node-1000", "node-2000", "node-3000", "node-4000")


@pytest.mark.parametrize(
    ("message", "name", "told"),
    [
        ("node-10 waits for node-1", "node-1", "node-10 waits for <node>"),
        ("node-1.", "node-1", "<node>."),
        ("node-1.internal", "node-1", "node-1.internal"),
        ("my-node-1 (node-1), node-1:443", "node-1", "my-node-1 (<node>), <node>:443"),
        ("a.node-1", "node-1", "a.node-1"),
        ("nothing of the kind", "node-1", "nothing of the kind"),
        ("nothing", "", "nothing"),
        ("10.0.0.1:443 a+b(c", "a+b(c", "10.0.0.1:443 <node>"),
    ],
)
def test_a_name_is_taken_out_only_as_a_whole_word(message: str, name: str, told: str) -> None:
    assert without_name(message, name, "Node") == told


def test_cells_fold_by_probe_outcome_reason_and_message() -> None:
    cells = [
        cell("dns", "n1", seconds=1.0),
        cell("dns", "n2", seconds=2.0),
        cell("dns", "n3", Reason.IMAGE_PULL, "pod p-3 on n3: not found", object="p-3"),
        cell("dns", "n4", Reason.IMAGE_PULL, "pod p-4 on n4: not found", object="p-4"),
        cell("egress", "n4", Reason.IMAGE_PULL, "pod p-4 on n4: not found", object="p-4"),
    ]
    assert [(g.probe, g.outcome, g.reason, g.message, g.names) for g in fold_cells(cells)] == [
        ("dns", Outcome.ANSWERED, None, "", ("n1", "n2")),
        ("dns", Outcome.UNANSWERED, Reason.IMAGE_PULL, "pod <object> on <node>: not found", ("n3", "n4")),
        ("egress", Outcome.UNANSWERED, Reason.IMAGE_PULL, "pod p-4 on n4: not found", ("n4",)),
    ]


def test_probes_that_are_silent_for_one_reason_are_told_together() -> None:
    cells = [
        cell("dns", "n1", Reason.EVICTED, "no memory"),
        cell("egress", "n1", Reason.EVICTED, "no memory"),
        cell("node", "n1", Reason.CRASHED, "no memory"),
        cell("node", "n2"),
    ]
    assert [(silence.probes, silence.group.reason) for silence in silences(fold_cells(cells))] == [
        (("dns", "egress"), Reason.EVICTED),
        (("node",), Reason.CRASHED),
    ]
