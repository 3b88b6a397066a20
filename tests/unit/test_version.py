"""Versions and ranges of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from orchestrator.version import Version, VersionRange

releases = st.lists(st.integers(0, 40), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
suffixes = st.sampled_from(["", "-eks-0a21954", "+rke2r1", "-gke.1200", "+k3s1", "-rc.1", "-alpha.0.1"])
versions = st.builds(lambda release, suffix: Version.parse(release + suffix), releases, suffixes)


@pytest.mark.parametrize("text", ["", "latest", "v", "one.two", "-1.2", ".1", "v1234567890"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text!r} is not a version such as 1.23.17$"):
        Version.parse(text)


def test_a_long_text_is_quoted_in_part() -> None:
    with pytest.raises(ValueError, match=r"^'x{60}' is not a version such as 1\.23\.17$"):
        Version.parse("x" * 10_000)


@pytest.mark.parametrize(
    ("text", "release", "prerelease"),
    [
        ("v1.23.17-eks-0a21954", (1, 23, 17), False),
        ("1.24+", (1, 24), False),
        ("v1.24.3+rke2r1", (1, 24, 3), False),
        ("v1.22.12-gke.300", (1, 22, 12), False),
        ("v1.23.8+vmware.2", (1, 23, 8), False),
        (" 4.10.0-rc.1\n", (4, 10, 0), True),
        ("4.11.0-fc.0", (4, 11, 0), True),
        ("v1.25.0-alpha.1", (1, 25, 0), True),
        ("1.25.0beta2", (1, 25, 0), True),
        ("1.25.0-development", (1, 25, 0), False),
        ("22.9.0.1", (22, 9, 0, 1), False),
    ],
)
def test_what_vendors_write_is_read(text: str, release: tuple[int, ...], prerelease: bool) -> None:
    version = Version.parse(text)
    assert (version.release, version.prerelease, str(version)) == (release, prerelease, text.strip())


def test_versions_are_ordered_by_number_and_candidates_come_first() -> None:
    texts = ["1.9", "1.21.0-rc.1", "1.21", "1.21.3-eks-1", "1.100", "2"]
    versions = [Version.parse(text) for text in texts]
    assert sorted([versions[-1], *versions[:-1]]) == versions
    assert Version.parse("1.21") == Version.parse("v1.21.0+k3s1")
    assert len({Version.parse("1.21"), Version.parse("v1.21.0+k3s1")}) == 1
    assert Version.parse("1.21") != "1.21"


@pytest.mark.parametrize(
    ("range_", "admitted", "refused"),
    [
        (">=1.21 <=1.24", ["1.21.0", "1.24.17-eks-1", "1.24+"], ["1.20.15", "1.25.0", "1.9"]),
        (">=1.15", ["1.15.0", "2.0"], ["1.14.10", "1.9.9"]),
        (">1.21 <1.24", ["1.22.0"], ["1.21.5", "1.24.0"]),
        ("1.9 || 22.9.0", ["1.9.3", "22.9.0"], ["1.10", "22.9.1", "19.0"]),
        (">=1.9 !=1.10 !=1.11", ["1.9.0", "1.12.0"], ["1.10.4", "1.11.0", "1.8"]),
        (">=1.24.0", ["1.24.0", "1.24.1-rc.1"], ["1.24.0-rc.1"]),
        (">=1.24", ["1.24.0-rc.1"], ["1.23.99"]),
        ("=v1.17", ["1.17.4"], ["1.18"]),
    ],
)
def test_ranges_admit_at_the_precision_of_their_bounds(
    range_: str, admitted: list[str], refused: list[str]
) -> None:
    versions = VersionRange.parse(range_)
    assert [text for text in admitted if not versions.admits(Version.parse(text))] == []
    assert [text for text in refused if versions.admits(Version.parse(text))] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (">=1.21 <=1.24", "1.21 to 1.24"),
        (">=1.15", "1.15 or later"),
        ("1.17", "1.17"),
        ("<1.22", "before 1.22"),
        (">1.22", "later than 1.22"),
        ("<=4.10", "up to 4.10"),
        ("1.9 || 22.9.0", "1.9 or 22.9.0"),
        (">=1.9 <=22.9 !=1.10 !=1.11", "1.9 to 22.9, not 1.10, not 1.11"),
        (">=1.9 !=1.10", "1.9 or later, not 1.10"),
    ],
)
def test_ranges_are_told_in_words(text: str, words: str) -> None:
    assert str(VersionRange.parse(text)) == words


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ">=",
        "1.21 -",
        "1.21 - 1.24",
        "1.2I",
        ">=1.x",
        "==1.2",
        "~1.2",
        "1.2,1.3",
        "1.24.",
        "1.0-rc.1",
    ],
)
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a version range such as '>=") as caught:
        VersionRange.parse(text)
    assert str(caught.value).startswith(repr(text.strip()))


def test_an_empty_clause_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^'' is not a version range"):
        VersionRange.parse("1.9 ||")


@pytest.mark.parametrize("value", [1.21, 1, True])
def test_a_number_is_refused_because_yaml_has_changed_it(value: object) -> None:
    with pytest.raises(ValidationError, match="write a version range in quotes"):
        TypeAdapter(VersionRange).validate_python(value)


def test_a_range_goes_through_json_as_it_was_written() -> None:
    adapter = TypeAdapter(VersionRange)
    assert adapter.dump_json(adapter.validate_python(">=1.21  <=1.24")) == b'">=1.21  <=1.24"'
    assert adapter.json_schema() == {"type": "string"}


@given(version=versions, bound=releases)
def test_a_bound_splits_the_versions_in_three(version: Version, bound: str) -> None:
    below, within, above = (VersionRange.parse(f"{sign}{bound}").admits(version) for sign in "<=>")
    assert [below, within, above].count(True) == 1


@given(version=versions, bound=releases)
def test_opposite_comparators_contradict_each_other(version: Version, bound: str) -> None:
    for one, other in (("<", ">="), (">", "<="), ("=", "!=")):
        admitted = VersionRange.parse(one + bound).admits(version)
        assert admitted != VersionRange.parse(other + bound).admits(version)


@given(version=versions, bounds=st.lists(releases, min_size=2, max_size=2))
def test_clauses_are_alternatives_and_comparators_are_not(version: Version, bounds: list[str]) -> None:
    first, second = (VersionRange.parse(f">={bound}").admits(version) for bound in bounds)
    either = VersionRange.parse(f">={bounds[0]} || >={bounds[1]}").admits(version)
    both = VersionRange.parse(f">={bounds[0]} >={bounds[1]}").admits(version)
    assert (either, both) == (first or second, first and second)


@given(one=versions, other=versions, bound=releases)
def test_what_is_above_an_admitted_version_is_above_the_bound(
    one: Version, other: Version, bound: str
) -> None:
    least = VersionRange.parse(f">={bound}")
    assert not (least.admits(min(one, other)) and not least.admits(max(one, other)))


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (Version.parse, VersionRange.parse):
        try:
            str(parse(text))
        except ValueError:
            continue
