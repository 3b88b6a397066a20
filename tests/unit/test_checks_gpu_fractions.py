"""The checks `gpu-fractions` and `gpu-fraction-limits`: pods that share a GPU, one by one and together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.checks.nvidia.cuda import Ended
from orchestrator.evidence import Cell, Evidence, Observation, Outcome, Reason, Target, TargetKind
from orchestrator.requirement import Verdict
from tests.unit.builders import CLUSTER, evidence, inventory, node, row, verdict

SHARED, LIMITED = row("gpu-fractions"), row("gpu-fraction-limits")
ONE, OTHER = "1f0c6f5a-3b7d", "7c2e9b14-0a6f"
GPU_NODE = inventory(node("g1", capacity={"nvidia.com/gpu": "8"}))
STOPPED = {
    "code": "cuda",
    "stage": "fill",
    "call": "cuMemAlloc",
    "number": 2,
    "name": "CUDA_ERROR_OUT_OF_MEMORY",
    "atMib": 3800,
}
OOM = "cuMemAlloc returned CUDA_ERROR_OUT_OF_MEMORY (2) at fill"
PROMISE = "one GPU for all, shares as promised ± 5 %, filled at once and verified"
WANTED = "asking for more than the share fails, or ends that pod alone"
KILLED = {"code": "killed", "stage": "verify", "signal": 9}
GONE = {"name": "g1/4", "step": "over", "code": "gone"}
Json = dict[str, Any]


def share(number: int, **more: Any) -> Json:
    """What a pod observes where all is well; the fourth asks for more than its share."""
    data: Json = {
        "shareMib": 4096,
        "gpus": [ONE],
        "totalMib": 4096,
        "overheadMib": 400,
        "filledMib": 3440,
        "wrong": 0,
        "overBy": "g1/4",
        "lost": [],
        **({"over": STOPPED} if number == 4 else {"wrongAgain": 0}),
        **more,
    }
    return {name: value for name, value in data.items() if value is not None}


def seen(answers: dict[int, Json], *silent: Cell) -> Evidence:
    """The answers of the pods by number; those of the cells given have none."""
    told = [
        Observation(probe="fraction", target=_target(number), source="log", data=data)
        for number, data in answers.items()
    ]
    cells = [Cell(probe="fraction", target=each.target, outcome=Outcome.ANSWERED) for each in told]
    return evidence(GPU_NODE, [*cells, *silent], told)


def pods(**changed: Json) -> dict[int, Json]:
    """Four pods where all is well, but for those that are given as `p2`."""
    return {number: share(number, **changed.get(f"p{number}", {})) for number in range(1, 5)}


def silent(number: int, reason: Reason, message: str = "") -> Cell:
    outcome = Outcome.UNANSWERED
    return Cell(probe="fraction", target=_target(number), outcome=outcome, reason=reason, message=message)


def _target(number: int) -> Target:
    return Target(kind=TargetKind.SHARE, name=f"g1/{number}")


def shared(found: Evidence) -> Verdict:
    (only,) = SHARED.judge(found)
    return only


def limited(found: Evidence) -> Verdict:
    (only,) = LIMITED.judge(found)
    return only


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"gpus": [OTHER]}, "the pods are not on the same GPU"),
        ({"gpus": [ONE, OTHER]}, "the pods are not on the same GPU; g1/2: it sees 2 GPUs"),
        ({"totalMib": 4302}, "g1/2: it is told of 4302 MiB, promised are 4096 MiB"),
        ({"limitMib": 2048}, "g1/2: it is told of 2048 MiB, promised are 4096 MiB"),
        (
            {"filledMib": 1024, "refused": STOPPED},
            f"g1/2: it could fill only 1024 MiB of its 4096 MiB: {OOM}",
        ),
        ({"filledMib": 3276}, "g1/2: only 3276 MiB of its 4096 MiB were free"),
        ({"wrong": 3}, "g1/2: 3 words of its memory were wrong"),
    ],
)
def test_what_is_not_as_promised_is_told_of_the_pod(changed: Json, problem: str) -> None:
    found = shared(seen(pods(p2=changed)))
    assert (found.status, found.subject.name, found.message) == ("fail", "g1", problem)


@pytest.mark.parametrize(
    "stop",
    [
        {"step": "open", "code": "no-library", "message": "no libcuda.so.1", "cLibrary": "glibc 2.36"},
        {"step": "open", "code": "hang", "stage": "module"},
        {"step": "fill", "code": "cuda", "stage": "fill", "call": "cuCtxSynchronize", "number": 719},
        {"step": "verify", "code": "killed", "stage": "verify", "signal": 9},
    ],
)
def test_a_pod_that_does_not_come_to_its_end_has_the_cause(stop: Json) -> None:
    found = shared(seen(pods(p2={"wrong": None, "failed": stop})))
    assert (found.status, found.message) == ("fail", f"g1/2: {Ended.model_validate(stop)}")


@pytest.mark.parametrize(
    "changed", [{}, {"totalMib": 4300}, {"totalMib": 16384}, {"totalMib": 16384, "limitMib": 4000}]
)
def test_one_gpu_shared_as_promised(changed: Json) -> None:
    words = "4 pods with 4096 MiB each share one GPU, filled at once and verified"
    filled = {f"g1/{number}": 3440 for number in range(1, 5)}
    assert shared(seen(pods(p2=changed))) == verdict(
        "pass", "g1", words, {"gpus": [ONE], "filledMib": filled}, PROMISE
    )


@pytest.mark.parametrize("missing", ["gpus", "filledMib", "wrong"])
def test_without_the_facts_nothing_is_as_promised(missing: str) -> None:
    found = shared(seen(pods(p3={missing: None})))
    assert (found.status, found.message) == ("unknown", "g1/3: the test did not come to its end")


def test_pods_that_did_not_come_leave_it_open() -> None:
    three = {number: share(number) for number in (1, 2, 3)}
    found = shared(seen(three, silent(4, Reason.UNSCHEDULABLE, "no queue has room")))
    words = "3 of 4 pods that share a GPU answered: Unschedulable: no queue has room"
    assert (found.status, found.message) == ("unknown", words)


def test_what_failed_is_told_even_if_not_all_came() -> None:
    found = shared(seen({1: share(1), 2: share(2, gpus=[OTHER])}, silent(3, Reason.EVICTED)))
    assert (found.status, found.message) == ("fail", "the pods are not on the same GPU")


@pytest.mark.parametrize("requirement", [SHARED, LIMITED])
def test_garbage_is_not_understood(requirement: Any) -> None:
    (found,) = requirement.judge(seen(pods(p1={"shareMib": "much"})))
    words = "the fraction probe's answer on g1 cannot be understood"
    assert (found.status, found.message) == ("unknown", words)


@pytest.mark.parametrize("requirement", [SHARED, LIMITED])
def test_without_a_scheduler_that_shares_it_does_not_apply(requirement: Any) -> None:
    target = Target(kind=TargetKind.NODE, name="g1")
    words = "no scheduler that shares GPUs is installed"
    cell = Cell(
        probe="fraction",
        target=target,
        outcome=Outcome.NOT_APPLICABLE,
        reason=Reason.NO_SCHEDULER,
        message=words,
    )
    assert list(requirement.judge(evidence(GPU_NODE, [cell]))) == [
        verdict("skip", CLUSTER, f"does not apply: {words}")
    ]


def test_a_node_whose_gpus_are_busy_owes_the_answer() -> None:
    target = Target(kind=TargetKind.NODE, name="g1")
    cell = Cell(
        probe="fraction",
        target=target,
        outcome=Outcome.UNANSWERED,
        reason=Reason.GPU_BUSY,
        message="GPU busy: x",
    )
    words = "the fraction probe gave no answer: GPUBusy: GPU busy: x"
    assert list(SHARED.judge(evidence(GPU_NODE, [cell]))) == [verdict("unknown", "g1", words)]


@pytest.mark.parametrize(
    ("over", "how"),
    [
        (STOPPED, f"was stopped ({OOM})"),
        (
            {"code": "killed", "stage": "fill", "signal": 9},
            "was stopped (a process was killed by signal 9 at fill)",
        ),
        (
            {
                "code": "cuda",
                "stage": "fill",
                "call": "cuMemAlloc",
                "number": 810,
                "name": "CUDA_ERROR_MPS_CLIENT_TERMINATED",
            },
            "was stopped (cuMemAlloc returned CUDA_ERROR_MPS_CLIENT_TERMINATED (810) at fill)",
        ),
    ],
)
def test_whoever_asks_for_too_much_is_stopped(over: Json, how: str) -> None:
    found = limited(seen(pods(p4={"over": over})))
    words = f"g1/4 asked for more than its share and {how}; its 3 neighbours kept theirs"
    assert (found.status, found.message, found.expected) == ("pass", words, WANTED)
    assert found.observed == {"by": "g1/4", **over}


def test_a_pod_that_was_ended_is_seen_by_its_neighbours() -> None:
    lost = {"lost": [GONE]}
    answers = {number: share(number, **lost) for number in (1, 2, 3)}
    found = seen(answers, silent(4, Reason.OOM_KILLED))
    assert limited(found) == verdict(
        "pass",
        "g1",
        "g1/4 asked for more than its share and was ended; its 3 neighbours kept theirs",
        {"by": "g1/4", "code": "ended"},
        WANTED,
    )
    assert shared(found).message == "3 pods with 4096 MiB each share one GPU, filled at once and verified"


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        (
            {"p4": {"over": {"code": "no-limit", "atMib": 4556}}},
            "g1/4 took 4556 MiB, its share is 4096 MiB: nothing stopped it",
        ),
        (
            {"p4": {"over": {**STOPPED, "atMib": 3968}}},
            "g1/4 was stopped at 3968 MiB only, its share is 4096 MiB",
        ),
        (
            {"p4": {"over": {"code": "hang", "stage": "fill"}}},
            "g1/4 asked for more than its share, and hangs",
        ),
        ({"p2": {"wrongAgain": 7}}, "its neighbour g1/2 was hit: 7 words of its memory are wrong"),
        (
            {"p1": {"wrongAgain": None, "failed": {"step": "again", **KILLED}}},
            "its neighbour g1/1 was hit: a process was killed by signal 9 at verify",
        ),
    ],
)
def test_who_takes_more_or_harms_others_is_not_kept_to_its_share(
    changed: dict[str, Json], problem: str
) -> None:
    found = limited(seen(pods(**changed)))
    assert (found.status, found.subject.name, found.message) == ("fail", "g1", problem)


def test_a_neighbour_that_was_ended_as_well_was_hit() -> None:
    lost = [{**GONE, "name": "g1/3"}, GONE]
    answers = {number: share(number, lost=lost) for number in (1, 2)}
    found = limited(seen(answers, silent(3, Reason.CRASHED), silent(4, Reason.CRASHED)))
    assert (found.status, found.message) == ("fail", "its neighbour g1/3 was ended as well")


def test_without_the_word_of_every_neighbour_it_stays_open() -> None:
    words = "not all of the neighbours told what became of their share"
    found = limited(seen({1: share(1), 2: share(2), 4: share(4)}, silent(3, Reason.NODE_LOST)))
    assert (found.status, found.message) == ("unknown", words)
    assert limited(seen(pods(p2={"wrongAgain": None}))).message == words


def test_who_never_came_so_far_tried_nothing() -> None:
    stop = {"overBy": None, "over": None, "failed": {"step": "open", "code": "hang", "stage": "module"}}
    found = limited(seen({1: share(1, **stop)}))
    words = "no pod came so far as to ask for more than its share: g1/1: a process hangs at module"
    assert (found.status, found.message) == ("unknown", words)


def test_a_worker_that_breaks_proves_nothing() -> None:
    crash = {"code": "crashed", "stage": "fill", "exit": 1, "message": "KeyError"}
    found = limited(seen(pods(p4={"over": crash})))
    words = (
        "no pod came so far as to ask for more than its share: g1/4: a process ended at fill with crashed: "
        "KeyError"
    )
    assert (found.status, found.message) == ("unknown", words)


def test_a_pod_that_is_only_silent_was_not_ended() -> None:
    lost = [{**GONE, "code": "silent"}]
    answers = {number: share(number, lost=lost) for number in (1, 2, 3)}
    found = limited(seen(answers, silent(4, Reason.DEADLINE, "too late")))
    words = "3 of 4 pods that share a GPU answered: DeadlineExceeded: too late"
    assert (found.status, found.message) == ("unknown", words)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(STOPPED)), inner),
    max_leaves=5,
)
FACTS = sorted(share(4, wrongAgain=0, limitMib=4096, refused=STOPPED, failed=STOPPED))


@given(st.dictionaries(st.sampled_from(FACTS), ANYTHING), st.integers(1, 4))
def test_no_answer_whatever_it_holds_stops_the_judge(changed: Json, number: int) -> None:
    evidence_ = seen(pods(**{f"p{number}": changed}))
    assert [each.subject.name for row_ in (SHARED, LIMITED) for each in row_.judge(evidence_)] == ["g1", "g1"]
