from orchestrator.report.shapes import shapes
from tests.report.builders import node


def test_nodes_of_one_shape_tell_once_what_they_share() -> None:
    nodes = [node(name, labels={"zone": "a", "host": name}) for name in ("n1", "n2")]
    (shape,) = shapes(nodes)
    assert shape["count"] == 2
    assert shape["osImage"] == "Ubuntu 20.04.6 LTS"
    assert shape["labels"] == {"zone": "a"}
    assert shape["capacity"] == {"cpu": "96", "memory": "1176Gi", "nvidia.com/gpu": "8"}
    assert shape["nodes"]["n2"] == {
        "uid": "uid-n2",
        "providerID": "aws:///us-east-1a/i-n2",
        "addresses": "InternalIP 10.0.1.12",
        "ready": "yes",
        "conditions": "Ready True KubeletReady",
        "unschedulable": False,
        "labels": {"host": "n2"},
    }


def test_another_kernel_is_another_shape() -> None:
    told = list(shapes([node("n1"), node("n2", kernelVersion="6.8.0"), node("n3")]))
    assert [(shape["kernelVersion"], list(shape["nodes"])) for shape in told] == [
        ("5.15.0-1051-aws", ["n1", "n3"]),
        ("6.8.0", ["n2"]),
    ]
