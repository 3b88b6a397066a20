"""`python -m bench`: one table, one document, and an exit code that tells of broken limits."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.figures import FIGURES
from bench.measure import Measure
from bench.timing import BenchError


def good() -> Iterator[Measure]:
    yield Measure("CPU", 1.0, "x", 1.3)


def bad() -> Iterator[Measure]:
    yield Measure("CPU", 1.4, "x", 1.3)


def unmeasurable() -> Iterator[Measure]:
    yield Measure("CPU", 1.0, "x", 1.3)
    raise BenchError("the simulator did not start")


@pytest.fixture(autouse=True)
def figures(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(FIGURES):
        monkeypatch.delitem(FIGURES, name)
    monkeypatch.setitem(FIGURES, "good", good)
    monkeypatch.setitem(FIGURES, "bad", bad)


def test_a_broken_limit_is_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 1
    table = capsys.readouterr().out
    assert [line.split()[0] for line in table.splitlines()] == ["figure", "good", "bad"]


def test_one_figure_alone_can_be_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["good"]) == 0
    captured = capsys.readouterr()
    assert "bad" not in captured.out
    assert captured.err == "measuring good\n"


def test_the_document_is_written_when_a_limit_is_broken_too(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"

    assert main(["bad", "--json", str(file)]) == 1
    assert [one["holds"] for one in json.loads(file.read_text())["measures"]] == [False]


def test_what_cannot_be_measured_is_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(FIGURES, "bad", unmeasurable)

    assert main(["bad"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.endswith("error: the simulator did not start\n")


def test_an_unknown_figure_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        main(["speed"])

    assert exited.value.code == 2
    assert "invalid choice: 'speed'" in capsys.readouterr().err
