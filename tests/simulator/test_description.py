"""Clusters described by YAML, and what is wrong with some."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.errors import DocumentError
from orchestrator.simulator import description
from orchestrator.simulator.description import Description

from .conftest import Simulate

Describe = Callable[[str], Description]


def test_documents_lists_and_simulation_documents_mix(describe: Describe) -> None:
    found = describe(
        "version: v1.27.3\n"
        "fates: [{match: {node: 'gpu-*'}, fate: oom, message: boom, after: 2}]\n"
        "---\n"
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: Node, metadata: {name: a}}\n"
        "---\n"
        "apiVersion: v1\nkind: NodeList\nitems:\n"
        "- {metadata: {name: b}}\n"
        "---\n"
        "---\n"
        "{apiVersion: v1, kind: Namespace, metadata: {name: c}}\n"
        "---\n"
        "faults: [{verb: list, status: 429, retryAfter: 1}]\n"
        "results: [{probe: node, data: {a: 1}}]\n"
    )
    assert found.version == "v1.27.3"
    assert [(obj["kind"], obj["metadata"]["name"]) for obj in found.objects] == [
        ("Node", "a"),
        ("Node", "b"),
        ("Namespace", "c"),
    ]
    assert (found.fates[0].fate, found.fates[0].match.job, found.fates[0].after) == ("oom", "*", 2)
    assert found.faults[0].retry_after == 1
    assert found.results[0].data == {"a": 1}


def test_a_folder_is_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "b.yml").write_text("{apiVersion: v1, kind: Node, metadata: {name: b}}")
    (tmp_path / "a.json").write_text(
        json.dumps({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "a"}})
    )
    (tmp_path / "sub" / "c.yaml").write_text("{apiVersion: v1, kind: Node, metadata: {name: c}}")
    (tmp_path / "README.md").write_text("not: [yaml")
    assert [obj["metadata"]["name"] for obj in description.load(tmp_path).objects] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1\nb: 2\n", ":2: not valid YAML: "),
        ("- 1\n", ":1: neither a Kubernetes object nor a simulation"),
        ("version: v1.23.1\n---\nkind: Node\n", ":3: a Kubernetes object needs `apiVersion`"),
        ("apiVersion: v1\nkind: Node\n", ":1: a Kubernetes object needs `metadata.name`"),
        (
            "kind: List\nitems:\n- {apiVersion: v1, kind: Node, metadata: {name: a}}\n\n- just text\n",
            ":5: a Kubernetes object needs `apiVersion`",
        ),
        ("fates:\n- match: {}\n\n  fate: bad-luck\n", ":4: fates.0.fate: no fate is called bad-luck; "),
        ("faults:\n- {status: 404}\n", ":2: faults.0.status: Input should be 401, 403, 410, 429, 500 or 503"),
        ("faults:\n- {verb: list}\n", ":2: faults.0: a fault needs either `status` or `kind`"),
        ("kind: NodeList\nitems: 3\n", ":2: `items` must be a list of Kubernetes objects"),
        ("a: !!int x\n", ": not valid YAML: invalid literal for int()"),
        ("versions: v1.23.1\n", ":1: versions: Extra inputs are not permitted"),
        ("version: latest\n", ":1: version: String should match pattern "),
    ],
)  # fmt: skip
def test_errors_name_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "cluster.yaml"
    path.write_text(text)
    with pytest.raises(DocumentError) as error:
        description.load(path)
    assert str(error.value).startswith(f"{path}{message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"kind":\n "Node",}', ":2: not valid JSON: "),
        ('{"kind": "List", "items": [\n{"kind": "Node"}]}', ":2: a Kubernetes object needs `apiVersion`"),
    ],
)
def test_errors_in_json_name_their_line_too(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "cluster.json"
    path.write_text(text)
    with pytest.raises(DocumentError) as error:
        description.load(path)
    assert str(error.value).startswith(f"{path}{message}")


def test_timestamps_stay_text_and_the_last_of_two_counts(simulate: Simulate) -> None:
    simulator = simulate(
        "{apiVersion: v1, kind: Namespace, metadata: {name: a, creationTimestamp: 2023-01-01T00:00:00Z}}\n"
        "---\n"
        "{apiVersion: v1, kind: Namespace, metadata: {name: a, creationTimestamp: 2024-01-01T00:00:00Z}}\n"
    )
    assert (
        simulator.store.get("namespaces", "a").view["metadata"]["creationTimestamp"] == "2024-01-01T00:00:00Z"
    )


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"none\.yaml: cannot be read: No such file or directory$"):
        description.load(tmp_path / "none.yaml")


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as error:
        description.load(tmp_path)
    assert str(error.value) == f"{tmp_path}: no .yaml, .yml or .json file in this folder"


def test_the_demo_cluster() -> None:
    demo = description.load_demo()
    nodes = [obj for obj in demo.objects if obj["kind"] == "Node"]
    assert demo.version == "v1.23.17"
    assert len(nodes) == 7
    assert {obj["status"]["nodeInfo"]["osImage"] for obj in nodes} == {
        "Ubuntu 22.04.2 LTS",
        "Ubuntu 18.04.6 LTS",
    }
    assert [rule.fate for rule in demo.fates] == ["image-pull"]


@pytest.mark.parametrize("text", ["", "---\n---\n", "# nothing yet\n"])
def test_an_empty_file(text: str, tmp_path: Path) -> None:
    path = tmp_path / "cluster.yaml"
    path.write_text(text)
    with pytest.raises(DocumentError, match=r"cluster\.yaml: describes no cluster: it is empty$"):
        description.load(path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("deep.yaml", "deep.yaml:1: nested deeper than 100 levels: this describes no cluster"),
        ("deep.json", "deep.json: nested too deep: this describes no cluster"),
    ],
)
def test_a_file_that_would_crash_the_parser(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("[" * 100_000)
    with pytest.raises(DocumentError) as refused:
        description.load(tmp_path / name)
    assert refused.value.message == f"{tmp_path}/{message}"
