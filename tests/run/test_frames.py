"""Framed results among whatever else a pod prints."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.redact import redact_value
from orchestrator.run.frames import MARK, Frame, parse_frames

RUN, TARGET = "r1", "n1"
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def frame(probe: str = "node", **fields: Any) -> dict[str, Any]:
    """What the probe of this run and target would print."""
    return {
        "schema": 1,
        "probe": probe,
        "run": RUN,
        "target": TARGET,
        "ok": True,
        "stage": "done",
        "seconds": 0.25,
        "error": None,
        "data": {"kernel": "5.15.0"},
        "detail": {},
        **fields,
    }


def line(*args: Any, **fields: Any) -> bytes:
    return MARK + json.dumps(frame(*args, **fields)).encode() + b"\n"


def parse(printed: bytes) -> tuple[list[str], bool]:
    found = parse_frames(printed, RUN, TARGET)
    return list(found.by_probe), found.broken


def test_a_frame_is_found_among_logs() -> None:
    printed = b"starting\nwarning: \xff\xfe\r\n" + line() + b"bye"
    found = parse_frames(printed, RUN, TARGET)
    assert not found.broken
    assert found.by_probe == {
        "node": Frame(
            probe="node",
            run=RUN,
            target=TARGET,
            ok=True,
            stage="done",
            seconds=0.25,
            data={"kernel": "5.15.0"},
        )
    }


def test_a_frame_may_follow_a_log_line_without_an_end() -> None:
    assert parse(b"no newline here: " + line()) == (["node"], False)


def test_frames_of_several_probes_and_the_last_of_each() -> None:
    printed = line("node") + line("dns") + line("node", stage="again")
    found = parse_frames(printed, RUN, TARGET)
    assert {probe: each.stage for probe, each in found.by_probe.items()} == {"node": "again", "dns": "done"}


@pytest.mark.parametrize("forged", [{"run": "another"}, {"target": "n2"}, {"run": "", "target": ""}])
def test_a_frame_of_another_run_or_target_is_not_taken(forged: dict[str, str]) -> None:
    assert parse(line(**forged)) == ([], False)
    assert parse(line() + line(**forged)) == (["node"], False)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe\x00",
        b'{"probe": "node"',
        b'{"probe": 1, "run": "r1", "target": "n1", "ok": "perhaps", "stage": []}',
        b"[" * 100_000,
        b'{"data": {"x": "\\ud800"}}',
        b'{"seconds": 1' + b"0" * 5000 + b"}",
    ],
    ids=range(11),
)
def test_what_is_no_frame_is_told_as_broken(body: bytes) -> None:
    assert parse(MARK + body + b"\n") == ([], True)
    assert parse(line("dns") + MARK + body + b"\n") == (["dns"], True)


@pytest.mark.parametrize("printed", [b"", b"\n\n", b"runai-preflight-result:", b"\x00\x01\xfe" * 1000])
def test_what_has_no_mark_is_nothing(printed: bytes) -> None:
    assert parse(printed) == ([], False)


def test_what_a_newer_probe_adds_is_let_be() -> None:
    assert parse(line(schema=2, news={"a": 1})) == (["node"], False)


@given(cut=st.integers(1, len(line()) - 2))
def test_a_cut_frame_is_never_taken_for_a_whole_one(cut: int) -> None:
    found, broken = parse(line()[:cut])
    assert found == []
    assert broken is (cut >= len(MARK))


@given(st.binary(max_size=400))
def test_no_bytes_can_break_the_parser_or_hide_an_answer(noise: bytes) -> None:
    assert "node" in parse(noise + b"\n" + line() + noise)[0]


@given(st.binary(max_size=200))
def test_no_bytes_after_the_mark_can_break_the_parser(noise: bytes) -> None:
    assert parse(MARK + noise)[0] == []


@given(data=st.dictionaries(st.text(max_size=10), JSON, max_size=4), stage=st.text(max_size=20))
def test_whatever_a_probe_says_arrives_without_what_may_be_a_secret(data: dict[str, Any], stage: str) -> None:
    found = parse_frames(line(data=data, stage=stage), RUN, TARGET)
    assert (found.by_probe["node"].data, found.by_probe["node"].stage) == (redact_value(data), stage)


@pytest.mark.parametrize("place", ["data", "detail"])
def test_secrets_that_a_probe_saw_are_not_kept(place: str) -> None:
    seen = {"password": "hunter2", "proxy": "http://user:hunter2@proxy:3128", "said": "\x1b[31mred"}
    found = parse_frames(line(**{place: seen}), RUN, TARGET)
    kept = found.by_probe["node"].model_dump_json()
    assert "hunter2" not in kept
    assert "red" in kept
    assert "u001b" not in kept
