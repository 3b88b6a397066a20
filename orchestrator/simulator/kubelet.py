"""Every node's kubelet: takes the pods that are bound, lets them run or meet their fate, and removes them."""

import itertools
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from orchestrator.simulator import events, fates, nodes, podrun, pods, pulls, status
from orchestrator.simulator.engine import Engine
from orchestrator.simulator.fates import Fates
from orchestrator.simulator.playback import Playback
from orchestrator.simulator.podrun import PodRun
from orchestrator.simulator.resources import Object
from orchestrator.simulator.sandbox import ConfigError, Outcome, Sandbox
from orchestrator.simulator.store import Event, Store, Stored
from orchestrator.simulator.volumes import Volumes

PROCESSES = 48  # at once: probes that talk to each other need all of their partners
_ADDRESSES = itertools.count(1 + os.getpid() * 1024)  # simulators side by side keep out of each other's way
_PAST_DEADLINE = "Pod was active on the node longer than the specified deadline"


class Kubelet:
    """All kubelets of the cluster; only pods created while the simulator runs are theirs."""

    def __init__(self, store: Store, engine: Engine, rules: Fates, *, run_probes: bool) -> None:
        self._store, self._engine, self._rules = store, engine, rules
        self._run_probes = run_probes
        self._playback = Playback(store, engine)
        self._taken: dict[str, PodRun] = {}
        self._created: set[str] = set()
        self._pool = ThreadPoolExecutor(PROCESSES, thread_name_prefix="simulator-pod")

    def start(self) -> None:
        """Make the folder that all pods' files are in."""
        self._folder = tempfile.TemporaryDirectory(
            prefix="runai-preflight-simulator-", ignore_cleanup_errors=True
        )

    def stop(self) -> None:
        """Kill every process and remove every file; the engine must have stopped before."""
        for run in self._taken.values():
            if run.sandbox:
                run.sandbox.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._folder.cleanup()

    @property
    def _root(self) -> Path:
        return Path(self._folder.name)

    def handle(self, event: Event) -> None:
        """React to a change of a pod; runs on the engine."""
        uid = event.last.uid
        if event.old is None:
            self._created.add(uid)
        if event.new is None:
            self._created.discard(uid)
            self._forget(uid)
        elif (pod := self._store.by_uid(uid)) is not None:
            if "deletionTimestamp" in pod.view["metadata"]:
                self._terminate(pod)
            elif pod.view["spec"].get("nodeName") and uid in self._created and uid not in self._taken:
                self._take(pod)
            elif event.old and event.old.view["metadata"] != event.new.view["metadata"]:
                self._refresh(uid, pod)

    def _refresh(self, uid: str, pod: Stored) -> None:
        run = self._taken.get(uid)
        if run and run.sandbox:
            run.sandbox.refresh(pod.view)

    def takes_pods(self, node: str) -> bool:
        return not nodes.is_lost(self._store, node)

    def end_at_once(self, pod: Object, results: bytes) -> None:
        """Give a pod that is bound, but not created yet, the status of one that has printed its results."""
        metadata = pod["metadata"]
        run = PodRun(metadata["uid"], metadata["name"], metadata["namespace"], log=results, ended=True)
        self._taken[run.uid] = run
        host = nodes.address(self._store, pod["spec"]["nodeName"])
        pods.set_started(pod, pod_ip=self._address(), host_ip=host)
        podrun.terminate(pod, Outcome(0, results, results), "Completed")

    def log(self, pod: Stored, container: str) -> bytes:
        """What the pod has printed; 400 while its container has not started, 500 when its node is lost."""
        first = pod.view["spec"]["containers"][0]["name"]
        if container and container not in [each["name"] for each in pod.view["spec"]["containers"]]:
            raise status.StatusError(400, f"container {container} is not valid for pod {pod.name}")
        node = pod.view["spec"].get("nodeName", "")
        if nodes.is_lost(self._store, node):
            address = f"{nodes.address(self._store, node)}:10250"
            url = f"https://{address}/containerLogs/{pod.namespace}/{pod.name}/{first}"
            raise status.StatusError(500, f'Get "{url}": dial tcp {address}: i/o timeout')
        if why := pods.waiting_reason(pod.view):
            if why in ("ErrImagePull", "ImagePullBackOff"):
                why = "trying and failing to pull image"
            message = f'container "{container or first}" in pod "{pod.name}" is waiting to start: {why}'
            raise status.StatusError(400, message)
        run = self._taken.get(pod.uid)
        return run.printed() if run else b""

    def _take(self, pod: Stored) -> None:
        node = pod.view["spec"]["nodeName"]
        if nodes.is_lost(self._store, node):
            return
        run = self._taken[pod.uid] = PodRun(pod.uid, pod.name, pod.namespace)
        address, host = self._address(), nodes.address(self._store, node)
        if (deadline := pod.view["spec"].get("activeDeadlineSeconds")) is not None:
            run.timers.append(self._engine.later(deadline, lambda: self._expire(run)))
        rule = self._rules.rule(pod, node)
        results = None if rule else self._rules.results(pod, node)

        def start(obj: Object) -> None:
            pods.set_started(obj, pod_ip=address, host_ip=host)
            if results is None:
                pods.set_waiting(obj, "ContainerCreating")
            else:
                podrun.terminate(obj, Outcome(0, results, results), "Completed")

        pod = run.change(self._store, start)
        if results is not None:
            run.log = results
            run.end()
        elif rule:
            self._playback.play(run, fates.steps(rule, pod))
        elif pulls.pull(self._store, self._rules, run, pod, node):
            self._run(run, pod)

    def _address(self) -> str:
        """An address of loopback for one pod, so that pods may listen on the same port."""
        number = next(_ADDRESSES)
        return f"127.{64 + (number >> 16) % 64}.{number >> 8 & 255}.{number & 255}"

    def _run(self, run: PodRun, pod: Stored) -> None:
        """Let the pod's own command run."""
        if missing := Volumes(pod.view, self._store, self._root, self._root).missing():
            volume, why = missing
            message = f'MountVolume.SetUp failed for volume "{volume}" : {why}'
            events.record(self._store, pod, "FailedMount", message, component="kubelet")
        elif self._run_probes:
            run.sandbox = Sandbox(pod.view, self._store, self._root)
            self._pool.submit(self._execute, run, run.sandbox)
        else:
            run.change(self._store, pods.set_running)

    def _execute(self, run: PodRun, sandbox: Sandbox) -> None:
        """On a thread of the pool: run the process and report to the engine."""
        try:
            outcome = sandbox.run(lambda: self._engine.soon(lambda: self._started(run)))
        except ConfigError as error:
            message = str(error)
            self._engine.soon(lambda: self._misconfigured(run, message))
        except OSError as error:
            failure = Outcome(128, b"", f"failed to start container: {error}".encode())
            self._engine.soon(lambda: self._end(run, failure, "StartError"))
        else:
            self._engine.soon(lambda: self._end(run, outcome))

    def _started(self, run: PodRun) -> None:
        if not run.ended:
            run.change(self._store, pods.set_running)

    def _misconfigured(self, run: PodRun, message: str) -> None:
        run.sandbox = None
        reason = "CreateContainerConfigError"
        pod = run.change(self._store, lambda obj: pods.set_waiting(obj, reason, message))
        events.record(self._store, pod, "Failed", f"Error: {message}", component="kubelet")

    def _end(self, run: PodRun, outcome: Outcome, reason: str = "") -> None:
        """The container has ended; a pod that was only waiting for that is removed."""
        if not run.ended:
            run.log = outcome.log
            run.end()
            why = reason or ("Error" if outcome.exit_code else "Completed")
            run.change(self._store, lambda obj: podrun.terminate(obj, outcome, why))
        pod = self._store.by_uid(run.uid)
        if pod and "deletionTimestamp" in pod.view["metadata"]:
            self._store.delete(pod.type, pod.name, pod.namespace)

    def _expire(self, run: PodRun) -> None:
        """The pod's activeDeadlineSeconds have passed: it has failed, and its process is ended."""
        run.log = run.printed()
        run.end()

        def fail(obj: Object) -> None:
            if obj["status"]["phase"] == "Running":
                pods.set_terminated(obj, 137, "Error")
            obj["status"].update(phase="Failed", reason="DeadlineExceeded", message=_PAST_DEADLINE)

        pod = run.change(self._store, fail)
        if run.sandbox:
            self._stop(run.sandbox, pod.view["spec"]["terminationGracePeriodSeconds"])

    def _terminate(self, pod: Stored) -> None:
        """The pod is to go: end its process within its grace period, then remove it."""
        if nodes.is_lost(self._store, pod.view["spec"].get("nodeName", "")):
            return
        run = self._taken.get(pod.uid)
        if run is None or run.sandbox is None or run.ended:
            self._store.delete(pod.type, pod.name, pod.namespace)
        else:
            self._stop(run.sandbox, pod.view["metadata"]["deletionGracePeriodSeconds"])

    def _stop(self, sandbox: Sandbox, grace: float) -> None:
        sandbox.terminate()
        self._engine.later(grace, sandbox.kill)

    def _forget(self, uid: str) -> None:
        if run := self._taken.pop(uid, None):
            run.end()
            if run.sandbox:
                run.sandbox.kill()
