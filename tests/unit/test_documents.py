"""Documents in and out of files: whole or not at all."""

import os
import threading
from pathlib import Path

import pytest

from orchestrator.documents import expect_writable, read_document, write_text
from orchestrator.errors import DocumentError
from orchestrator.evidence import Evidence
from orchestrator.report.document import to_json
from orchestrator.report.model import Report
from tests.unit.builders import evidence, node
from tests.unit.builders import inventory as read


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    made = evidence(read(node("n1")))
    write_text(tmp_path / "evidence.json", to_json(made), mode=0o600)
    assert read_document(tmp_path / "evidence.json", Evidence) == made
    assert [path.name for path in tmp_path.iterdir()] == ["evidence.json"]
    assert (tmp_path / "evidence.json").stat().st_mode & 0o777 == 0o600


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "new \ud800")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["report.json"]


def test_a_name_may_be_as_long_as_a_name_can_be(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    write_text(path, "text")
    assert path.read_text() == "text"


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    write_text(pipe, "text")
    reader.join(10)
    assert got == ["text"]
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    ("place", "why"),
    [("missing/file", "No such file or directory"), ("folder", "Is a directory")],
)
def test_what_cannot_be_written(place: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    path = tmp_path / place
    with pytest.raises(DocumentError) as refused:
        write_text(path, "text")
    assert refused.value.message == f"{path}: cannot be written: {why}"
    with pytest.raises(DocumentError, match="cannot be written: its folder is missing or read-only"):
        expect_writable(path)


def test_what_can_be_written_is_expected_to(tmp_path: Path) -> None:
    expect_writable(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_is_written_to_whoever_its_folder_belongs_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr(os, "access", lambda path, _: not Path(path).is_dir())
    expect_writable(tmp_path / "pipe")
    with pytest.raises(DocumentError):
        expect_writable(tmp_path / "file")


@pytest.mark.parametrize(("kind", "command"), [("Report", "report"), ("Evidence", "evaluate")])
def test_a_document_of_another_kind_names_its_command(kind: str, command: str, tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    path.write_text(f'{{"kind": "{kind}"}}')
    with pytest.raises(DocumentError) as refused:
        read_document(path, Evidence if kind == "Report" else Report)
    assert refused.value.message == f"{path}: this is a document of kind {kind}: use `{command}`"


def test_a_mark_of_the_byte_order_is_no_part_of_a_document(tmp_path: Path) -> None:
    made = evidence(read(node("n1")))
    (tmp_path / "marked.json").write_text(to_json(made), encoding="utf-8-sig")
    assert read_document(tmp_path / "marked.json", Evidence) == made
