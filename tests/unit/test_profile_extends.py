"""Profiles that extend others give only what differs."""

from pathlib import Path

import pytest

from orchestrator.condition import Condition
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


CHANGE = """\
extends: mine.yaml
document: Our handbook
requirements:
  - id: version
    severity: recommended
    when: null
    expect: {supported: ">=1.23", recommended: "1.24"}
    remedy: {text: Upgrade soon.}
"""


def test_a_row_without_a_check_changes_the_inherited_one(tmp_path: Path) -> None:
    row = load(extended(tmp_path, CHANGE)).requirement("version")
    assert row is not None
    assert row.model_dump(mode="json", exclude={"why", "check"}) == {
        "id": "version",
        "title": "Version",
        "severity": "recommended",
        "when": Condition().model_dump(mode="json"),
        "expect": {"platform": "kubernetes", "supported": ">=1.23", "recommended": "1.24"},
        "source": {"document": "Another document", "section": "A section", "url": None},
        "remedy": {"text": "Upgrade soon.", "commands": ["kubeadm upgrade plan"]},
    }


def test_a_changed_row_may_name_another_source(tmp_path: Path) -> None:
    row = load(extended(tmp_path, f"{CHANGE}    source: {{section: Ours}}\n")).requirement("version")
    assert row is not None
    assert (row.source.document, row.source.section) == ("Our handbook", "Ours")


def test_a_list_and_a_scalar_are_replaced_as_a_whole(tmp_path: Path) -> None:
    child = CHANGE.replace("{text: Upgrade soon.}", "{commands: [ls]}").replace(
        "when: null", "when: {any: []}"
    )
    row = load(extended(tmp_path, child)).requirement("version")
    assert row is not None
    assert row.remedy.commands == ("ls",)
    assert (row.when.feature, row.when.any) == (("training",), ())


@pytest.mark.parametrize(
    ("old", "new", "file", "message"),
    [
        ('">=1.23"', '"?"', "ours", f":7: requirements.version.expect.supported: '?' {NO_RANGE}"),
        ("severity: rec", "severity: wreck", "ours", ":5: requirements.version.severity: Input should be "),
        ("remedy: {text: Upgrade soon.}", "title: null", "ours", ":8: requirements.version.title: "),
        ("- id: version", "- id: unheard-of", "ours", ":4: requirements.unheard-of: this row has no check"),
    ],
)
def test_a_mistake_in_a_change_is_told_of_the_change(
    tmp_path: Path, old: str, new: str, file: str, message: str
) -> None:
    told = failure(extended(tmp_path, CHANGE.replace(old, new)))
    assert told.startswith(f"{tmp_path / file}.yaml{message}")


def test_a_mistake_in_what_is_left_of_the_base_is_told_of_the_base(tmp_path: Path) -> None:
    child = extended(tmp_path, CHANGE, VALID.replace("{text: Upgrade., ", "{text: Upgrade., comands: [], "))
    told = failure(child)
    assert told == f"{tmp_path / 'mine.yaml'}:19: requirements.version.remedy.comands: there is no such field"


def test_null_takes_a_feature_away(tmp_path: Path) -> None:
    child = "extends: mine.yaml\nremove: [version]\nfeatures: {training: null, lab: {description: Lab}}\n"
    assert list(load(extended(tmp_path, child)).features) == ["lab"]


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
