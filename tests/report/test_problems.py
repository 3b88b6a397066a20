from orchestrator.evidence import Reason
from orchestrator.report.advice import ADVICE
from orchestrator.report.fold import fold_findings
from orchestrator.report.problems import problems
from orchestrator.requirement import Severity, Status
from tests.report.builders import finding

SILENT = "the egress probe gave no answer: Evicted"


def test_what_fails_comes_before_what_is_unknown_and_that_before_what_warns() -> None:
    rows = fold_findings(
        [
            finding("passes", Status.PASS),
            finding("open", Status.UNKNOWN, severity=Severity.INFO),
            finding("warns", Status.WARN, severity=Severity.RECOMMENDED),
            finding("unknown", Status.UNKNOWN, message="not seen"),
            finding("fails", Status.FAIL),
            finding("skipped", Status.SKIP),
        ]
    )
    told = [(problem.rows[0].id, problem.status, problem.severity) for problem in problems(rows)]
    assert told == [
        ("fails", Status.FAIL, Severity.REQUIRED),
        ("unknown", Status.UNKNOWN, Severity.REQUIRED),
        ("warns", Status.WARN, Severity.RECOMMENDED),
        ("open", Status.UNKNOWN, Severity.INFO),
    ]


def test_one_silent_probe_is_one_problem_and_leaves_the_failures_alone() -> None:
    rows = fold_findings(
        [
            finding("gcr", Status.FAIL, "n1", "gcr.io is not reached"),
            finding("gcr", Status.UNKNOWN, "n2", SILENT),
            finding("quay", Status.PASS, "n1", "quay.io is reached"),
            finding("quay", Status.UNKNOWN, "n2", SILENT, severity=Severity.RECOMMENDED),
        ]
    )
    told = [([row.id for row in p.rows], [g.message for g in p.groups], p.severity) for p in problems(rows)]
    assert told == [
        (["gcr"], ["gcr.io is not reached"], Severity.REQUIRED),
        (["gcr", "quay"], [SILENT], Severity.REQUIRED),
    ]


def test_silent_probes_of_one_node_are_one_problem_that_names_them() -> None:
    rows = fold_findings(
        [
            finding("a", Status.UNKNOWN, "n1", "the node probe gave no answer: Evicted"),
            finding("b", Status.UNKNOWN, "n1", "the mesh probe gave no answer: Evicted"),
            finding("c", Status.UNKNOWN, "n1", "the dns probe gave no answer: OOMKilled"),
            finding("d", Status.UNKNOWN, "n1", "not known: the node probe gave no answer: Evicted"),
        ]
    )
    told = [([row.id for row in p.rows], [g.message for g in p.groups]) for p in problems(rows)]
    assert told == [
        (["c"], ["the dns probe gave no answer: OOMKilled"]),
        (["d"], ["not known: the node probe gave no answer: Evicted"]),
        (["a", "b"], ["no answer from the probes mesh, node: Evicted"]),
    ]


def test_the_same_words_on_other_nodes_are_another_problem() -> None:
    rows = fold_findings(
        [finding("a", Status.UNKNOWN, "n1", SILENT), finding("b", Status.UNKNOWN, "n2", SILENT)]
    )
    assert [[row.id for row in problem.rows] for problem in problems(rows)] == [["a"], ["b"]]


def test_equal_failures_of_two_requirements_keep_their_own_remedies() -> None:
    rows = fold_findings([finding("a", Status.FAIL, "n1"), finding("b", Status.FAIL, "n1")])
    assert [[row.id for row in problem.rows] for problem in problems(rows)] == [["a"], ["b"]]


def test_there_is_advice_on_every_reason_that_leaves_a_cell_unanswered() -> None:
    assert set(ADVICE) == set(Reason) - {Reason.WINDOWS, Reason.VIRTUAL}
