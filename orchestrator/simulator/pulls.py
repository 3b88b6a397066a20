"""A kubelet's pulls, for containers that always want one: what it says of each, and which it cannot do."""

from orchestrator.simulator import events, pods
from orchestrator.simulator.fates import Fates, steps
from orchestrator.simulator.podrun import PodRun
from orchestrator.simulator.resources import Object
from orchestrator.simulator.store import Store, Stored

_FIGURES = "in 210ms (210ms including waiting). Image size: 2798889 bytes."


def pull(store: Store, rules: Fates, run: PodRun, pod: Stored, node: str) -> bool:
    """Tell of every pull as events; True where all images came, else the pod's status says which did not."""
    refused: dict[str, Object] = {}
    for container in _pulling(pod):
        name, image = container["name"], container["image"]
        _tell(store, pod, name, "Normal", "Pulling", f'Pulling image "{image}"')
        rule = rules.rule_of_image(pod, node, image)
        if rule is None:
            _tell(store, pod, name, "Normal", "Pulled", f'Successfully pulled image "{image}" {_FIGURES}')
            continue
        step = next(each for each in steps(rule, pod, image) if each.waiting)
        refused[name] = {"waiting": step.waiting}
        if step.event:
            _tell(store, pod, name, step.event["type"], step.event["reason"], step.event["message"])
    if refused:
        run.change(store, lambda obj: pods.set_refused(obj, refused))
    return not refused


def _pulling(pod: Stored) -> list[Object]:
    containers: list[Object] = pod.view["spec"]["containers"]
    return [container for container in containers if container.get("imagePullPolicy") == "Always"]


def _tell(store: Store, pod: Stored, container: str, type_: str, reason: str, message: str) -> None:
    events.record(store, pod, reason, message, component="kubelet", type_=type_, container=container)
