"""The JSON Schemas of our documents: `python -m orchestrator.report.schema docs/schemas` writes them."""

import json
import sys
from pathlib import Path
from typing import Any

from orchestrator.evidence import API_VERSION, Evidence
from orchestrator.report.comparison import Comparison
from orchestrator.report.model import Report

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DOCUMENTS = (Evidence, Report, Comparison)


def schemas() -> dict[str, dict[str, Any]]:
    """Each schema by the name of its file."""
    return {
        f"{document.__name__.lower()}.schema.json": {
            "$schema": _DIALECT,
            **document.model_json_schema(by_alias=True, mode="serialization"),
            "title": f"{API_VERSION} {document.__name__}",
        }
        for document in _DOCUMENTS
    }


def write_schemas(folder: Path) -> None:
    """Write every schema into the folder, which is made when there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (folder / name).write_text(json.dumps(schema, indent=2) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m orchestrator.report.schema FOLDER")
    write_schemas(Path(sys.argv[1]))
