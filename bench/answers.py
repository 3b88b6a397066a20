"""What node-local probes answer on a healthy node, to whatever a profile asks of them."""

from typing import Any

from orchestrator.checks.network.endpoint import Expect
from orchestrator.condition import Facts
from orchestrator.inventory.model import Inventory
from orchestrator.plan.model import Site
from orchestrator.plan.questions import merge_questions
from orchestrator.profile.load import default_name, load
from orchestrator.profile.model import Profile
from orchestrator.profile.select import choose_features, narrow

Json = dict[str, Any]

_NODE = {
    "startedAt": 1795296586.773,
    "bootTime": 1795293340.8,
    "os": None,
    "kernel": {"name": "Linux", "release": "5.15.0-1053-nvidia"},
    "architecture": "x86_64",
    "cgroup": {"version": 2, "driver": "systemd", "seenIn": "/proc/self/mountinfo"},
    "runtime": "containerd",
    "nvidiaDriver": {"loaded": True, "version": "525.105.17", "seenIn": "/proc/driver/nvidia/version"},
    "cpus": {"online": 256, "quota": None},
    "memory": {"totalBytes": 2164000000000, "availableBytes": 2084000000000, "swapBytes": 0},
    "disk": {"path": "/", "totalBytes": 1890000000000, "freeBytes": 1440000000000},
    "clock": {
        "skewSeconds": 0.012,
        "uncertaintySeconds": 0.1,
        "reference": "https://10.96.0.1:443",
        "reason": None,
    },
}
OTHERS = ("gpu.*", "network.*", "registry.*")
"""The requirements that ask other probes than the node-local ones."""
SKIPPED = tuple(word for glob in OTHERS for word in ("--skip", glob))
_CLUSTER_NAME = "kubernetes.default.svc.cluster.local"


def node_local() -> Profile:
    """The default profile with what asks node-local probes, or none."""
    (narrowed,) = narrow((load(default_name()),), (), OTHERS)
    return narrowed


def healthy() -> dict[str, Json]:
    """The `data` of every node-local probe that the default profile asks, by probe."""
    profile = node_local()
    facts = Facts(features=choose_features((profile,), ()))
    asked = merge_questions([profile], Inventory(), facts, Site())
    answer = {"node": lambda _: _NODE, "dns": _dns, "egress": _egress}
    return {probe: answer[probe](parameters) for probe, parameters in asked.items()}


def simulation(padding: int = 0) -> Json:
    """A description for the simulator: every probe answers at once, in `padding` bytes more than it needs."""
    rules = [
        {"probe": probe, "data": data | ({"padding": "x" * padding} if padding else {})}
        for probe, data in healthy().items()
    ]
    return {"version": "v1.23.17", "results": rules}


def _dns(parameters: Json) -> Json:
    reply = {"code": "answer", "ms": 1.2}
    server = {"server": "10.96.0.10", **reply, "addresses": ["10.96.0.1"]}
    return {
        "nameservers": ["10.96.0.10"],
        "search": ["default.svc.cluster.local", "svc.cluster.local", "cluster.local"],
        "ndots": 5,
        "options": [],
        "cluster": {"name": _CLUSTER_NAME, "servers": [server], "getaddrinfo": reply},
        "names": [],
        "searchCost": None,
        "resolvers": [
            {
                "resolver": one["address"],
                "port": one["port"],
                "query": one["query"],
                "stage": "query",
                "udp": reply,
                "tcp": reply,
            }
            for one in parameters.get("resolvers", [])
        ],
    }


def _egress(parameters: Json) -> Json:
    end = {
        "via": "direct",
        "stage": "http",
        "code": "ok",
        "issuer": "Google Trust Services / WR2",
        "status": 200,
    }
    return {
        "trustStore": "/usr/lib/ssl/cert.pem",
        "endpoints": [
            {"endpoint": Expect.model_validate({**one, "during": ["run"]}).label, **end}
            for one in parameters.get("endpoints", [])
        ],
    }
