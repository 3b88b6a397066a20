"""What of the docs is written from data is as the data says."""

import pytest

from orchestrator.report.pages import PARTS, replace_part, rewritten
from tests.docs.pages import read


@pytest.mark.parametrize("page", PARTS)
def test_the_generated_parts_are_current(page: str) -> None:
    current = read(f"docs/{page}")
    assert rewritten(page, current) == current, "run `make docs`"


def test_a_page_without_markers_is_no_place_for_a_part() -> None:
    with pytest.raises(ValueError, match="the page has no lines <!-- requirements: begin"):
        replace_part("# Requirements\n", "requirements", "table")


def test_only_what_stands_between_the_markers_is_replaced() -> None:
    begin, end = "<!-- x: begin, written by `make docs` -->", "<!-- x: end -->"
    assert replace_part(f"a\n{begin}\nold\n{end}\nz\n", "x", "new") == f"a\n{begin}\n\nnew\n\n{end}\nz\n"
