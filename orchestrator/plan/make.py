"""(profile, inventory, settings) → plan: all that a run will execute, fixed before anything is created."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import groupby

from orchestrator.condition import Facts
from orchestrator.evidence import Cell
from orchestrator.inventory.model import Inventory
from orchestrator.plan.clocks import gather_seconds, set_clocks
from orchestrator.plan.costs import estimate
from orchestrator.plan.fractions import make_room
from orchestrator.plan.model import Plan, Site, Unit, Volume
from orchestrator.plan.questions import Parameters, merge_questions
from orchestrator.plan.seats import Seat, Settled, seat
from orchestrator.plan.volume import choose_volume
from orchestrator.probe import Nodes, ProbeSpec, catalogue
from orchestrator.profile.model import Profile
from orchestrator.version import Version

RUNTIME_CLASSES = "runtimeclasses"
_NVIDIA = "nvidia"
_SERVERS = 3  # behind the Service of the run; more would only burden the cluster's proxies
_WITHOUT_SCC = frozenset(  # OpenShift's own namespaces, in which pods get no user from it
    {"default", "kube-public", "kube-system", "openshift", "openshift-infra", "openshift-node"}
)
_JOBS_COUNT_PODLESS = Version.parse("1.26")


def make_plan(
    profiles: Iterable[Profile],
    inventory: Inventory,
    facts: Facts,
    site: Site,
    run_id: str,
    consents: frozenset[str] = frozenset(),
) -> Plan:
    """The plan for this cluster; the same input gives the same plan."""
    parameters = merge_questions(profiles, inventory, facts, site, consents)
    units, settled = _seat_all(parameters, inventory, site, run_id)
    gather = gather_seconds(units, parameters, site.timeout)
    _give_time(parameters, units, gather)
    keeper = _needs_keeper(inventory.server_version)
    volume = _volume(units, site, inventory)
    return Plan(
        run_id=run_id,
        name=f"preflight-{run_id}",
        site=site,
        scc=facts.distribution == "openshift" and site.namespace not in _WITHOUT_SCC,
        keeper=keeper,
        runtime_class=_runtime_class(inventory),
        volume=volume,
        consents=tuple(sorted(consents & parameters.keys())),
        deadlines=set_clocks(parameters, site.timeout, gather),
        estimate=estimate(units, inventory, own_volume=bool(volume and volume.own), keeper=keeper),
        units=tuple(units),
        settled=tuple(settled),
        parameters=parameters,
    )


def _seat_all(
    parameters: Parameters, inventory: Inventory, site: Site, run_id: str
) -> tuple[list[Unit], list[Cell]]:
    """The pods of all probes, and the cells that get none; a probe of images with none to try has neither."""
    specs = [catalogue()[name] for name, asked in parameters.items() if asked.get("images") != []]
    units: list[Unit] = []
    settled: list[Cell] = []
    for pod_class in _pod_classes(specs):
        seating = seat(pod_class[0].nodes, inventory, site)
        units += _units(pod_class, seating.seats, run_id)
        settled += _cells(pod_class, seating.settled)
    units, crowded = make_room(units)
    return units, settled + crowded


def _pod_classes(specs: Iterable[ProbeSpec]) -> Iterator[list[ProbeSpec]]:
    """Probes that share a pod: those of one pod class, which are on the same nodes."""
    ordered = sorted(specs, key=lambda spec: spec.pod)
    classes = [list(alike) for _, alike in groupby(ordered, key=lambda spec: spec.pod)]
    names = list(catalogue())
    return iter(sorted(classes, key=lambda alike: names.index(alike[0].name)))


def _units(pod_class: list[ProbeSpec], seats: Iterable[Seat], run_id: str) -> Iterator[Unit]:
    first, probes = pod_class[0], tuple(spec.name for spec in pod_class)
    for number, place in enumerate(seats):
        yield Unit(
            name=_name(run_id, first.pod, place.target.name),
            pod=first.pod,
            target=place.target,
            node=place.node,
            probes=probes,
            party=place.party or (first.pod if first.party else ""),
            gpu_resource=place.gpus.resource if place.gpus else "",
            gpus=place.gpus.number if place.gpus else 0,
            fraction=place.fraction,
            witnessed=first.observer == "kubelet",
            mounts=first.nodes is Nodes.STORAGE,
            serves=first.service and number < _SERVERS,
            own=dict.fromkeys(probes, place.own) if place.own else {},
        )


def _give_time(parameters: Parameters, units: Iterable[Unit], gather: int) -> None:
    """Who has to wait for others has that much more time."""
    for probe in {probe for unit in units if unit.party for probe in unit.probes}:
        parameters[probe]["gather"] = gather
        parameters[probe]["timeout"] += gather


def _name(run_id: str, pod: str, target: str) -> str:
    """A name of at most 63 characters, whatever the length of the node's."""
    digest = hashlib.sha256(f"{pod}/{target}".encode()).hexdigest()[:12]
    return f"preflight-{run_id}-{digest}"


def _cells(pod_class: list[ProbeSpec], settled: Iterable[Settled]) -> Iterator[Cell]:
    for target, outcome, reason, message in settled:
        for spec in pod_class:
            yield Cell(probe=spec.name, target=target, outcome=outcome, reason=reason, message=message)


def _volume(units: Iterable[Unit], site: Site, inventory: Inventory) -> Volume | None:
    """The volume that is shared, where a unit shares one."""
    if not any(unit.mounts for unit in units):
        return None
    chosen = choose_volume(site.storage, inventory)
    return chosen if isinstance(chosen, Volume) else None


def _runtime_class(inventory: Inventory) -> str | None:
    classes = inventory.objects.get(RUNTIME_CLASSES, ())
    names = {found.get("metadata", {}).get("name") for found in classes}
    return _NVIDIA if _NVIDIA in names else None


def _needs_keeper(server_version: str | None) -> bool:
    """Old Job controllers never start the clock of a Job without a pod: there the run Job has one."""
    try:
        return Version.parse(server_version or "") < _JOBS_COUNT_PODLESS
    except ValueError:
        return True
