"""Profiles that extend others give only what differs."""

from pathlib import Path

import pytest

from orchestrator.profile.load import load
from tests.unit.profile_files import NO_RANGE, VALID, failure, write

CHILD = """\
extends: mine.yaml
name: ours
features:
  inference: {description: Inference, default: true}
requirements:
  - id: ready
    title: Ready
    check: nodes-ready
    when: {feature: [training, inference]}
    source: {section: Ours}
    remedy: {text: Mend it.}
  - id: gpus
    title: Our GPUs
    check: gpu-nodes
    source: {section: Ours}
    remedy: {text: Buy some.}
"""


def extended(folder: Path, child: str, base: str = VALID) -> str:
    write(folder, base)
    return write(folder, child, "ours.yaml")


def test_a_profile_that_extends_another_gives_what_differs(tmp_path: Path) -> None:
    profile = load(extended(tmp_path, CHILD))
    assert (profile.name, profile.title, sorted(profile.features)) == (
        "ours",
        "Mine",
        ["inference", "training"],
    )
    assert [(row.id, row.title, row.source.document) for row in profile.requirements] == [
        ("ready", "Ready", "A document"),
        ("gpus", "Our GPUs", "A document"),
        ("version", "Version", "Another document"),
    ]


def test_inherited_rows_keep_the_document_that_they_are_from(tmp_path: Path) -> None:
    profile = load(extended(tmp_path, f"document: Our handbook\nremove: [version]\n{CHILD}", VALID))
    assert {row.id: row.source.document for row in profile.requirements} == {
        "ready": "Our handbook",
        "gpus": "Our handbook",
    }
    inherited = load(extended(tmp_path, "extends: mine.yaml\ndocument: Our handbook\n"))
    assert inherited.document == "Our handbook"
    assert inherited.requirements[0].source.document == "A document"


def test_rows_of_a_base_without_a_document_are_of_the_document_below(tmp_path: Path) -> None:
    base = VALID.replace("document: A document\n", "")
    profile = load(extended(tmp_path, "extends: mine.yaml\ndocument: Our handbook\n", base))
    assert profile.requirements[0].source.document == "Our handbook"


def test_a_mistake_in_the_base_is_told_of_the_base(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    child = extended(tmp_path, CHILD, VALID.replace('">=1.21"', '"?"'))
    assert failure(child) == f"{path}:17: requirements.version.expect.supported: '?' {NO_RANGE}"
    child = extended(tmp_path, CHILD, VALID.replace("title: Mine", "title: ''"))
    assert failure(child) == f"{path}:2: title: String should have at least 1 character"


def test_features_that_are_no_mapping(tmp_path: Path) -> None:
    child = extended(tmp_path, "extends: mine.yaml\nfeatures: training\n")
    assert failure(child) == f"{child}:2: features: Input should be a valid dictionary"


def test_a_profile_that_extends_itself(tmp_path: Path) -> None:
    path = write(tmp_path, "extends: mine.yaml\n")
    assert failure(path) == f"{path}:1: extends: the profile extends itself: mine.yaml extends mine.yaml"


def test_profiles_that_extend_each_other(tmp_path: Path) -> None:
    write(tmp_path, "extends: ours.yaml\n")
    path = write(tmp_path, f"extends: ../{tmp_path.name}/mine.yaml\n", "ours.yaml")
    way = "ours.yaml extends mine.yaml extends ours.yaml"
    assert failure(path).endswith(f"ours.yaml:1: extends: the profile extends itself: {way}")


def test_a_file_named_like_a_shipped_profile_may_extend_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "extends: runai-2.7\ntitle: Ours\nremove: [nodes.gpu]\n", "runai-2.7.yaml")
    ours, theirs = load("./runai-2.7.yaml"), load("runai-2.7")
    assert (ours.title, len(ours.requirements)) == ("Ours", len(theirs.requirements) - 1)
