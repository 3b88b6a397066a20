"""What the gpu probe would answer, on a node that offers two GPUs."""

from typing import Any

from orchestrator.requirement import Requirement
from tests.unit.builders import inventory, judge, node, probed

GPU_NODE = inventory(node(capacity={"nvidia.com/gpu": "2"}))
H100 = "NVIDIA H100 80GB HBM3"
SOUND: dict[str, Any] = {
    "index": 0,
    "name": H100,
    "bus": "0000:17:00.0",
    "mig": {"current": False, "pending": False},
    "ecc": {"current": True, "pending": True},
    "uncorrected": {"volatile": 0, "aggregate": 0},
    "remapped": {"corrected": 0, "uncorrected": 0, "pending": False, "failed": False},
    "retiredPending": None,
    "computeMode": "default",
    "nvlink": {"up": 18, "down": []},
    "pcie": {"generation": 5, "maxGeneration": 5, "width": 16, "maxWidth": 16},
    "utilization": 0,
}


def answer(*gpus: dict[str, Any], **told: Any) -> dict[str, Any]:
    """The gpu probe's answer: a healthy machine with these GPUs, or two sound ones."""
    every = gpus or (SOUND, {**SOUND, "index": 1, "bus": "0000:27:00.0"})
    return {
        "kernelDriver": {"loaded": True, "version": "535.104.05", "seenIn": "/proc/driver/nvidia/version"},
        "pci": {"count": len(every), "bound": len(every)},
        "xid": {"seen": [], "source": "kmsg"},
        "cLibrary": "glibc 2.36",
        "library": {"path": "/usr/lib64/libnvidia-ml.so.535.104.05", "version": "535.104.05"},
        "hang": None,
        "init": "SUCCESS",
        "driver": "535.104.05",
        "cuda": "12.2",
        "count": len(every),
        "common": {},
        "gpus": list(every),
        **told,
    }


def gpu(**facts: Any) -> dict[str, Any]:
    return {**SOUND, **facts}


def found(requirement: Requirement, data: dict[str, Any]) -> tuple[str, str]:
    """Status and message on the only node."""
    (one,) = judge(requirement, probed("gpu", data, GPU_NODE))
    return one.status, one.message


NOT_THERE = {"library": None, "why": "it is not in /usr/lib64", "init": None, "count": None}
NOT_STARTED: dict[str, Any] = {"driver": None, "cuda": None, "count": None, "gpus": []}
HUNG = {**NOT_STARTED, "init": None, "hang": {"call": "nvmlInit_v2", "at": "init"}}
