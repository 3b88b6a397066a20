"""`python -m bench [NAME]`: measure and print one table; exit code 1 when a limit is broken."""

import argparse
import compileall
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.figures import FIGURES
from bench.measure import Measure, to_document, to_table
from bench.timing import ROOT, BenchError


def main(arguments: list[str] | None = None) -> int:
    """0 when every limit holds, 1 when one is broken, 2 when a figure could not be measured."""
    options = _parser().parse_args(arguments)
    compileall.compile_dir(ROOT / "orchestrator", quiet=1)  # as pip does with what it installs
    try:
        measured = list(_measure([options.name] if options.name else [*FIGURES]))
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - a command's output
        return 2
    print(to_table(measured))  # noqa: T201 - a command's output
    if options.json:
        document = to_document(measured, os.cpu_count() or 1)
        options.json.write_text(json.dumps(document, indent=2) + "\n")
    return 0 if all(one.holds for _, one in measured) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=FIGURES, metavar="NAME", help=", ".join(FIGURES))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the measures to this file too")
    return parser


def _measure(names: list[str]) -> Iterator[tuple[str, Measure]]:
    for name in names:
        print(f"measuring {name}", file=sys.stderr)  # noqa: T201 - a command's output
        yield from ((name, one) for one in FIGURES[name]())


if __name__ == "__main__":
    sys.exit(main())
