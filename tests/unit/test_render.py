"""The manifests: valid for every Kubernetes release, restricted, and safe from whatever a name holds."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.condition import Facts
from orchestrator.evidence import Target, TargetKind
from orchestrator.inventory.model import Inventory
from orchestrator.plan.make import make_plan
from orchestrator.plan.model import Plan, Proxy, Site
from orchestrator.profile.load import load, shipped_names
from orchestrator.render import UnitRenderer, render_all, render_config, render_run
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
    site = SITES["everything"]
    manifests = [*render_all(plan(**site)), *render_all(keeping()), *render_all(plan(openshift=True))]
    for manifest in manifests:
        validate(manifest, release)


def test_the_schemas_are_those_of_every_release_from_1_20_on_and_refuse_what_they_do_not_know() -> None:
    assert RELEASES[:1] == ["1.20.0"]
    assert [release.split(".")[1] for release in RELEASES] == [str(20 + i) for i in range(len(RELEASES))]
    unknown = render_run(plan()) | {"sepc": {}}
    for release in RELEASES:
        with pytest.raises(jsonschema.ValidationError, match="'sepc' was unexpected"):
            validate(unknown, release)


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
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert container["resources"]["limits"].keys() == {"memory"}
    assert "ports" not in container
    assert [volume.keys() - {"name"} for volume in pod.get("volumes", [])] in ([], [{"configMap"}])


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
    assert pod_of(unit)["activeDeadlineSeconds"] == 150
    parameters = json.loads(render_config(made)["data"]["parameters.json"])
    assert max(values["timeout"] for values in parameters.values()) == 30


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
    run, config, unit = render_all(made)
    for manifest in (run, config, unit):
        assert manifest["metadata"]["namespace"] == text
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
    run, config, unit = render_all(made)
    labels = {"app.kubernetes.io/name": "runai-preflight", "runai-preflight/run": "r1"}
    assert run["metadata"]["labels"] == config["metadata"]["labels"] == labels
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
    assert len(json.dumps(config)) < 256 * 1024


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
