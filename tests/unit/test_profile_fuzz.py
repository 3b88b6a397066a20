"""Whatever stands in a profile file, loading it raises nothing but errors that are meant for the user."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.errors import PreflightError
from orchestrator.profile.load import load
from tests.unit.profile_files import VALID

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
