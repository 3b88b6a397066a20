import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from orchestrator.model import Model
from orchestrator.report.comparison import compare
from orchestrator.report.document import to_json
from orchestrator.report.schema import schemas
from orchestrator.requirement import Status
from tests.report.builders import cell, evidence, finding, node, observation, report

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas"
REPORT = report(finding("r", Status.FAIL, "n1"), finding("s", Status.SKIP), ledger=(cell("dns", "n1"),))
EVIDENCE = evidence(
    node("n1"), observations=(observation("dns", "n1", {"a": [1]}),), ledger=(cell("dns", "n1"),)
)


def published(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((PUBLISHED / name).read_text())
    return schema


@pytest.mark.parametrize("name", ["comparison.schema.json", "evidence.schema.json", "report.schema.json"])
def test_the_published_schemas_are_those_of_the_models(name: str) -> None:
    assert published(name) == schemas()[name], "run: python -m orchestrator.report.schema docs/schemas"
    Draft202012Validator.check_schema(published(name))


@pytest.mark.parametrize(
    ("name", "document"),
    [("report", REPORT), ("evidence", EVIDENCE), ("comparison", compare((REPORT, REPORT)))],
)
def test_documents_are_what_the_schemas_promise(name: str, document: Model) -> None:
    Draft202012Validator(published(f"{name}.schema.json")).validate(json.loads(to_json(document)))


@pytest.mark.parametrize(
    ("field", "value"),
    [("kind", "Evidence"), ("findings", {}), ("summary", {"pass": "many"}), ("coverage", None), ("extra", 1)],
)
def test_anything_else_is_refused(field: str, value: object) -> None:
    document = {**json.loads(to_json(REPORT)), field: value}
    assert not Draft202012Validator(published("report.schema.json")).is_valid(document)


def test_the_command_writes_every_schema_into_a_new_folder(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "schemas"
    subprocess.run(
        [sys.executable, "-m", "orchestrator.report.schema", folder], check=True, cwd=PUBLISHED.parents[1]
    )
    assert {path.name: json.loads(path.read_text()) for path in folder.iterdir()} == schemas()


def test_the_command_without_a_folder_tells_its_usage() -> None:
    command = [sys.executable, "-m", "orchestrator.report.schema"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PUBLISHED.parents[1])
    assert (done.returncode, done.stderr) == (1, "usage: python -m orchestrator.report.schema FOLDER\n")
