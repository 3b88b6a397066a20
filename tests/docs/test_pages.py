"""What holds for every page."""

import re
from pathlib import Path

import pytest

from orchestrator.errors import ExitCode
from orchestrator.evaluate import evaluate
from orchestrator.kube.connect import ConnectOptions, connect
from orchestrator.pipeline import Order, audit
from orchestrator.plan.model import Site
from orchestrator.profile.load import default_name, load
from orchestrator.profile.select import choose_features
from orchestrator.report.headline import Answer
from orchestrator.report.table import render_table
from orchestrator.simulator.description import load_demo
from orchestrator.simulator.server import Simulator
from tests.docs.pages import DOCS, PAGES, ROOT, anchors, first_cells, links, read

WORKFLOW = ROOT / ".github/workflows/ci.yaml"
# In brackets, so that the names themselves stand in no file.
REGISTRIES = re.compile(
    r"py[p]i\.org|py[t]honhosted|np[m]js|prox[y]\.golang|crate[s]\.io|de[b]ian\.org|anacond[a]\."
)
MACHINE = re.compile(r"(?<![\w.-])/(?:home|root|work|tmp|Users)/")
VERB = r"(?:fails?|is unknown|are unknown|warns?|pass(?:es)?)"
VERDICT = re.compile(rf"(?:{'|'.join(Answer)}): \d+ of \d+ requirements? {VERB}(?:, \d+ {VERB})* — (.*)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page.read_text()):
        if link.startswith("https://"):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.is_file(), f"{link}: there is no such file"
        assert not anchor or anchor in anchors(target.read_text()), f"{link}: there is no such heading"


@pytest.mark.parametrize("page", [*PAGES, WORKFLOW], ids=lambda page: page.name)
def test_no_page_names_a_package_registry_or_a_path_of_a_machine(page: Path) -> None:
    assert REGISTRIES.findall(page.read_text()) == []
    assert MACHINE.findall(page.read_text()) == []


def test_every_page_is_linked_from_the_readme() -> None:
    pages = {f"docs/{page.name}" for page in DOCS.glob("*.md")} | {
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "LICENSE",
    }
    assert pages <= {link.partition("#")[0] for link in links(read("README.md"))}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_target_of_make_that_is_named_is_there(page: Path) -> None:
    targets = set(re.findall(r"^(\w+):", read("Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make (\w+)", page.read_text(), re.MULTILINE)) <= targets


@pytest.mark.parametrize("page", ["README.md", "docs/using.md"])
def test_every_exit_code_is_told(page: str) -> None:
    told = [int(cell) for cell in first_cells(read(page)) if cell.isdecimal()]
    assert told == sorted(ExitCode)


def test_the_verdict_in_the_readme_is_what_the_demo_says(tmp_path: Path) -> None:
    shown = read("README.md").partition("<!-- demo: begin -->\n```\n")[2].partition("\n\n")[0]
    told = VERDICT.fullmatch(" ".join(shown.split()))
    assert told, shown
    assert told[1] == _verdict_on_the_demo(tmp_path / "kubeconfig").partition(" — ")[2]


class _Quiet:
    def say(self, text: str) -> None: ...

    def advance(self, done: int, total: int, trouble: str = "") -> None: ...


def _verdict_on_the_demo(kubeconfig: Path) -> str:
    """The first line of the report on the demo's cluster, without its probes."""
    profile = load(default_name())
    order = Order((profile,), choose_features((profile,), ()), Site(), probes=False)
    with (
        Simulator(load_demo()) as simulator,
        connect(ConnectOptions(simulator.kubeconfig(kubeconfig))) as api,
    ):
        done = audit(api, order, _Quiet())
    report = evaluate(profile, done.evidence, order.features)
    return render_table(report, width=1000, color=False).splitlines()[0]
