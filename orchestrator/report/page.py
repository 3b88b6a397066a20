"""A page of a given width: labelled paragraphs that hang, and lines that are never broken."""

import re
from collections.abc import Iterator
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from orchestrator.redact import clean, one_line, redact, strip_controls

INDENT = 9
MAX_MEASURE = 120  # columns; longer lines are hard to read, however wide the terminal
EXAMPLES = 8
_LEAST_MEASURE = 40  # some terminals say that they have no columns at all


class Page:
    """Takes text from top to bottom. None of it is read as markup or terminal sequence, whoever wrote it."""

    def __init__(self, width: int, *, color: bool) -> None:
        self._width = min(max(width, _LEAST_MEASURE), MAX_MEASURE)
        self._console = Console(
            file=StringIO(),
            width=self._width,
            height=100,
            color_system="standard" if color else None,
            force_terminal=color,
            no_color=not color,
            legacy_windows=False,
            _environ={},
        )
        self._lines: list[Text] = []

    def paragraph(
        self, *parts: str | tuple[str, str], label: str = "", style: str = "", indent: int = INDENT
    ) -> None:
        """Words, each part plain or with a style, wrapped at spaces and hanging `indent` columns in.

        The label stands before the first line, in the style, or above it when it is too long.
        """
        label = one_line(label)
        if len(label) > indent:
            self._lines.append(Text(label.rstrip(), style))
            label = ""
        body = Text.assemble(*map(_plain, parts))
        room = max(self._width - indent, _LEAST_MEASURE // 2)
        for number, line in enumerate(body.divide(_breaks(body.plain, room))):
            line.rstrip()
            head = label.ljust(indent) if number == 0 else " " * indent
            self._lines.append(Text.assemble((head, style), line))

    def verbatim(self, text: str, indent: int = INDENT) -> None:
        """Lines as they are, however long, for a reader to copy; several lines have no margin."""
        margin = "" if "\n" in text else " " * indent
        self._lines.extend(Text(f"{margin}{line}", "cyan") for line in strip_controls(text).splitlines())

    def gap(self) -> None:
        self._lines.append(Text())

    def __str__(self) -> str:
        with self._console.capture() as captured:
            for line in self._lines:
                self._console.print(line, soft_wrap=True)
        return captured.get()


def _plain(part: str | tuple[str, str]) -> str | tuple[str, str]:
    return one_line(part) if isinstance(part, str) else (one_line(part[0]), part[1])


def _breaks(text: str, width: int) -> Iterator[int]:
    """Where to begin a new line; never within a word, as rich would: it may be copied."""
    column = 0
    for word in re.finditer(r"\S+\s*", text):
        if column and column + cell_len(word[0].rstrip()) > width:
            yield word.start()
            column = 0
        column += cell_len(word[0])


def foreign(text: str) -> str:
    """What others wrote, as one line without secrets."""
    return clean(redact(text))


def some(names: tuple[str, ...], most: int = EXAMPLES) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(map(foreign, names[:most])) + more
