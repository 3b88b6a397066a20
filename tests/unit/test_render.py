"""The manifests: valid for every Kubernetes release, restricted, and safe from whatever a name holds."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.condition import Facts
from orchestrator.evidence import Target, TargetKind
from orchestrator.inventory.model import Inventory
from orchestrator.plan.make import make_plan
from orchestrator.plan.model import Nfs, Plan, Proxy, Site, Storage, Unit
from orchestrator.probe import catalogue
from orchestrator.profile.load import load, shipped_names
from orchestrator.render import UnitRenderer, render_all, render_config, render_run, render_shared
from tests.unit.builders import inventory, node
from tests.unit.schemas import RELEASES, validate

Json = dict[str, Any]
LONG = ".".join(["n" * 62] * 4)
NASTY = [
    'a"b',
    "a'b",
    "a: b",
    "a\nb: c",
    "{{ 7*7 }}",
    "{% raw %}",
    "- a",
    "#a",
    "*a",
    "&a",
    "!!python/object:os.system",
    "\\u0000",
    "</script>",
    "ä\u2028😀",
    "~",
    "yes",
    "0x1F",
    "|",
    ">",
]
SITES: dict[str, Json] = {
    "plain": {},
    "pull secrets": {"pull_secrets": ("one", "two")},
    "proxy secret": {"proxy_secret": "proxy"},
    "CA bundle": {"ca_bundle": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"},
    "proxy": {"proxy": Proxy(https="http://proxy.example:3128")},
    "everything": {
        "pull_secrets": ("one",),
        "proxy_secret": "proxy",
        "ca_bundle": "PEM",
        "image": "registry.example:5000/python@sha256:" + "0" * 64,
        "image_pull_policy": "Always",
        "namespace": "preflight",
    },
}


def plan(read: Inventory | None = None, *, openshift: bool = False, **site: Any) -> Plan:
    facts = Facts(distribution="openshift" if openshift else None)
    profiles = [load(name) for name in shipped_names()]
    return make_plan(profiles, read or inventory(node("n1"), version="v1.27.3"), facts, Site(**site), "r1")


GPU, MEMORY = {"nvidia.com/gpu": "2"}, {"nvidia.com/gpu.memory": "81920"}
SCHEDULER = {
    "metadata": {"name": "kai-scheduler-default", "namespace": "kai-scheduler"},
    "spec": {
        "template": {"spec": {"containers": [{"image": "ghcr.io/nvidia/kai-scheduler/scheduler:v0.9.1"}]}}
    },
}
OBJECTS: dict[str, tuple[Json, ...]] = {
    "gpu-requests": (),
    "runtimeclasses": ({"metadata": {"name": "nvidia"}},),
    "storageclasses": (),
    "deployments": (SCHEDULER,),
}
NFS = Storage(nfs=Nfs(server="nfs.example", path="/export"))
COSTLY = frozenset(name for name, spec in catalogue().items() if spec.consent)


def whole(*, openshift: bool = False, **site: Any) -> Plan:
    """Every probe that there is, on two nodes with GPUs."""
    nodes = [node(name, labels=MEMORY, capacity=GPU, allocatable=GPU) for name in ("n1", "n2")]
    read = inventory(*nodes, version="v1.27.3").model_copy(update={"objects": OBJECTS})
    facts = Facts(distribution="openshift" if openshift else None)
    profiles = [load(name) for name in shipped_names()]
    usual = {"storage": Storage(storage_class="efs"), "scheduler": "kai-scheduler", "queue": "team"}
    return make_plan(profiles, read, facts, Site.model_validate({**usual, **site}), "r1", COSTLY)


def keeping(**options: Any) -> Plan:
    return plan(inventory(node("n1"), version="v1.21.0"), **options)


def unit_of(made: Plan) -> Json:
    """The Job of the plan's first target."""
    return UnitRenderer(made).render(made.units[0])


def pod_of(manifest: Json) -> Json:
    spec: Json = manifest["spec"]["template"]["spec"]
    return spec


@pytest.mark.parametrize("release", RELEASES)
def test_every_manifest_is_valid_for_every_release(release: str) -> None:
    for made in (whole(**SITES["everything"]), whole(openshift=True)):
        for manifest in one_of_each(made):
            validate(manifest, release)
    validate(UnitRenderer(exported := whole(storage=NFS)).render(unit_with_volume(exported)), release)
    validate(render_run(keeping()), release)


def one_of_each(made: Plan) -> Iterator[Json]:
    """What all units share, and a Job of each pod class."""
    yield from (render_run(made), render_config(made), *render_shared(made))
    units = {unit.pod: unit for unit in made.units}
    yield from map(UnitRenderer(made).render, units.values())


def unit_with_volume(made: Plan) -> Unit:
    return next(unit for unit in made.units if unit.mounts)


def test_the_schemas_are_those_of_every_release_from_1_20_on_and_refuse_what_they_do_not_know() -> None:
    assert RELEASES[:1] == ["1.20.0"]
    assert [release.split(".")[1] for release in RELEASES] == [str(20 + i) for i in range(len(RELEASES))]
    unknown = render_run(plan()) | {"sepc": {}}
    for release in RELEASES:
        with pytest.raises(jsonschema.ValidationError, match="'sepc' was unexpected"):
            validate(unknown, release)


def test_every_pod_class_is_among_those_that_are_tried() -> None:
    assert {unit.pod for unit in whole().units} == {spec.pod for spec in catalogue().values()}


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("keeper", [False, True], ids=["", "keeper"])
def test_every_pod_is_restricted(site: str, keeper: bool) -> None:
    made = (keeping if keeper else plan)(**SITES[site])
    for manifest, restart in ((render_run(made), "OnFailure"), (unit_of(made), "Never")):
        pod = pod_of(manifest)
        assert pod["restartPolicy"] == restart
        assert pod["securityContext"] == {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "runAsGroup": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        assert_unprivileged(pod)


def assert_unprivileged(pod: Json) -> None:
    assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers", "nodeName"} & pod.keys()
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert container["resources"]["limits"].keys() - {"nvidia.com/gpu"} == {"memory"}
        assert "ports" not in container
    assert {kind for volume in pod.get("volumes", []) for kind in volume.keys() - {"name"}} <= RESTRICTED


RESTRICTED = {"configMap", "downwardAPI", "persistentVolumeClaim", "secret"}


@pytest.mark.parametrize("site", SITES)
def test_every_pod_class_is_restricted(site: str) -> None:
    made = whole(**SITES[site])
    for unit in made.units:
        pod = pod_of(UnitRenderer(made).render(unit))
        assert_unprivileged(pod)
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}


def test_an_export_is_mounted_without_a_claim_and_that_is_all_that_is_not_restricted() -> None:
    made = whole(storage=NFS)
    kinds = {
        kind
        for unit in made.units
        for volume in pod_of(UnitRenderer(made).render(unit))["volumes"]
        for kind in volume.keys() - {"name"}
    }
    assert kinds - RESTRICTED == {"nfs"}


def class_of(made: Plan, pod: str) -> Json:
    """The pod of the first unit of this class."""
    return pod_of(UnitRenderer(made).render(next(unit for unit in made.units if unit.pod == pod)))


def test_a_gpu_pod_asks_for_what_is_free_and_one_that_only_looks_for_nothing() -> None:
    made = whole()
    limits = class_of(made, "gpu")["containers"][0]["resources"]["limits"]
    assert limits == {"nvidia.com/gpu": "1", "memory": "2Gi"}  # the other one of two is for the shares
    looking = class_of(made, "gpu-view")
    assert looking["containers"][0]["resources"]["limits"].keys() == {"memory"}
    assert {"name": "NVIDIA_VISIBLE_DEVICES", "value": "all"} in looking["containers"][0]["env"]
    assert looking["runtimeClassName"] == class_of(made, "gpu")["runtimeClassName"] == "nvidia"


def test_pull_secrets_are_mounted_for_the_registry_probe_alone() -> None:
    made = whole(pull_secrets=("one", "two"))
    secrets = {
        unit.pod: [volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume]
        for unit in made.units
        for pod in [pod_of(UnitRenderer(made).render(unit))]
        if "volumes" in pod
    }
    assert secrets.pop("registry") == ["one", "two"]
    assert not any(secrets.values())


def test_a_volume_of_our_own_belongs_to_those_who_share_it() -> None:
    claim = next(each for each in render_all(whole()) if each["kind"] == "PersistentVolumeClaim")
    assert claim["spec"]["storageClassName"] == "efs"
    assert class_of(whole(), "storage")["securityContext"]["fsGroup"] == 65532
    theirs = class_of(whole(storage=Storage(claim="data")), "storage")
    assert "fsGroup" not in theirs["securityContext"]
    assert theirs["securityContext"]["fsGroupChangePolicy"] == "OnRootMismatch"
    assert {"claimName": "data"} in [volume.get("persistentVolumeClaim") for volume in theirs["volumes"]]


def test_the_service_leads_to_no_more_than_three_pods() -> None:
    made = plan(inventory(*(node(f"n{number}") for number in range(5)), version="v1.27.3"))
    (service,) = [each for each in render_all(made) if each["kind"] == "Service"]
    jobs = [
        each["spec"]["template"]["metadata"]["labels"] for each in render_all(made) if each["kind"] == "Job"
    ]
    assert sum(service["spec"]["selector"].items() <= labels.items() for labels in jobs) == 3


@pytest.mark.parametrize("keeper", [False, True], ids=["", "keeper"])
def test_openshift_chooses_user_and_seccomp_itself(keeper: bool) -> None:
    made = (keeping if keeper else plan)(openshift=True, namespace="preflight")
    for manifest in (render_run(made), UnitRenderer(made).render(made.units[0])):
        assert pod_of(manifest)["securityContext"] == {"runAsNonRoot": True}
        assert_unprivileged(pod_of(manifest))


@pytest.mark.parametrize("keeper", [False, True], ids=["", "keeper"])
def test_where_openshift_chooses_no_user_the_pods_name_one(keeper: bool) -> None:
    made = (keeping if keeper else plan)(openshift=True, namespace="default")
    for manifest in (render_run(made), unit_of(made)):
        assert pod_of(manifest)["securityContext"]["runAsUser"] == 65532


def test_no_name_is_taken_for_that_of_a_stand_in() -> None:
    made = plan(
        inventory(node("TARGET"), version="v1.27.3"), namespace="UNIT", pull_secrets=("TARGET", "UNIT")
    )
    manifest = unit_of(made)
    assert manifest["metadata"]["namespace"] == "UNIT"
    assert pod_of(manifest)["imagePullSecrets"] == [{"name": "TARGET"}, {"name": "UNIT"}]


def test_the_run_job_runs_nothing_unless_it_keeps_the_clock() -> None:
    assert render_run(plan())["spec"]["parallelism"] == 0
    assert render_run(keeping())["spec"]["parallelism"] == 1


def test_a_keeper_may_fail_and_goes_where_any_linux_pod_would() -> None:
    run = render_run(keeping())
    pod = pod_of(run)
    assert (run["spec"]["backoffLimit"], pod["restartPolicy"]) == (6, "OnFailure")
    assert pod["nodeSelector"] == {"kubernetes.io/os": "linux"}
    assert not {"tolerations", "affinity"} & pod.keys()


def test_the_clocks_are_in_the_manifests() -> None:
    made = plan(timeout=300)
    run, unit = render_run(made, "host/boot:1/2/3"), UnitRenderer(made).render(made.units[0])
    assert run["metadata"]["annotations"] == {"runai-preflight/driver": "host/boot:1/2/3"}
    assert (run["spec"]["activeDeadlineSeconds"], run["spec"]["ttlSecondsAfterFinished"]) == (360, 60)
    assert (unit["spec"]["backoffLimit"], unit["spec"]["activeDeadlineSeconds"]) == (0, 360)
    parameters = json.loads(render_config(made)["data"]["parameters.json"])
    slowest = max(values["timeout"] for values in parameters.values())
    assert (slowest, pod_of(unit)["activeDeadlineSeconds"]) == (made.deadlines.probe, slowest + 120)


@pytest.mark.parametrize("name", ["n1", LONG, *NASTY])
def test_a_pod_goes_to_its_node_and_no_other(name: str) -> None:
    made = plan(inventory(node(name), version="v1.27.3"))
    unit = UnitRenderer(made).render(made.units[0])
    terms = pod_of(unit)["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    field = {"key": "metadata.name", "operator": "In", "values": [name]}
    assert terms == {"nodeSelectorTerms": [{"matchFields": [field]}]}
    assert pod_of(unit)["tolerations"] == [{"operator": "Exists"}]
    annotations = unit["spec"]["template"]["metadata"]["annotations"]
    assert (
        annotations["runai-preflight/target"]
        == unit["metadata"]["annotations"]["runai-preflight/target"]
        == name
    )
    assert annotations["sidecar.istio.io/inject"] == "false"
    assert annotations["linkerd.io/inject"] == "disabled"


@pytest.mark.parametrize("text", NASTY)
def test_nothing_that_a_user_says_breaks_out_of_its_field(text: str) -> None:
    made = plan(image=text, pull_secrets=(text,), proxy_secret=text, ca_bundle=text, namespace=text)
    manifests = list(render_all(made))
    assert {manifest["metadata"]["namespace"] for manifest in manifests} == {text}
    run, config, unit = *manifests[:2], unit_of(made)
    assert [pod_of(job)["containers"][0]["image"] for job in (run, unit)] == [text, text]
    assert pod_of(unit)["imagePullSecrets"] == [{"name": text}]
    assert pod_of(unit)["containers"][0]["envFrom"] == [{"secretRef": {"name": text}}]
    assert config["data"]["ca.pem"] == text
    assert render_run(made, text)["metadata"]["annotations"] == {"runai-preflight/driver": text}


PLAN = plan()


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_no_text_at_all_breaks_out_of_its_field(text: str) -> None:
    target = Target(kind=TargetKind.NODE, name=text)
    unit = PLAN.units[0].model_copy(update={"target": target})
    made = UnitRenderer(PLAN.model_copy(update={"site": Site(image=text)})).render(unit)
    assert made["metadata"]["annotations"] == {"runai-preflight/target": text}
    assert pod_of(made)["containers"][0]["image"] == text
    assert made.keys() == {"apiVersion", "kind", "metadata", "spec"}


def test_every_object_and_pod_carries_the_run() -> None:
    made = plan()
    run, config, service, unit, *_ = render_all(made)
    labels = {"app.kubernetes.io/name": "runai-preflight", "runai-preflight/run": "r1"}
    assert run["metadata"]["labels"] == config["metadata"]["labels"] == labels
    assert service["metadata"]["labels"] == labels
    own = labels | {"runai-preflight/unit": made.units[0].name}
    assert unit["metadata"]["labels"] == unit["spec"]["template"]["metadata"]["labels"] == own
    keeper = labels | {"runai-preflight/role": "keeper"}
    assert run["spec"]["template"]["metadata"]["labels"] == keeper


def test_the_config_map_holds_the_probes_and_is_far_from_full() -> None:
    made = plan(ca_bundle="PEM")
    config = render_config(made)
    assert {"supervisor.py", "shared.py", "node.py", "dns.py", "egress.py", "parameters.json", "ca.pem"} <= (
        config["data"].keys()
    )
    assert json.loads(config["data"]["parameters.json"]) == made.parameters
    assert not any(name.startswith("cuda") for name in config["data"])  # nobody has asked for it
    assert len(json.dumps(config)) < 256 * 1024
    assert len(json.dumps(render_config(whole()))) < 512 * 1024  # of the 1 MiB that it may have


def test_a_probe_pod_is_told_who_it_is() -> None:
    made = plan()
    (container,) = pod_of(UnitRenderer(made).render(made.units[0]))["containers"]
    assert container["command"] == ["python3", "-IS", "/probes/supervisor.py", "/probes/parameters.json"]
    assert {variable["name"]: variable["value"] for variable in container["env"]} == {
        "RUNAI_PREFLIGHT_RUN": "r1",
        "RUNAI_PREFLIGHT_TARGET": "n1",
        "RUNAI_PREFLIGHT_PROBES": "node,dns,egress",
        "RUNAI_PREFLIGHT_OWN": "",
    }
    assert "envFrom" not in container
    assert container["terminationMessagePolicy"] == "FallbackToLogsOnError"
    assert "imagePullSecrets" not in pod_of(UnitRenderer(made).render(made.units[0]))
