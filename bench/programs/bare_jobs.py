"""`bare_jobs KUBECONFIG [--until-ended]`: creates and deletes an audit's Jobs; prints the seconds it took.

32 threads that create each Job and then delete each; no client. It is over when nothing is left, as an audit
is: neither Jobs nor their pods. With `--until-ended` nothing is deleted before every Job has succeeded.
"""

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from urllib3 import HTTPConnectionPool, connection_from_url

from bench.answers import node_local
from orchestrator.inventory.read import read_inventory
from orchestrator.kube.connect import ConnectOptions, connect
from orchestrator.pipeline import Order, plan_for
from orchestrator.plan.model import Plan, Site
from orchestrator.profile.select import choose_features
from orchestrator.render import UnitRenderer
from orchestrator.run.estate import COLLECTIONS

_THREADS = 32
_PATIENCE = 300
_OK = (200, 201)


class Cluster:
    """A cluster asked without any client; `path` is that of a collection."""

    def __init__(self, kubeconfig: Path) -> None:
        entry = json.loads(kubeconfig.read_text())
        token = entry["users"][0]["user"]["token"]
        self._pool: HTTPConnectionPool = connection_from_url(
            entry["clusters"][0]["cluster"]["server"], maxsize=_THREADS
        )
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def create(self, path: str, body: bytes) -> None:
        self._ask("POST", path, body)

    def delete(self, path: str) -> None:
        self._ask("DELETE", path, json.dumps({"propagationPolicy": "Background"}).encode())

    def list(self, path: str, selector: str, limit: int = 0) -> list[dict[str, Any]]:
        query = urlencode({"labelSelector": selector, "limit": limit})
        items: list[dict[str, Any]] = json.loads(self._ask("GET", f"{path}?{query}"))["items"]
        return items

    def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        answer = self._pool.request(method, path, body=body, headers=self._headers)
        if answer.status not in _OK:
            sys.exit(f"{method} {path}: {answer.status} {answer.data[:300]!r}")
        return answer.data


def main() -> None:
    kubeconfig = Path(sys.argv[1])
    plan = _plan(kubeconfig)
    renderer = UnitRenderer(plan)
    bodies = [json.dumps(renderer.render(unit)).encode() for unit in plan.units]
    jobs, pods = (COLLECTIONS[kind].format(plan.site.namespace) for kind in ("Job", "Pod"))
    cluster = Cluster(kubeconfig)
    start = time.perf_counter()
    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(partial(cluster.create, jobs), bodies))
    if "--until-ended" in sys.argv:
        _await(lambda: all(job["status"].get("succeeded") for job in cluster.list(jobs, plan.selector)), 0.5)
    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(lambda unit: cluster.delete(f"{jobs}/{unit.name}"), plan.units))
    _await(lambda: not cluster.list(jobs, plan.selector, limit=1), 0.05)
    _await(lambda: not cluster.list(pods, plan.selector, limit=1), 0.05)
    print(time.perf_counter() - start)  # noqa: T201 - a command's output


def _plan(kubeconfig: Path) -> Plan:
    profile = node_local()
    with connect(ConnectOptions(kubeconfig=kubeconfig)) as api:
        _, inventory = read_inventory(api)
        order = Order((profile,), choose_features((profile,), ()), Site(namespace=api.namespace))
        return plan_for(order, inventory)


def _await(condition: Callable[[], bool], every: float) -> None:
    """Ask again and again, with `every` seconds between, for as long as a run may take."""
    end = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"the cluster was not there after {_PATIENCE} s")
        time.sleep(every)


if __name__ == "__main__":
    main()
