"""What whole probes take: the GPU's on a stand-in for NVIDIA's library, storage's by two on one folder."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench.measure import Measure
from bench.timing import ROOT, Cost, spend
from tests.gpustub.build import compile_stub

_ROUNDS = 3
_MEMORY = 30.0  # MiB
_CUDA, _STORAGE = 1.0, 10.0  # seconds
_PAIR = ("node-1", "node-2")


def measure() -> Iterator[Measure]:
    """Seconds from start to end, and the memory of the largest process."""
    with TemporaryDirectory() as folder:
        yield from _measure("cuda, one stand-in GPU", [partial(_cuda, Path(folder))], _CUDA)
        pair = [partial(_storage, Path(folder), name) for name in _PAIR]
        yield from _measure("storage, two on one folder", pair, _STORAGE)


def _measure(what: str, together: list[partial[Cost]], limit: float) -> Iterator[Measure]:
    rounds = [cost for _ in range(_ROUNDS) for cost in _at_once(together)]
    peaks = [float(cost.output.partition(" ")[0]) for cost in rounds]
    told = json.loads(rounds[0].output.partition(": ")[2])
    detail = "" if told["ok"] else f"stopped at {told['stage']}: {told['error']}"
    yield Measure(f"{what}: wall", median(cost.wall for cost in rounds), "s", limit, detail)
    yield Measure(f"{what}: peak memory", max(peaks), "MiB", _MEMORY)


def _at_once(together: list[partial[Cost]]) -> list[Cost]:
    with ThreadPoolExecutor(len(together)) as pool:
        return [running.result() for running in [pool.submit(each) for each in together]]


def _cuda(folder: Path) -> Cost:
    library = compile_stub("libcuda", folder)
    ledger = folder / "gpu"
    ledger.unlink(missing_ok=True)
    environment = {
        "LD_LIBRARY_PATH": str(library.parent),
        "STUB_CUDA": "devices=1",
        "STUB_CUDA_LEDGER": str(ledger),
    }
    return _probe("cuda", environment, {})


def _storage(folder: Path, name: str) -> Cost:
    """Each is told of the other at its start."""
    (other,) = set(_PAIR) - {name}
    told = {"members": 2, "missing": [], "peers": [{"name": other, "address": "127.0.0.1"}]}
    peers = folder / f"{name}.json"
    peers.write_text(json.dumps(told))
    volume = folder / "volume"
    volume.mkdir(exist_ok=True)
    parameters = {"role": "pair", "path": str(volume), "peersFile": str(peers)}
    return _probe("storage", {"RUNAI_PREFLIGHT_TARGET": name}, parameters)


def _probe(name: str, environment: dict[str, str], parameters: dict[str, Any]) -> Cost:
    given = [f"{key}={value}" for key, value in environment.items()]
    probe = [sys.executable, "-IS", str(ROOT / "probes" / f"{name}.py")]
    command = [sys.executable, "-IS", str(ROOT / "bench" / "programs" / "peak.py"), "env", *given, *probe]
    return spend(command, stdin=json.dumps(parameters).encode())
