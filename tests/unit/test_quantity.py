"""Kubernetes quantities, and numbers for people."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from orchestrator.quantity import Quantity, human_bytes, human_count, parse_quantity


@pytest.mark.parametrize(
    "text", ["", "8GB", "8 Gi", "Gi", "1.2.3", "1e", "--1", "0x10", "1e1000", "None", "nan"]
)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text!r} is not a quantity such as 4, 250m or 8Gi$"):
        parse_quantity(text)


def test_a_long_text_is_quoted_in_part() -> None:
    with pytest.raises(ValueError, match=r"^'9{40}' is not a quantity"):
        parse_quantity("9" * 10_000)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4", "4"),
        (4, "4"),
        (0.5, "0.5"),
        ("250m", "0.25"),
        ("1e3", "1000"),
        ("1E-2", "0.01"),
        ("1E", "1000000000000000000"),
        ("8G", "8000000000"),
        ("8Gi", "8589934592"),
        ("16393244Ki", "16786681856"),
        ("500k", "500000"),
        ("100n", "0.0000001"),
        ("5u", "0.000005"),
        ("+.5", "0.5"),
        ("-1.", "-1"),
        (" 2Ti\n", "2199023255552"),
    ],
)
def test_quantities_are_exact(text: str | float, number: str) -> None:
    assert parse_quantity(text) == Decimal(number)


def test_a_field_takes_a_quantity_or_says_what_one_is() -> None:
    adapter: TypeAdapter[Decimal] = TypeAdapter(Quantity)
    assert adapter.validate_python("50G") == 50_000_000_000
    with pytest.raises(ValidationError, match="'50GB' is not a quantity such as 4, 250m or 8Gi"):
        adapter.validate_python("50GB")


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (8_400_000_000, "8.4 GB"),
        (50_000_000_000, "50 GB"),
        (8 << 30, "8.6 GB"),
        (5 * 10**15, "5000 TB"),
        (-2000, "-2 kB"),
    ],
)
def test_bytes_are_told_in_decimal_units(count: int, words: str) -> None:
    assert human_bytes(count) == words


@pytest.mark.parametrize(("count", "words"), [("4.00", "4"), ("3.920", "3.92"), ("1E+3", "1000"), ("0", "0")])
def test_counts_are_told_without_trailing_zeros(count: str, words: str) -> None:
    assert human_count(Decimal(count)) == words


@given(st.integers(0, 10**9), st.sampled_from(["", "k", "M", "G", "Ki", "Mi", "Gi"]))
def test_a_suffix_multiplies(number: int, suffix: str) -> None:
    assert parse_quantity(f"{number}{suffix}") == number * parse_quantity(f"1{suffix}")


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        human_bytes(parse_quantity(text))
    except ValueError:
        return
