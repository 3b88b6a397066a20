"""Observes what of the outside a pod reaches, directly and through its proxy, and where each way ends."""

from __future__ import annotations

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")

from log import announce

if __name__ == "__main__":
    announce("egress")  # before the imports, which take longer than the interpreter's own start

from attempt import Attempt
from endpoint import Endpoint, Proxy
from shared import TIMEOUT, Observation, run
from tasks import Deadline, parallel
from way import Trust, beside, trust_store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared import Json

ATTEMPT_TIMEOUT = 10.0  # seconds for one endpoint by one way
MARGIN = 0.8  # of the probe's own timeout that an attempt may take, so that its answer still counts


def observe(observation: Observation) -> None:
    """Every endpoint by every way, all at the same time."""
    parameter, data = observation.parameter, observation.data
    given: list[Json] = parameter("endpoints", [])
    endpoints = [Endpoint.parse(one) for one in given]
    proxy, source = Proxy.find(parameter("proxy", {}))
    trust = Trust(beside(parameter("caFile", "")))
    deadline = Deadline(min(ATTEMPT_TIMEOUT, MARGIN * parameter("timeout", TIMEOUT)))
    ways = [None, proxy] if proxy else [None]
    attempts = [Attempt(endpoint, way, trust, deadline) for way in ways for endpoint in endpoints]
    if proxy:
        data["proxy"] = {"address": str(proxy), "source": source}
    data["trustStore"] = trust_store()
    data["endpoints"] = [attempt.entry for attempt in attempts]
    observation.detail["endpoints"] = [attempt.detail for attempt in attempts]
    observation.stage = "attempts"
    parallel(Attempt.run, attempts)


if __name__ == "__main__":
    run("egress", observe)
