import pytest

from orchestrator.simulator import selectors
from orchestrator.simulator.resources import ResourceTypes
from orchestrator.simulator.status import StatusError

PODS = ResourceTypes("v1.23.17").named("pods")
LABELS = {"app": "web", "tier": "front", "empty": ""}
FIELDS = {
    "metadata.name": "a",
    "metadata.namespace": "default",
    "status.phase": "Running",
    "spec.nodeName": "n1",
}


@pytest.mark.parametrize(
    ("labels", "selected"),
    [
        ("", True),
        ("app=web", True),
        ("app==web,tier=front", True),
        ("app=db", False),
        ("app!=db", True),
        ("missing!=x", True),
        ("app in (web, db)", True),
        ("app in (db,cache),tier=front", False),
        ("app notin (db)", True),
        ("missing notin (db)", True),
        ("app", True),
        ("missing", False),
        ("!missing", True),
        ("!app", False),
        ("empty=", True),
    ],
)
def test_label_selectors(labels: str, selected: bool) -> None:
    assert selectors.parse(labels, "", PODS).matches(LABELS, FIELDS) is selected


@pytest.mark.parametrize(
    ("fields", "selected"),
    [
        ("status.phase=Running", True),
        ("status.phase!=Running", False),
        ("spec.nodeName=n1,metadata.namespace=default", True),
        ("metadata.name=b", False),
    ],
)
def test_field_selectors(fields: str, selected: bool) -> None:
    assert selectors.parse("", fields, PODS).matches(LABELS, FIELDS) is selected


@pytest.mark.parametrize(
    ("labels", "fields", "message"),
    [
        ("a=b=c", "", "unable to parse requirement: found 'a=b=c', expected: a label selector"),
        ("", "spec.hostNetwork=true", "field label not supported: spec.hostNetwork"),
        ("", "status.phase", "invalid selector: 'status.phase'; can't understand 'status.phase'"),
    ],
)
def test_what_cannot_be_read_is_a_bad_request(labels: str, fields: str, message: str) -> None:
    with pytest.raises(StatusError) as error:
        selectors.parse(labels, fields, PODS)
    assert (error.value.code, str(error.value)) == (400, message)
