"""Nodes that share a volume: probes as programs on a folder, some on one that misbehaves."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.gpustub.build import compile_stub
from tests.probes.conftest import PROBES, Ended, Json, clean_environment

FAULTS = Path(__file__).parents[2] / "faults"
OURS = ".runai-preflight-"


class Node(NamedTuple):
    """A node: where its volume is mounted, what is wrong there, and how many seconds its clock is ahead.

    `more` are parameters that only its probe has.
    """

    name: str
    volume: Path
    faults: str = ""
    ahead: int = 0
    more: tuple[tuple[str, object], ...] = ()


class Nodes:
    """Starts the storage probe on nodes; `scratch` is for their own files."""

    def __init__(self, scratch: Path, library: Path) -> None:
        self._scratch = scratch
        self._library = library

    def start(self, node: Node, parameters: Json) -> "subprocess.Popen[str]":
        """The probe with these parameters, and with the volume of the node."""
        environment = {"RUNAI_PREFLIGHT_RUN": "r1", "RUNAI_PREFLIGHT_TARGET": node.name}
        if node.faults or node.ahead:
            environment |= {"LD_PRELOAD": str(self._library), "PRELOAD_FAULTS": node.faults}
            environment |= {"PRELOAD_UNDER": OURS, "PRELOAD_AHEAD": str(node.ahead)}
        process = subprocess.Popen(
            [sys.executable, "-IS", str(PROBES / "storage.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(self._log(node), **environment),
            start_new_session=True,
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps({"path": str(node.volume), **parameters}))
        process.stdin.close()
        process.stdin = None
        return process

    def end(self, node: Node, process: "subprocess.Popen[str]") -> Ended:
        """What the probe leaves at its end."""
        output, errors = process.communicate(timeout=100)
        return Ended(subprocess.CompletedProcess([], process.returncode, output, errors), self._log(node))

    def single(self, node: Node, **parameters: object) -> Json:
        """What the node sees alone."""
        frame = self.end(node, self.start(node, parameters)).frame
        assert (frame["ok"], frame["stage"]) == (True, "done"), frame
        data: Json = frame["data"]
        return data

    def pair(self, *nodes: Node, **parameters: object) -> list[Json]:
        """What each of two nodes sees where they meet."""
        given = {node: self.party(node, *nodes) | parameters | dict(node.more) for node in nodes}
        running = [(node, self.start(node, own)) for node, own in given.items()]
        frames = [self.end(node, process).frame for node, process in running]
        assert [(frame["ok"], frame["stage"]) for frame in frames] == [(True, "done")] * len(nodes), frames
        return [frame["data"] for frame in frames]

    def party(self, node: Node, *nodes: Node) -> Json:
        """The parameters of a node that is told of the others."""
        peers = [{"name": other.name, "address": "10.0.0.1"} for other in nodes if other is not node]
        told = {"members": len(nodes), "missing": [] if peers else ["n2"], "peers": peers}
        path = self._scratch / f"{node.name}-peers.json"
        path.write_text(json.dumps(told))
        return {"role": "pair", "peersFile": str(path), "timeout": 90, "watchSeconds": 0.1}

    def _log(self, node: Node) -> Path:
        return self._scratch / f"{node.name}-termination-log"


def preload(folder: Path) -> Path:
    """The library that makes a volume misbehave."""
    return compile_stub("preload", folder, FAULTS)


def files_in(volume: Path) -> list[str]:
    """All that is on the volume; what goes while this looks is not there."""
    found = [Path(folder, name) for folder, folders, files in os.walk(volume) for name in folders + files]
    return sorted(str(path.relative_to(volume)) for path in found)


def trouble(stage: str, operation: str, code: str, message: str) -> Json:
    """What stopped a probe, as it tells it."""
    return {"stage": stage, "operation": operation, "code": code, "message": message}
