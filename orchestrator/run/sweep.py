"""Finds the runs whose driver is dead, by their run Jobs and by what lacks one, and removes them."""

import threading
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pydantic import AliasPath, Field

from orchestrator.evidence import Cleanup, ObjectRef
from orchestrator.kube.api import Api
from orchestrator.objects import Count, Object
from orchestrator.plan.model import DRIVER_ANNOTATION, OURS, RUN_LABEL
from orchestrator.run.driver import Driver
from orchestrator.run.estate import COLLECTIONS, Estate
from orchestrator.run.patience import USUAL

_GRACE = 120  # seconds that a driver may still be cleaning up after the run's deadline


class OwnObject(Object):
    """An object of some run; `deadline` is a Job's own, in seconds from its creation."""

    deadline: Count = Field(0, validation_alias=AliasPath("spec", "activeDeadlineSeconds"))

    @property
    def run_id(self) -> str:
        return self.meta.labels.get(RUN_LABEL, "")

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef(kind=self.kind, name=self.meta.name, uid=self.meta.uid)

    @property
    def is_run_job(self) -> bool:
        return DRIVER_ANNOTATION in self.meta.annotations


class Swept(NamedTuple):
    """What was done, line by line, and what is left of the runs that were to go."""

    lines: tuple[str, ...]
    left: tuple[ObjectRef, ...]


def sweep_dead(api: Api, *, only: str | None, force: bool, dry_run: bool) -> Swept:
    """Remove every dead run of the namespace (or `only` this run, or with `force` all of them)."""
    lines: list[str] = []
    left: list[ObjectRef] = []
    for run_id, objects in sorted(_runs(api).items()):
        if only not in (None, run_id):
            continue
        why = "named" if only else "forced" if force else _why_dead(objects)
        if not why:
            lines.append(f"run {run_id}: left alone, its driver may be alive ({_age(objects)} old)")
        elif dry_run:
            lines.append(f"run {run_id}: would be removed, {len(objects)} objects ({why})")
        else:
            cleanup = _remove(api, run_id, objects)
            left += cleanup.left
            told = f"{cleanup.confirmed_gone} objects removed, {len(cleanup.left)} left ({why})"
            lines += filter(None, (f"run {run_id}: {told}", cleanup.message))
    return Swept(tuple(lines or [_nothing(api, only)]), tuple(left))


def _runs(api: Api) -> dict[str, list[OwnObject]]:
    runs: dict[str, list[OwnObject]] = {}
    for kind, path in reversed(COLLECTIONS.items()):  # Jobs last: a run that begins meanwhile has its run Job
        for item in api.list(path.format(api.namespace), OwnObject, selector=OURS).items:
            runs.setdefault(item.run_id, []).append(item.model_copy(update={"kind": kind}))
    return runs


def _why_dead(objects: list[OwnObject]) -> str:
    """Empty while the run may be alive."""
    run_job = next((item for item in objects if item.is_run_job), None)
    if run_job is None:
        return "it has no run Job any more"
    driver = Driver.parse(run_job.meta.annotations[DRIVER_ANNOTATION])
    if driver and driver.is_dead:
        return f"its driver, process {driver.pid} on this machine, is dead"
    created = run_job.meta.creation_timestamp
    if created and datetime.now(UTC) > created + timedelta(seconds=run_job.deadline + _GRACE):
        return "its deadline has passed"
    return ""


def _remove(api: Api, run_id: str, objects: list[OwnObject]) -> Cleanup:
    estate = Estate(api, api.namespace, f"{RUN_LABEL}={run_id}")
    for item in objects:
        estate.appeared(item.ref)
    return estate.remove(USUAL.cleanup, lambda: threading.Event().wait(1.0))


def _age(objects: list[OwnObject]) -> timedelta:
    born = min(
        (o.meta.creation_timestamp for o in objects if o.meta.creation_timestamp), default=datetime.now(UTC)
    )
    return timedelta(seconds=int((datetime.now(UTC) - born).total_seconds()))


def _nothing(api: Api, only: str | None) -> str:
    what = f"of run {only} " if only else "of any run "
    return f"nothing {what}in namespace {api.namespace}"
