"""What was measured is rounded for the table and held against its limit."""

import pytest

from bench.measure import Measure, to_document, to_table


@pytest.mark.parametrize(
    ("value", "limit", "holds"), [(1.3, 1.3, True), (1.31, 1.3, False), (0, 0, True), (9e9, None, True)]
)
def test_a_limit_may_be_reached_but_not_exceeded(value: float, limit: float | None, holds: bool) -> None:
    assert Measure("CPU", value, "x", limit).holds is holds


def test_the_table_names_what_is_broken() -> None:
    measured = [
        ("help", Measure("CPU", 1.204, "x", 1.3, "of 9 ms")),
        ("inventory", Measure("peak memory", 151.2, "MiB", 150)),
        ("inventory", Measure("pages", 10, "")),
    ]

    assert to_table(measured).splitlines() == [
        "figure     what         measured  limit          detail",
        "help       CPU          1.20 x    1.3    ok      of 9 ms",
        "inventory  peak memory  151 MiB   150    BROKEN",
        "inventory  pages        10        -",
    ]


def test_the_document_holds_every_measure() -> None:
    document = to_document([("help", Measure("CPU", 1.4, "x", 1.3, "of 9 ms"))], cores=2)

    assert document == {
        "cores": 2,
        "measures": [
            {
                "figure": "help",
                "what": "CPU",
                "value": 1.4,
                "unit": "x",
                "limit": 1.3,
                "detail": "of 9 ms",
                "holds": False,
            }
        ],
    }
