import json

import yaml

from orchestrator.evidence import Evidence
from orchestrator.report.document import to_json, to_yaml
from orchestrator.report.model import Report
from orchestrator.requirement import Status
from tests.report.builders import evidence, finding, node, observation, report

REPORT = report(
    finding("b", Status.FAIL, "gpu-1", "größe 東京 \u2028: no", observed={"b": 1, "a": [None, True, 1.5]}),
    finding("a", Status.PASS, observed="2026-03-01", expected="no"),
)
EVIDENCE = evidence(
    node("n1", labels={"a": "yes", "b": "0x10"}), observations=(observation("dns", "n1", {"x": "~"}),)
)


def test_json_comes_back_as_the_same_document() -> None:
    assert Report.model_validate_json(to_json(REPORT)) == REPORT
    assert Evidence.model_validate_json(to_json(EVIDENCE)) == EVIDENCE


def test_yaml_says_the_same_as_json() -> None:
    for document in (REPORT, EVIDENCE):
        assert yaml.safe_load(to_yaml(document)) == json.loads(to_json(document))


def test_the_fields_stand_in_the_order_of_the_model_and_in_camel_case() -> None:
    lines = to_json(REPORT).splitlines()
    assert lines[:3] == ["{", '  "apiVersion": "runai-preflight/v1",', '  "kind": "Report",']
    assert to_yaml(REPORT).startswith("apiVersion: runai-preflight/v1\nkind: Report\ntool:\n")


def test_documents_end_with_a_newline_keep_unicode_and_have_no_anchors() -> None:
    for text in (to_json(REPORT), to_yaml(REPORT)):
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert "größe 東京" in text
    source = REPORT.findings[0].source
    assert REPORT.findings[1].source is source
    assert "&id" not in to_yaml(REPORT)


def test_the_same_document_gives_the_same_bytes() -> None:
    again = Report.model_validate_json(to_json(REPORT))
    assert (to_json(again), to_yaml(again)) == (to_json(REPORT), to_yaml(REPORT))
