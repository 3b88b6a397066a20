"""Observes whether images can be had from their registries: API, token, manifest, platform, blob, limits."""

from __future__ import annotations

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")

from log import announce

if __name__ == "__main__":
    announce("registry")  # before the imports, which take longer than the interpreter's own start

import os

from endpoint import Proxy
from logins import read_logins
from manifest import ARCHITECTURES
from registryclient import Line
from shared import TIMEOUT, Fault, Observation, run
from tasks import Deadline, parallel
from visit import Means, Visit
from way import Trust, beside, trust_store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared import Json

MARGIN = 0.8  # of the probe's own timeout that a visit may take, so that its answer still counts


def observe(observation: Observation) -> None:
    """Every image, all at the same time."""
    parameter, data = observation.parameter, observation.data
    images = _images(parameter("images", []))
    logins, notes = read_logins(parameter("credentials", []))
    proxy, source = Proxy.find(parameter("proxy", {}))
    trust = Trust(beside(parameter("caFile", "")))
    mirrors: Json = parameter("mirrors", {})
    means = Means(
        Line(proxy, trust, Deadline(MARGIN * parameter("timeout", TIMEOUT))),
        logins,
        mirrors={key: str(url) for key, url in mirrors.items()},
        plain=parameter("plainHttp", []),
        architecture=parameter("architecture", _architecture()),
        fetch=parameter("fetch", False),
    )
    visits = [Visit(image, means) for image in images]
    if proxy:
        data["proxy"] = {"address": str(proxy), "source": source}
    data.update(trustStore=trust_store(), architecture=means.architecture, fetch=means.fetch)
    data["credentials"] = notes
    data["images"] = [visit.entry for visit in visits]
    observation.detail["images"] = [visit.detail for visit in visits]
    observation.stage = "visits"
    parallel(Visit.run, visits)


def _images(given: list[Json]) -> list[str]:
    if not all(isinstance(one, dict) and isinstance(one.get("image"), str) for one in given):
        raise Fault("bad-parameters", "every one of the images needs its reference, as image")
    return [one["image"] for one in given]


def _architecture() -> str:
    machine = os.uname().machine
    return ARCHITECTURES.get(machine, machine)


if __name__ == "__main__":
    run("registry", observe)
