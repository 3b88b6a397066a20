"""Profiles from YAML: what is wrong with a file is told by file, line and field."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.errors import PreflightError, ProfileError, UsageError
from orchestrator.profile.load import default_name, load, shipped_names

VALID = """\
name: mine
title: Mine
released: "2024-01"
document: A document
features:
  training: {description: Training}
requirements:
  - id: gpus
    title: GPUs
    check: gpu-nodes
    source: {section: A section}
    remedy: {text: Add some.}
  - id: version
    title: Version
    check: platform-version
    when: {feature: training}
    expect: {platform: kubernetes, supported: ">=1.21"}
    source: {document: Another document, section: A section}
    remedy: {text: Upgrade., commands: [kubeadm upgrade plan]}
"""
CHECKS = (
    "'cluster-dns', 'container-runtime', 'control-plane', 'distribution', 'endpoint', 'gpu-nodes', "
    "'node-os', 'nodes-ready', 'platform-version', 'resolver', 'system-nodes'"
)
RANGE = "is not a version range such as '>=1.21 <=1.24' or '1.9 || 22.9.0'"
DEEP = "nested deeper than 50 levels: this is no profile"
NO_TAG = "could not determine a constructor for the tag"
WRONG_TAG = "not YAML: a value is not what its tag says"
NUMBER = "write a version range in quotes (YAML reads 1.10 as the number 1.1)"
INSIDE = "an alias stands inside what it stands for"
ROWS = VALID[VALID.index("requirements") :]

MISTAKES = {
    "no mapping": ("", "- a\n- b\n", ":1: not a mapping with the fields of a profile"),
    "empty": ("", "", ":1: not a mapping with the fields of a profile"),
    "a set": ("", "!!set {a, b}", ":1: not a mapping with the fields of a profile"),
    "syntax": ("title: Mine", "title: [Mine", ":3: not YAML: did not find expected ',' or ']'"),
    "two documents": ("", "a: 1\n---\nb: 2\n", ":2: not YAML: but found another document"),
    "tab": ("title: Mine", "\ttitle: Mine", ":2: not YAML: found a tab character that violates indentation"),
    "control character": (
        "Mine",
        "Mi\0ne",
        ": not YAML: unacceptable character #x0000: control characters are not allowed",
    ),
    "unknown tag": (
        "title: Mine",
        "title: !mine Mine",
        f":2: not YAML: {NO_TAG} '!mine'",
    ),
    "python tag": (
        "title: Mine",
        "title: !!python/name:os.system",
        f":2: not YAML: {NO_TAG} 'tag:yaml.org,2002:python/name:os.system'",
    ),
    "wrong tag": ("title: Mine", "title: !!bool Mine", f": {WRONG_TAG} ('mine')"),
    "no date": (
        "title: Mine",
        "title: 2024-13-45",
        ": not YAML: a value is not what its tag says (month must be in 1..12)",
    ),
    "key twice": ("title: Mine", "name: mine", ":2: name: this field is given twice"),
    "key twice in a row": (
        "title: GPUs",
        "id: gpus",
        ":9: requirements.0.id: this field is given twice",
    ),
    "deep flow": ("title: Mine", "title: " + "[" * 100_000, f":2: {DEEP}"),
    "deep blocks": ("", "\n".join(" " * depth + "a:" for depth in range(200)), f":51: {DEEP}"),
    "deep aliases": (
        "",
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 100)),
        f":50: a49: {DEEP}",
    ),
    "alias bomb": (
        "",
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20)),
        ":6: a5: aliases make more than 100000 values of this file",
    ),
    "cyclic alias": ("title: Mine", "title: &t [*t]", f":2: title.0: {INSIDE}"),
    "unknown alias": ("title: Mine", "title: *t", ":2: not YAML: found undefined alias"),
    "unhashable key": ("title: Mine", "{a: 1}: Mine", ":2: not YAML: found unhashable key"),
    "number as key": ("title: Mine", "title: Mine\n5: five", ":3: 5: Keys should be strings"),
    "missing field": ("title: Mine\n", "", ":1: title: this field is missing"),
    "unknown field": ("title: Mine", "title: Mine\ntitel: x", ":3: titel: there is no such field"),
    "wrong kind": ("title: Mine", "kind: Prophecy\ntitle: Mine", ":2: kind: Input should be 'Profile'"),
    "wrong version": (
        "title: Mine",
        "apiVersion: v2\ntitle: Mine",
        ":2: apiVersion: Input should be 'runai-preflight/v1'",
    ),
    "bad name": (
        "name: mine",
        "name: My Profile",
        ":1: name: String should match pattern '^[a-z0-9]+([._-][a-z0-9]+)*$'",
    ),
    "bad release": ('"2024-01"', "2024", ":3: released: Input should be a valid string"),
    "rows no list": ("requirements:\n", "requirements: 3\nrows:\n", ":7: requirements: this must be a list"),
    "no rows": (
        ROWS,
        "",
        ":1: requirements: Tuple should have at least 1 item after validation, not 0",
    ),
    "row no mapping": (
        "  - id: gpus\n",
        "  - gpus\n  - id: gpus\n",
        ":8: requirements.0: Input should be a valid dictionary or object to extract fields from",
    ),
    "no check": ("    check: gpu-nodes\n", "", ":8: requirements.gpus: this row has no check"),
    "unknown check": (
        "check: gpu-nodes",
        "check: gpus",
        f":8: requirements.gpus: there is no check 'gpus'; there are {CHECKS}",
    ),
    "check no text": (
        "check: gpu-nodes",
        "check: [gpu-nodes]",
        f":8: requirements.gpus: there is no check \"['gpu-nodes']\"; there are {CHECKS}",
    ),
    "unknown field of a check": (
        "platform: kubernetes,",
        "platform: kubernetes, suported: x,",
        ":17: requirements.version.expect.suported: there is no such field",
    ),
    "unquoted version": (
        '">=1.21"',
        "1.21",
        f":17: requirements.version.expect.supported: {NUMBER}",
    ),
    "no version range": (
        '">=1.21"',
        '">=one"',
        f":17: requirements.version.expect.supported: '>=one' {RANGE}",
    ),
    "no range of a condition": (
        "when: {feature: training}",
        "when: {not: {kubernetes: latest}}",
        f":16: requirements.version.when.not.kubernetes: 'latest' {RANGE}",
    ),
    "bad severity": (
        "check: gpu-nodes",
        "check: gpu-nodes\n    severity: fatal",
        ":11: requirements.gpus.severity: Input should be 'required', 'recommended' or 'info'",
    ),
    "bad id": (
        "id: gpus",
        "id: GPUs",
        ":8: requirements.GPUs.id: String should match pattern '^[a-z0-9]+([._-][a-z0-9]+)*$'",
    ),
    "id twice": (
        "id: version",
        "id: gpus",
        ":13: requirements.1.id: requirement gpus stands twice in this file",
    ),
    "undeclared feature": (
        "feature: training",
        "any: [{feature: training}, {not: {feature: inference}}]",
        ":16: requirements.version.when: there is no feature 'inference' under `features`",
    ),
    "unknown distribution": (
        "feature: training",
        "distribution: [eks, gek]",
        ":16: requirements.version.when: there is no distribution 'gek'",
    ),
    "no command": (
        "commands: [kubeadm upgrade plan]",
        "commands: kubeadm upgrade plan",
        ":19: requirements.version.remedy.commands: Input should be a valid tuple",
    ),
    "several": (
        "title: Mine\n",
        "titel: Mine\n",
        ":1: title: this field is missing (and 1 more)",
    ),
    "nothing to extend": (
        "title: Mine",
        "extends: x.yaml",
        ":2: extends: there is no profile file x.yaml",
    ),
    "no profile of that name": (
        "title: Mine",
        "extends: x",
        ":2: extends: there is no profile 'x'",
    ),
    "a name no file can have": (
        "title: Mine",
        f"extends: {'x' * 300}",
        f":2: extends: there is no profile '{'x' * 300}'",
    ),
    "extends no text": (
        "title: Mine",
        "extends: [a]",
        ":2: extends: this must be the name of a profile or the path of a file",
    ),
    "nothing to remove": (
        "title: Mine",
        "title: Mine\nremove: [gpus]",
        ":3: remove.0: there is no requirement 'gpus' to remove",
    ),
    "remove no list": ("title: Mine", "title: Mine\nremove: gpus", ":3: remove: this must be a list"),
}


def write(folder: Path, text: str, name: str = "mine.yaml") -> str:
    path = folder / name
    path.write_bytes(text.encode())
    return str(path)


def failure(path: str) -> str:
    with pytest.raises(ProfileError) as caught:
        load(path)
    return caught.value.message


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
    assert failure(child) == f"{path}:17: requirements.version.expect.supported: '?' {RANGE}"
    child = extended(tmp_path, CHILD, VALID.replace("title: Mine", "title: ''"))
    assert failure(child) == f"{path}:2: title: String should have at least 1 character"


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


def test_the_default_is_the_newest_complete_profile() -> None:
    newest = max((load(name) for name in shipped_names()), key=lambda profile: profile.released)
    assert default_name() == newest.name


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.dates()
keys = (
    st.sampled_from(["id", "check", "when", "not", "any", "expect", "extends", "remove", "source"]) | scalars
)
values = st.recursive(
    scalars | st.sampled_from(["gpu-nodes", "endpoint", "runai-2.7", ">=1.21", "eks"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
fuzz = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def survives(folder: Path, data: bytes) -> None:
    path = folder / "fuzz.yaml"
    path.write_bytes(data)
    with suppress(PreflightError):
        load(str(path))


@fuzz
@given(
    st.binary(max_size=200) | st.text(alphabet="a1:-[]{}&*!|>'\"\n ,?#%@<~=.", max_size=60).map(str.encode)
)
def test_no_bytes_make_it_raise_anything_else(tmp_path: Path, data: bytes) -> None:
    survives(tmp_path, data)


@fuzz
@given(st.sampled_from([*yaml.safe_load(VALID), "extends", "remove", "notes"]), values)
def test_no_value_of_a_field_makes_it_raise_anything_else(tmp_path: Path, field: str, value: object) -> None:
    survives(tmp_path, yaml.safe_dump({**yaml.safe_load(VALID), field: value}).encode())


@fuzz
@given(st.sampled_from([*yaml.safe_load(VALID)["requirements"][1], "severity", "why"]), values)
def test_no_value_in_a_row_makes_it_raise_anything_else(tmp_path: Path, field: str, value: object) -> None:
    raw: dict[str, Any] = yaml.safe_load(VALID)
    raw["requirements"][1][field] = value
    survives(tmp_path, yaml.safe_dump(raw).encode())


@fuzz
@given(st.integers(0, len(VALID)), st.text(max_size=3), st.integers(0, 5))
def test_no_slip_of_the_pen_makes_it_raise_anything_else(
    tmp_path: Path, position: int, typed: str, lost: int
) -> None:
    survives(tmp_path, (VALID[:position] + typed + VALID[position + lost :]).encode())
