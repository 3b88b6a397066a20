"""What a probe reads and did not write itself may be anything: it is understood, refused or nothing."""

import json
from contextlib import suppress
from typing import Any

import circle
import meeting
import mounts
import party
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared import Fault

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
TOLD = {"members": 2, "missing": ["c"], "service": "s", "peers": [{"name": "b", "address": "10.0.0.2"}]}


def test_what_the_driver_told_is_read() -> None:
    found = party.Party.parse(json.dumps(TOLD))
    assert (found.members, found.missing, found.service) == (2, ["c"], "s")
    assert [(peer.name, peer.address) for peer in found.peers] == [("b", "10.0.0.2")]


@pytest.mark.parametrize("field", ["members", "missing", "peers"])
def test_a_party_without_one_of_its_fields_is_refused(field: str) -> None:
    told = {name: value for name, value in TOLD.items() if name != field}
    with pytest.raises(Fault, match="what was told of the others cannot be read") as caught:
        party.Party.parse(json.dumps(told))
    assert caught.value.code == "bad-party"


@given(st.text() | JSON.map(json.dumps) | st.fixed_dictionaries(dict.fromkeys(TOLD, JSON)).map(json.dumps))
def test_whatever_is_told_of_others_is_a_party_or_refused(told: str) -> None:
    with suppress(Fault):
        found = party.Party.parse(told)
        assert all(isinstance(peer.name, str) for peer in found.peers)


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=4))
def test_what_was_sealed_is_unsealed(said: dict[str, Any]) -> None:
    assert meeting.unseal(meeting.seal(said)) == said


@given(st.binary(max_size=300))
def test_what_was_not_sealed_is_no_message(content: bytes) -> None:
    assert meeting.unseal(content) is None


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=4), st.integers(min_value=0))
def test_a_message_that_is_cut_is_none(said: dict[str, Any], cut: int) -> None:
    sealed = meeting.seal(said)
    assert meeting.unseal(sealed[: cut % len(sealed)]) is None


@given(st.binary(max_size=300))
def test_any_line_is_a_mapping_or_an_empty_one(line: bytes) -> None:
    assert isinstance(circle._mapping(line), dict)


@given(st.text(alphabet="/a \\0451-:,\n", max_size=200), st.text(alphabet="/a ", max_size=10))
def test_any_list_of_mounts_has_a_mount_or_none(mountinfo: str, path: str) -> None:
    found = mounts.mount_of(f"/{path}", mountinfo)
    assert found is None or {"type", "source", "point", "options"} <= found.keys()
