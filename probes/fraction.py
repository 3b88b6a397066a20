"""Observes one of the shares of a GPU, together with the pods that have the others.

Step by step with them: all fill their shares at once, all compute, then one asks for more than its share, and
the others look whether that has touched what is theirs. A worker uses the GPU: it may hang or be killed.
"""

from __future__ import annotations

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")

from log import announce, run_and_target

if __name__ == "__main__":
    announce("fraction")  # before the imports, which take longer than the interpreter's own start

import os

from circle import Door
from nvidia import observe_nvidia_driver
from party import PEERS_FILE, wait_for_party
from shared import TIMEOUT, Observation, run
from sharetest import Options, ShareTest
from tasks import Deadline
from workers import Worker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared import Json

PORT = 10348
RESERVE = 45.0  # seconds of the timeout that the test itself may take
MEET = 15.0  # seconds: whoever is told of the others finds them there
PORTION = "GPU_PORTION"  # of the GPU, which KAI tells the container
LIMIT = "NVIDIA_GPU_MEMORY_LIMIT"  # MiB, for the container as from Run:ai 3.0 on


def told_by_environment() -> Json:
    """What the container is told of its share, where it is: `limitMib`."""
    limit = os.environ.get(LIMIT, "")
    return {"limitMib": int(limit)} if limit.isdecimal() else {}


def observe(observation: Observation) -> None:
    """Wait for the others, meet them and go through the test with them."""
    parameter, data = observation.parameter, observation.data
    timeout = parameter("timeout", TIMEOUT)
    token, name = run_and_target()
    observation.stage = "party"
    with Door(os.environ.get("RUNAI_PREFLIGHT_ADDRESS", ""), parameter("port", PORT), token, name) as door:
        patience = Deadline(max(timeout - RESERVE, timeout / 3))
        party = wait_for_party(parameter("peersFile", PEERS_FILE), patience)
        data.update(members=party.members, missing=party.missing)
        observation.stage = "meet"
        circle = door.meet(party.peers, Deadline(parameter("meetSeconds", MEET)))
    observation.detail["driver"] = (observe_nvidia_driver() or {}).get("version")
    observation.detail["portion"] = os.environ.get(PORTION)
    data.update(told_by_environment())
    observation.stage = "test"
    worker = Worker()
    try:
        ShareTest(name, Options(observation), data, circle, worker).run()
    finally:
        worker.kill()
        circle.close()


if __name__ == "__main__":
    run("fraction", observe)
