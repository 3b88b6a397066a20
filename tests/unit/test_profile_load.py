"""Profiles from YAML: what is wrong with a file is told by file, line and field."""

from pathlib import Path

import pytest

from orchestrator.errors import ProfileError, UsageError
from orchestrator.profile.load import examine, load, shipped_names
from orchestrator.profile.model import Narrowed
from orchestrator.profile.select import choose_features, narrow
from tests.unit.profile_files import VALID, failure, write
from tests.unit.profile_mistakes import MISTAKES


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_by_file_line_and_field(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = write(tmp_path, VALID.replace(old, new, 1) if old else new)
    assert failure(path) == path + message


def test_an_error_keeps_its_place(tmp_path: Path) -> None:
    path = write(tmp_path, VALID.replace("title: GPUs", "titel: GPUs"))
    with pytest.raises(ProfileError) as caught:
        load(path)
    assert (caught.value.file, caught.value.line, caught.value.field) == (path, 8, "requirements.gpus.title")


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    assert failure(str(path)) == f"{path}: larger than 1 MiB: this is no profile"


def test_a_file_that_is_gone_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "loop.yaml"
    path.symlink_to(path)
    with pytest.raises(UsageError) as caught:
        load(str(path))
    assert caught.value.message == f"there is no profile file {path}"


@pytest.mark.parametrize("reference", ["runai-1.0", "", "a\0b", "x" * 5000])
def test_a_profile_that_there_is_not(reference: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(reference)
    assert caught.value.message == f"there is no profile {reference!r}"
    assert caught.value.hint == f"give one of {', '.join(shipped_names())}, or the path of a YAML file"


def test_a_good_file_is_loaded(tmp_path: Path) -> None:
    profile = load(write(tmp_path, VALID))
    assert (profile.name, [row.id for row in profile.requirements]) == ("mine", ["gpus", "version"])
    assert [row.source.document for row in profile.requirements] == ["A document", "Another document"]
    assert profile.requirement("version") is profile.requirements[1]
    assert profile.requirement("nobody") is None


def test_rows_may_share_values_by_alias_and_merge(tmp_path: Path) -> None:
    text = VALID.replace("remedy: {text: Add some.}", "remedy: &r {text: Add some.}").replace(
        "{text: Upgrade., commands: [kubeadm upgrade plan]}", "{<<: *r, commands: [ls]}"
    )
    remedy = load(write(tmp_path, text)).requirements[1].remedy
    assert (remedy.text, remedy.commands) == ("Add some.", ("ls",))


def test_every_mistake_of_a_file_is_found(tmp_path: Path) -> None:
    text = VALID.replace("title: GPUs", "titel: GPUs").replace("released: ", "published: ")
    path = Path(write(tmp_path, text))
    profile, mistakes = examine(path)
    assert profile is None
    assert sorted(mistake.message for mistake in mistakes) == [
        f"{path}:1: released: this field is missing",
        f"{path}:3: published: there is no such field",
        f"{path}:8: requirements.gpus.title: this field is missing",
        f"{path}:9: requirements.gpus.titel: there is no such field",
    ]


@pytest.mark.parametrize(
    ("name", "why"), [("", "Is a directory"), ("absent.yaml", "No such file or directory")]
)
def test_a_file_that_cannot_be_examined(name: str, why: str, tmp_path: Path) -> None:
    _, (mistake,) = examine(tmp_path / name)
    assert mistake.message == f"{tmp_path / name}: cannot be read: {why}"


def test_a_mark_of_the_byte_order_is_no_part_of_a_profile(tmp_path: Path) -> None:
    path = tmp_path / "marked.yaml"
    path.write_text(VALID, encoding="utf-8-sig")
    assert load(str(path)).name == "mine"


def test_a_narrowed_profile_knows_what_it_leaves_out(tmp_path: Path) -> None:
    profile = load(write(tmp_path, VALID))
    (some,), (whole,) = narrow((profile,), ["gpu*"], []), narrow((profile,), ["*"], [])
    assert some.narrowed == Narrowed(only=("gpu*",), left_out=1)
    assert whole.narrowed is None
    assert profile.narrowed is None


def test_features_that_contradict_each_other(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        choose_features((load(write(tmp_path, VALID)),), ["no-training", "training"])
    assert caught.value.message == "--feature training and --feature no-training contradict each other"
