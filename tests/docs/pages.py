"""The documentation as tests read it: pages, sections, examples, links."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md"))]

_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_EXAMPLE = re.compile(r"<!-- example: (\S+) -->\n```\w+\n(.*?)^```", re.DOTALL | re.MULTILINE)
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CALL = re.compile(r"(?:\w+=\S+ )*runai-preflight ")
_SPAN = re.compile(r"`([^`\n]+)`")


def read(page: str) -> str:
    """A page by its path from the root."""
    return (ROOT / page).read_text()


def prose(text: str) -> str:
    """The text without its fenced blocks."""
    return _FENCE.sub("", text)


def spans(text: str) -> list[str]:
    """What is written `so` outside fenced blocks."""
    return _SPAN.findall(prose(text))


def blocks(text: str, language: str) -> list[str]:
    return [content for name, content in _BLOCK.findall(text) if name == language]


def command_lines(text: str) -> list[str]:
    """What is given to runai-preflight in the shell's blocks: the words after its name, up to a pipe."""
    lines = "".join(blocks(text, "sh")).replace("\\\n", "").splitlines()
    return [line.partition("runai-preflight ")[2].partition(" | ")[0] for line in lines if _CALL.match(line)]


def examples(page: str) -> dict[str, str]:
    """The blocks of a page that are marked as an example, by the name of their file."""
    return dict(_EXAMPLE.findall(read(page)))


def section(text: str, title: str) -> str:
    """From the heading that holds `title` to the next one of any level."""
    headings = list(_HEADING.finditer(text))
    starts = [number for number, heading in enumerate(headings) if title in heading[1]]
    assert starts, f"no heading has {title}"
    rest = headings[starts[0] + 1 :]
    return text[headings[starts[0]].start() : rest[0].start() if rest else len(text)]


def anchors(text: str) -> set[str]:
    """The names by which headings can be linked to, as GitHub makes them."""
    kept = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in _HEADING.findall(prose(text)))
    return {re.sub(r"\s", "-", name.strip()) for name in kept}


def links(text: str) -> list[str]:
    return _LINK.findall(prose(text))


def first_cells(text: str) -> list[str]:
    """The first cell of every row of the tables in the text."""
    return [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]
