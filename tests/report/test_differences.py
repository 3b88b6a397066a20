"""Profiles side by side."""

import json

from jsonschema import Draft202012Validator

from orchestrator.profile.load import load, load_all
from orchestrator.profile.model import Profile
from orchestrator.report.differences import Differences, differences, render_differences
from orchestrator.report.document import to_json

ROW = {"source": {"section": "S", "document": "D"}, "remedy": {"text": "Mend it."}}
READY = {"id": "nodes.ready", "title": "Ready", "check": "nodes-ready", **ROW}


def version(supported: str, **fields: object) -> dict[str, object]:
    expect = {"platform": "kubernetes", "supported": supported}
    return {
        "id": "version",
        "title": "Version",
        "check": "platform-version",
        "expect": expect,
        **ROW,
        **fields,
    }


def named(**distributions: object) -> dict[str, object]:
    return {
        "id": "named",
        "title": "Named",
        "check": "distribution",
        "expect": {"named": distributions},
        **ROW,
    }


def profile(name: str, *rows: object) -> Profile:
    return Profile.model_validate(
        {
            "name": name,
            "title": name,
            "released": "2024",
            "document": "D",
            "features": {"x": {"description": "X"}},
            "requirements": rows,
        }
    )


def test_alike_and_different() -> None:
    a = profile("a", READY, version(">=1.21"))
    b = profile("b", version(">=1.22", severity="recommended", when={"feature": "x"}), READY)
    found = differences((a, b))
    assert found.alike == ("nodes.ready",)
    assert (
        render_differences(found)
        == """\
a, b: 1 requirement alike, 1 not

version  Version
    a: severity required
    b: severity recommended
    a: applies always
    b: applies with feature x
    a: supported >=1.21
    b: supported >=1.22
"""
    )


def test_what_only_some_have_is_told_whole() -> None:
    found = differences((profile("a", READY), profile("b", READY, version("1.9")), profile("c", READY)))
    assert (
        render_differences(found)
        == """\
a, b, c: 1 requirement alike, 1 not

version  Version
    a, c: not asked for
    b: check platform-version
    b: severity required
    b: applies always
    b: platform kubernetes
    b: supported 1.9
"""
    )


def test_a_mapping_is_compared_by_its_keys() -> None:
    a = profile("a", named(eks={"note": "no plug-in"}, aks={}, gke={}))
    b = profile("b", named(eks={"status": "warn", "note": "ask"}, aks={}))
    assert render_differences(differences((a, b))).splitlines()[3:] == [
        "    a: named eks no plug-in",
        "    b: named eks warn, ask",
        "    a: named gke yes",
        "    b: named gke no",
    ]


def test_the_document_is_what_its_schema_promises() -> None:
    found = differences(load_all())
    assert Differences.model_validate_json(to_json(found)) == found
    schema = Differences.model_json_schema(by_alias=True, mode="serialization")
    Draft202012Validator(schema).validate(json.loads(to_json(found)))


def test_a_profile_differs_from_itself_in_nothing() -> None:
    same = load("runai-2.7")
    found = differences((same, same.model_copy(update={"name": "again"})))
    assert (found.different, len(found.alike)) == ((), len(same.requirements))
