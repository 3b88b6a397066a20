import re
from typing import Any

import pytest

from orchestrator.evidence import Cleanup, ObjectRef, Outcome, Reason
from orchestrator.inventory.model import Resource, Unread
from orchestrator.profile.model import Narrowed
from orchestrator.report.model import Report
from orchestrator.report.table import render_table
from orchestrator.requirement import Remedy, Severity, Status
from tests.report.builders import PROFILE, cell, finding, report, run_info

COMMAND = (
    "aws ec2 authorize-security-group-egress --group-id SG --protocol tcp --port 443 --cidr 0.0.0.0/0 " * 2
)
SILENT = "the egress probe gave no answer: ImagePull: not found"


def sample() -> Report:
    return report(
        finding("kubernetes.version", Status.PASS, message="Kubernetes is v1.23.17"),
        finding("openshift.version", Status.SKIP, message="does not apply: the distribution is eks"),
        finding("egress.gcr", Status.FAIL, "gpu-1", "gcr.io:443 is not reached (direct: timeout at tcp)"),
        finding("egress.gcr", Status.FAIL, "gpu-2", "gcr.io:443 is not reached (direct: timeout at tcp)"),
        finding("egress.gcr", Status.UNKNOWN, "gpu-3", SILENT),
        finding("egress.quay", Status.PASS, "gpu-1", "quay.io:443 is reached"),
        finding("egress.quay", Status.PASS, "gpu-2", "quay.io:443 is reached"),
        finding("egress.quay", Status.UNKNOWN, "gpu-3", SILENT),
        finding("nodes.os", Status.WARN, "gpu-1", "runs Debian 12", severity=Severity.RECOMMENDED),
        ledger=(
            cell("egress", "gpu-1"),
            cell("egress", "gpu-2"),
            cell("egress", "gpu-3", Reason.IMAGE_PULL, "not found"),
        ),
    )


AT_80 = """\
NOT READY: 1 of 4 requirements fails, 1 is unknown, 1 warns, 1 passes — Run:ai
2.7 on v1.23.17 (eks), 3 nodes

FAIL     Title of egress.gcr (egress.gcr)
         2 of 3 nodes: gcr.io:443 is not reached (direct: timeout at tcp)
           gpu-1, gpu-2
         To do: Let every node reach it.
           curl -v https://gcr.io/v2/
         Source: The documentation, Network, https://docs.example/net

UNKNOWN  One gap leaves 2 requirements unknown (egress.gcr, egress.quay)
         node gpu-3: the egress probe gave no answer: ImagePull: not found
         To do: see Probes, at the end

WARN     Title of nodes.os (nodes.os, recommended)
         node gpu-1: runs Debian 12
         To do: Let every node reach it.
           curl -v https://gcr.io/v2/
         Source: The documentation, Network, https://docs.example/net

PASS     1 requirement
         kubernetes.version  Kubernetes is v1.23.17

SKIP     1 requirement
         does not apply: the distribution is eks
           openshift.version

Probes   2 of 3 cells answered
         not answered: egress on node gpu-3: ImagePull: not found
         To do: name an image that the nodes can pull (--image), and its
         credentials (--pull-secret)
Clean-up 9 objects created, 9 confirmed gone
Run      k3x9 began 2026-03-01 02:00:00 UTC and took 32 s
Profile  runai-2.7
Cluster  https://10.0.0.1:6443 (context prod)

NOT READY: 1 of 4 requirements fails, 1 is unknown, 1 warns, 1 passes
"""


def test_a_report_at_80_columns() -> None:
    assert render_table(sample(), width=80) == AT_80


def test_a_wider_page_has_the_same_words_on_fewer_lines() -> None:
    wide = render_table(sample(), width=160)
    assert wide.split() == AT_80.split()
    assert wide.splitlines()[0] == (
        "NOT READY: 1 of 4 requirements fails, 1 is unknown, 1 warns, 1 passes \N{EM DASH} "
        "Run:ai 2.7 on v1.23.17 (eks), 3 nodes"
    )
    assert max(map(len, wide.splitlines())) <= 120


def test_a_terminal_without_columns_gets_the_report_all_the_same() -> None:
    assert render_table(sample(), width=0).split() == AT_80.split()


def test_no_line_but_a_command_is_wider_than_the_page() -> None:
    remedy = Remedy(text="Open the port. " * 12, commands=(COMMAND,))
    message = "gcr.io:443 is not reached; " * 9
    text = render_table(report(finding("r", Status.FAIL, "n1", message, remedy=remedy)), width=80)
    wider = [line for line in text.splitlines() if len(line) > 80]
    assert wider == [f"{' ' * 11}{COMMAND}"]


def test_the_messages_of_passes_stand_in_a_column_and_a_long_id_stands_above_it() -> None:
    long = "nodes." + "x" * 40
    text = render_table(report(finding(long, Status.PASS), finding("short", Status.PASS)), width=80)
    assert f"         {long}\n{' ' * 39}as it is\n         short{' ' * 25}as it is\n" in text


def test_a_command_of_several_lines_has_no_margin() -> None:
    command = "kubectl apply -f - <<EOF\nkind: ConfigMap\nEOF"
    remedy = Remedy(text="Apply this.", commands=(command,))
    text = render_table(report(finding("r", Status.FAIL, remedy=remedy)), width=80)
    assert f"\n{command}\n" in text


def test_a_long_name_is_not_broken() -> None:
    name = "node-" + "x" * 248
    text = render_table(report(finding("r", Status.FAIL, name, "not ready")), width=80)
    assert f" {name}:" in text


def test_without_color_there_is_no_terminal_sequence_and_with_it_only_the_words_are_dressed() -> None:
    plain, colored = (render_table(sample(), width=80, color=color) for color in (False, True))
    assert "\x1b" not in plain
    assert "\x1b[1;31mNOT READY" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain


HOSTILE = [
    "\x1b[2J\x1b[1;1Hgone",
    "\x1b]8;;http://evil\x1b\\x\x1b]8;;\x1b\\",
    "two\nlines\r\nPASS     all is well",
    "\u202ereversed\u202c \u200b",
    "\x9b31m \x07 \x08 \x00",
]
MARKUP = ["[red]not markup[/red]", "[/] [bold", ":smile: [link=http://evil]x[/link]", "100% {0} \\n"]


def full_of(text: str) -> Report:
    """A report that holds the text wherever it holds what others wrote."""
    return report(
        finding("r", Status.FAIL, text, text),
        finding("s", Status.PASS, text, text),
        finding(text, Status.WARN),
        finding(text + "skipped", Status.SKIP),
        features=(text,),
        ledger=(cell("dns", text, Reason.CRASHED, text),),
        distribution=text,
        unread=(Unread(resource=Resource.NODES, verb="list", message=text),),
        cleanup=Cleanup(created=1, left=(ObjectRef(kind="Pod", name=text, uid="u"),), message=text),
    )


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_foreign_text_reaches_the_terminal_as_more_than_text(hostile: str) -> None:
    text = render_table(full_of(hostile), width=80)
    assert not set(text) & set("\x00\x07\x08\r\x1b\x9b\u200b\u202c\u202e")
    assert not any(line.startswith("PASS     all") for line in text.splitlines())


@pytest.mark.parametrize("markup", MARKUP)
def test_markup_in_foreign_text_is_shown_as_it_is(markup: str) -> None:
    text = render_table(full_of(markup), width=120, color=True)
    assert text.count(markup) == 14


def test_secrets_in_messages_are_not_shown() -> None:
    message = "proxy http://ops:hunter2@proxy:3128 refused"
    text = render_table(report(finding("r", Status.FAIL, "n1", message)), width=80)
    assert "hunter2" not in text
    assert "http://ops:[redacted]@proxy:3128" in text


def test_a_fleet_fits_a_screen() -> None:
    findings = (
        finding("r", Status.FAIL if i % 1000 == 7 else Status.PASS, f"node-{i}", f"node-{i} answers late")
        for i in range(5_000)
    )
    lines = render_table(report(*findings), width=100).splitlines()
    assert lines[3:5] == [
        "         5 of 5,000 nodes: <node> answers late",
        "           node-7, node-1007, node-2007, node-3007, node-4007",
    ]
    assert len(lines) < 20


def test_many_names_and_many_messages_are_cut_and_counted() -> None:
    same = [finding("a", Status.FAIL, f"n{i}", "down") for i in range(10)]
    unlike = [finding("b", Status.FAIL, f"n{i}", f"{i} of 9") for i in range(9)]
    text = render_table(report(*same, *unlike), width=100)
    assert "all 10 nodes: down\n           n0, n1, n2, n3, n4, n5, n6, n7 and 2 more\n" in text
    assert "node n4: 4 of 9\n         and 4 more, with other messages\n" in text


def test_a_pass_of_many_messages_is_cut_as_well() -> None:
    passes = [finding("a", Status.PASS, f"n{i}", f"{i} GPUs") for i in range(4)]
    assert "a  node n0: 0 GPUs; node n1: 1 GPUs; and 2 more messages\n" in render_table(
        report(*passes), width=100
    )


def test_an_unknown_alone_says_what_there_would_be_to_do() -> None:
    text = render_table(report(finding("r", Status.UNKNOWN, message="not seen")), width=100)
    assert "If it is not met: Let every node reach it.\n" in text
    assert "curl" not in text


def test_what_is_left_behind_stands_out_with_the_way_to_remove_it() -> None:
    left = (ObjectRef(kind="Job", name="preflight-k3x9", uid="u1"), ObjectRef(kind="Pod", name="p", uid="u2"))
    cleanup = Cleanup(created=9, confirmed_gone=7, left=left, message="the API server did not answer")
    text = render_table(report(finding("r", Status.PASS), cleanup=cleanup), width=100)
    assert (
        """\
Clean-up 9 objects created, 7 confirmed gone
         the API server did not answer
         left behind: Job preflight-k3x9, Pod p
           runai-preflight sweep
"""
        in text
    )


def test_a_run_without_probes_and_without_a_cluster_says_so() -> None:
    text = render_table(report(cluster=None, cleanup=Cleanup(), distribution=None), width=100)
    assert "Probes   no probe was run\nClean-up nothing was created\n" in text
    assert "Cluster" not in text


def test_a_cell_that_does_not_apply_is_no_gap() -> None:
    windows = cell("dns", "win-1", Reason.WINDOWS, "the probes are Linux programs").model_copy(
        update={"outcome": Outcome.NOT_APPLICABLE}
    )
    text = render_table(report(ledger=(cell("dns", "n1"), windows)), width=100)
    assert "1 of 1 cell answered\n         does not apply: dns on node win-1: Windows: the probes" in text


def test_caveats_stand_right_below_the_answer() -> None:
    partial = PROFILE.model_copy(update={"complete": False})
    seen = report(finding("r", Status.PASS), profile=partial, run=run_info(interrupted=True))
    assert render_table(seen, width=100).splitlines()[1:3] == [
        "The run was interrupted: what it had not come to is unknown.",
        "This profile does not cover all of The documentation.",
    ]


def test_a_missing_permission_is_named() -> None:
    unread = Unread(resource=Resource.NODES, verb="list", message="nodes is forbidden")
    assert "Access   cannot list nodes: nodes is forbidden\n" in render_table(
        report(unread=(unread,)), width=100
    )


def test_a_narrowed_profile_is_told_at_the_top_and_at_the_foot() -> None:
    profile = PROFILE.model_copy(update={"narrowed": Narrowed(only=("r",), left_out=23)})
    lines = render_table(report(finding("r", Status.PASS), profile=profile), width=120).splitlines()
    assert lines[0].startswith(
        "READY, as far as judged: 1 of 1 requirement passes; 23 more left out by --only r "
    )
    assert "Profile  runai-2.7; 23 more left out by --only r" in lines


def test_two_nodes_are_both() -> None:
    text = render_table(report(finding("r", Status.PASS, "n1"), finding("r", Status.PASS, "n2")), width=80)
    assert "r  both nodes: as it is" in text


@pytest.mark.parametrize(
    ("node", "known", "step"),
    [
        ("n1", {"ledger": (cell("dns", "n1", Reason.DEADLINE),)}, "see Probes, at the end"),
        ("n1", {}, "look at the node: kubectl get node n1 -o yaml"),
        (
            "",
            {"unread": (Unread(resource=Resource.NAMESPACES, verb="list", message="no"),)},
            "see Access, at the end",
        ),
        ("", {}, "run an audit with probes, while the cluster has nodes that can run them"),
    ],
)
def test_what_leaves_several_unknown_points_to_where_more_is_told(
    node: str, known: dict[str, Any], step: str
) -> None:
    found = [finding(id_, Status.UNKNOWN, node) for id_ in ("a", "b")]
    assert f"         To do: {step}" in render_table(report(*found, **known), width=100).splitlines()
