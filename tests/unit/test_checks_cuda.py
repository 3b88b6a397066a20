"""The checks of what the cuda probe observes: `gpu-computes`, `gpu-shares`, `gpu-slowdown`, "
"`gpu-bandwidth`."""

from typing import Any

import pytest

from orchestrator.checks.nvidia.cuda import Ended
from orchestrator.evidence import Cell, Evidence, Observation, Outcome, Reason, Target, TargetKind
from orchestrator.inventory.model import Inventory
from orchestrator.requirement import Question, Requirement, Verdict
from tests.unit.builders import CLUSTER, evidence, inventory, judge, node, probed, row, unanswered, verdict

COMPUTES = row("gpu-computes")
SHARES = row("gpu-shares", {"held": 0.75})
SLOWDOWN = row("gpu-slowdown", {"over": 0.2})
FLOORS = [{"gpu": "*H100*", "least": 48}, {"gpu": "*", "least": 4}]
BANDWIDTH = row("gpu-bandwidth", {"floors": FLOORS})
EVERY = [COMPUTES, SHARES, SLOWDOWN, BANDWIDTH]
LABEL = "GPU 0 (NVIDIA H100, uuid-0): "
Json = dict[str, Any]

OOM: Json = {
    "code": "cuda",
    "stage": "fill",
    "call": "cuMemAlloc",
    "number": 2,
    "name": "CUDA_ERROR_OUT_OF_MEMORY",
}
OOM_WORDS = (
    "cuMemAlloc returned CUDA_ERROR_OUT_OF_MEMORY (2) at fill (the memory of the GPU is taken by others or "
    "limited "
    "to less than is needed; see by nvidia-smi who uses it, and what MPS or a sharing engine allows)"
)
ECC: Json = {
    "code": "cuda",
    "stage": "module",
    "call": "cuModuleLoadData",
    "number": 214,
    "name": "CUDA_X",
}
ECC_EVENT = "cuModuleLoadData returned CUDA_X (214) at module"
ECC_WORDS = (
    f"{ECC_EVENT} (the GPU met an error of its memory that ECC cannot correct; cordon the node, reset the "
    f"GPU, and "
    "replace it if that happens again)"
)
HANG: Json = {"code": "hang", "stage": "copy"}
HANG_WORDS = (
    "a process hangs at copy (the driver does not answer; see the kernel's log for NVRM: Xid, and reboot the "
    "node)"
)
JIT: Json = {
    "code": "jit",
    "stage": "module",
    "call": "cuModuleLoadData",
    "number": 222,
    "name": "CUDA_Y",
}
BUSY: Json = {"code": "busy", "stage": "memory", "usedMiB": 5400}


def gpu(index: int = 0, **told: Any) -> Json:
    """A healthy GPU but for what is told; None leaves a part out."""
    healthy: Json = {
        "name": "NVIDIA H100",
        "uuid": f"uuid-{index}",
        "totalMiB": 80000,
        "alone": {"code": "ok", "ms": 121.0, "wrong": 0},
        "copy": {"code": "ok", "toDevice": 55.1, "toHost": 52.0},
        "shares": shares(),
    }
    return {key: value for key, value in {**healthy, **told}.items() if value is not None}


def shares(**told: Any) -> Json:
    healthy = {"of": 4, "contextMiB": 500, "mib": 19000, "wrong": 0, "slowdown": 4.1, "code": "ok"}
    return {**healthy, **told}


def machine(*gpus: Json, start: Json | None = None) -> Json:
    return {"driver": "550.1", "start": start or {"code": "ok", "cuda": "12.4"}, "gpus": list(gpus)}


def judged(requirement: Requirement, data: Json) -> Verdict:
    (found,) = judge(requirement, probed("cuda", data))
    return found


def outcome(requirement: Requirement, *gpus: Json) -> tuple[str, str]:
    """The status and the message on a machine of these GPUs."""
    found = judged(requirement, machine(*gpus))
    return found.status.value, found.message


def on_host(data: Json) -> Evidence:
    """Evidence in which the probe answered so on this machine."""
    target = Target(kind=TargetKind.HOST, name="h1")
    cell = Cell(probe="cuda", target=target, outcome=Outcome.ANSWERED)
    return evidence(None, [cell], [Observation(probe="cuda", target=target, source="process", data=data)])


START: Json = {
    "code": "cuda",
    "stage": "init",
    "call": "cuInit",
    "number": 802,
    "name": "CUDA_NOT_READY",
}
START_WORDS = (
    "CUDA does not start: cuInit returned CUDA_NOT_READY (802) at init (NVSwitches are not set "
    "up, or "
    "confidential computing is not ready; see that the fabric manager runs, in the driver's own version: "
    "systemctl "
    "status nvidia-fabricmanager)"
)


def test_cuda_that_does_not_start_is_what_computing_is_about() -> None:
    found = [judged(requirement, machine(start=START)) for requirement in EVERY]
    assert [each.status.value for each in found] == ["fail", "unknown", "unknown", "unknown"]
    assert {each.message for each in found} == {START_WORDS}


def test_an_image_in_which_no_gpu_can_be_used_says_nothing_of_the_gpus() -> None:
    start = {"code": "no-library", "stage": "library", "message": "not found", "cLibrary": "not glibc"}
    message = (
        "CUDA does not start: libcuda.so.1 cannot be loaded: not found (the image has no glibc, without "
        "which "
        "NVIDIA's libraries do not load; give an --image with glibc)"
    )
    assert judged(COMPUTES, machine(start=start)) == verdict(
        "unknown", "n1", message, None, "every word is as a CPU computes it"
    )


def test_a_library_that_is_not_there() -> None:
    start = {"code": "no-library", "stage": "library", "message": "not found", "cLibrary": "glibc 2.36"}
    found = judged(COMPUTES, machine(start=start))
    assert found.status.value == "fail"
    assert found.message.endswith(
        "(the driver's library was not put into the pod; see that the RuntimeClass is NVIDIA's and that the "
        "container "
        "toolkit runs on the node)"
    )


@pytest.mark.parametrize("requirement", EVERY)
def test_no_gpu_at_all(requirement: Requirement) -> None:
    assert judged(requirement, machine()).status.value == "unknown"
    assert judged(requirement, machine()).message == "CUDA starts and shows no GPU"


def test_gpus_that_the_pod_was_given_and_does_not_see() -> None:
    few = {**machine(gpu()), "given": 8}
    found = judged(COMPUTES, few)
    assert (found.status.value, found.message) == (
        "fail",
        "CUDA shows 1 of the 8 GPUs that the pod was given",
    )
    assert judged(BANDWIDTH, few).status.value == "pass"
    assert judged(COMPUTES, {**machine(gpu()), "given": 1}).status.value == "pass"


@pytest.mark.parametrize("requirement", EVERY)
def test_a_gpu_that_others_use(requirement: Requirement) -> None:
    busy = gpu(alone=BUSY, copy=None, shares=None)
    message = f"{LABEL}GPU busy: 5400 MiB of its memory are in use"
    assert outcome(requirement, busy, gpu(1)) == ("unknown", message)


@pytest.mark.parametrize(
    ("alone", "status", "words"),
    [
        ({"code": "ok", "wrong": 3}, "fail", "it computes wrong: 3 words differ from the CPU's"),
        ({"code": "ok"}, "unknown", "what it computed was not told"),
        (ECC, "fail", ECC_WORDS),
        ({**OOM, "stage": "context"}, "unknown", OOM_WORDS.replace("fill", "context")),
        (
            {"code": "killed", "stage": "context", "signal": 9},
            "fail",
            (
                "a process was killed by signal 9 at context (the kernel ended the process, for the pod's "
                "memory or for the GPU's; see the kernel's log for the reason, as oom-kill)"
            ),
        ),
        (
            {"code": "crashed", "stage": "start", "exit": 1, "message": "ValueError"},
            "unknown",
            (
                "a process ended at start with crashed: ValueError (the probe's own process failed; see the "
                "log "
                "of its pod)"
            ),
        ),
        (
            JIT,
            "warn",
            (
                "no kernel could be run on it: cuModuleLoadData returned CUDA_Y (222) at module (the "
                "driver is "
                "older than the program's PTX; upgrade the driver of the node)"
            ),
        ),
    ],
)
def test_a_gpu_that_computes_wrong_or_not_at_all(alone: Json, status: str, words: str) -> None:
    assert outcome(COMPUTES, gpu(alone=alone)) == (status, LABEL + words)


def test_the_worst_gpu_decides_and_all_that_are_not_well_are_told() -> None:
    wrong = {"code": "ok", "wrong": 1}
    found = judged(COMPUTES, machine(gpu(0, alone=BUSY), gpu(1), gpu(2, alone=wrong)))
    first = f"{LABEL}GPU busy: 5400 MiB of its memory are in use"
    second = "GPU 2 (NVIDIA H100, uuid-2): it computes wrong: 1 words differ from the CPU's"
    assert (found.status.value, found.message) == ("fail", f"{first}; {second}")
    assert found.observed == [first, second]


def failing(*failures: Json) -> Json:
    return gpu(shares=shares(code="failed", wrong=None, failed=list(failures)))


@pytest.mark.parametrize(
    ("seen", "status", "words"),
    [
        (gpu(shares=shares(wrong=1)), "fail", "1 words of its 4 processes are wrong"),
        (
            gpu(shares=shares(mib=14000)),
            "fail",
            (
                "no more could be had: 4 processes held 14000 MiB each of 80000 MiB at once; needed: the "
                "processes hold "
                "75% of the memory or more between them, unharmed"
            ),
        ),
        (failing({"share": 2, **OOM, "mib": 1536}), "fail", f"1 of 4 processes fail: process 2: {OOM_WORDS}"),
        (
            failing(*({"share": share, **OOM, "mib": 1536} for share in (0, 2, 3))),
            "fail",
            f"3 of 4 processes fail: process 0, 2, 3: {OOM_WORDS}",
        ),
        (
            failing({"share": 1, "code": "crashed", "stage": "fill", "message": "x"}),
            "unknown",
            (
                "1 of 4 processes fail: process 1: a process ended at fill with crashed: x (the probe's own "
                "process "
                "failed; see the log of its pod)"
            ),
        ),
        (gpu(shares=shares(mib=None)), "unknown", "what its processes held was not told"),
        (gpu(alone=ECC, shares=None), "unknown", f"it was not shared: {ECC_EVENT}"),
        (gpu(copy=HANG, shares=None), "unknown", "it was not shared: a process hangs at copy"),
        (gpu(shares=None), "unknown", "it was not shared: not told why"),
    ],
)
def test_processes_that_cannot_share_a_gpu(seen: Json, status: str, words: str) -> None:
    assert outcome(SHARES, seen) == (status, LABEL + words)


@pytest.mark.parametrize(
    ("seen", "status", "words"),
    [
        (
            gpu(shares=shares(slowdown=4.9)),
            "fail",
            "4 processes at once take 4.9 times as long as one; needed: at most 4.8 times",
        ),
        (gpu(shares=shares(slowdown=None)), "unknown", "its processes did not compute at the same time"),
        (gpu(alone=ECC, shares=None), "unknown", f"it was not shared: {ECC_EVENT}"),
    ],
)
def test_processes_that_slow_each_other_down(seen: Json, status: str, words: str) -> None:
    assert outcome(SLOWDOWN, seen) == (status, LABEL + words)


@pytest.mark.parametrize(
    ("seen", "status", "words"),
    [
        (
            gpu(copy={"code": "ok", "toDevice": 24.6, "toHost": 52}),
            "fail",
            "24.6 GB/s to the GPU and 52 GB/s back; needed with such a GPU: 48 GB/s",
        ),
        (gpu(copy={"code": "ok", "toDevice": 24.6}), "unknown", "how fast it copies was not told"),
        (gpu(copy=HANG, shares=None), "fail", HANG_WORDS),
        (gpu(alone=ECC, copy=None), "unknown", f"nothing was copied: {ECC_EVENT}"),
    ],
)
def test_slow_copies(seen: Json, status: str, words: str) -> None:
    assert outcome(BANDWIDTH, seen) == (status, LABEL + words)


def test_the_first_floor_that_fits_counts() -> None:
    slow = {"code": "ok", "toDevice": 5, "toHost": 5}
    assert outcome(BANDWIDTH, gpu(name="Tesla T4", copy=slow))[0] == "pass"
    only = row("gpu-bandwidth", {"floors": FLOORS[:1]})
    words = "GPU 0 (Tesla T4, uuid-0): how fast such a GPU has to copy is not known"
    assert outcome(only, gpu(name="Tesla T4")) == ("unknown", words)


def test_all_is_well() -> None:
    words = "55.1 GB/s to the GPU and 52 GB/s back"
    assert judged(COMPUTES, machine(gpu(), gpu(1))) == verdict(
        "pass",
        "n1",
        "2 GPUs: every result is right",
        ["every result is right"],
        "every word is as a CPU computes it",
    )
    assert outcome(SHARES, gpu()) == ("pass", "1 GPU: 4 processes held 19000 MiB each of 80000 MiB at once")
    assert outcome(SLOWDOWN, gpu()) == ("pass", "1 GPU: 4 processes at once take 4.1 times as long as one")
    assert outcome(BANDWIDTH, gpu()) == ("pass", f"1 GPU: {words}")
    assert outcome(SHARES, gpu(alone=JIT))[0] == "pass"


@pytest.mark.parametrize("requirement", EVERY)
@pytest.mark.parametrize(
    "data",
    [
        {},
        {"start": {"code": "ok"}},
        {"start": "ok", "gpus": []},
        machine({"name": "NVIDIA H100"}),
        machine(gpu(alone={"code": "ok", "wrong": -1})),
        machine(gpu(shares=shares(of=0))),
        machine(gpu(copy={"code": "ok", "toDevice": "fast"})),
        machine(start={"code": "cuda", "number": -1}),
        machine(start={"code": "cuda", "number": 1 << 40}),
    ],
)
def test_an_answer_that_cannot_be_understood(requirement: Requirement, data: Json) -> None:
    message = "the cuda probe's answer on its GPUs cannot be understood"
    assert judged(requirement, data) == verdict("unknown", "n1", message)


@pytest.mark.parametrize("requirement", EVERY)
def test_a_probe_that_gave_no_answer(requirement: Requirement) -> None:
    found = judge(requirement, unanswered("cuda", Reason.GPU_BUSY, "no GPU is free"))
    assert found == [verdict("unknown", "n1", "the cuda probe gave no answer: GPUBusy: no GPU is free")]


@pytest.mark.parametrize("requirement", EVERY)
def test_a_cluster_without_gpus(requirement: Requirement) -> None:
    found = judge(requirement, probed("cuda", {}, inventory(node())))
    assert found == [verdict("skip", CLUSTER, "does not apply: no node shows a GPU")]


@pytest.mark.parametrize("requirement", EVERY)
@pytest.mark.parametrize(
    ("pci", "status"), [({"count": 0, "bound": 0}, "skip"), ({"count": 1}, "unknown"), (None, "unknown")]
)
def test_a_machine_alone_without_gpus(requirement: Requirement, pci: Json | None, status: str) -> None:
    start = {"code": "no-library", "stage": "library", "message": "none", "cLibrary": "not glibc"}
    seen = on_host({"pci": pci, **machine(start=start)})
    (found,) = judge(requirement, seen)
    assert found.status.value == status
    if status == "skip":
        assert found.message == "does not apply: this machine has no NVIDIA GPU"


@pytest.mark.parametrize("requirement", EVERY)
def test_what_they_ask(requirement: Requirement) -> None:
    assert list(requirement.asks(Inventory())) == [Question(probe="cuda")]


EXPLAINED = [
    2,
    34,
    36,
    46,
    100,
    209,
    214,
    218,
    220,
    221,
    222,
    223,
    226,
    *range(700, 721),
    *range(802, 811),
    999,
]


@pytest.mark.parametrize("number", [*EXPLAINED, 0, 1, 721, 12345])
def test_every_error_has_its_cause_and_remedy(number: int) -> None:
    cause = Ended(code="cuda", number=number).cause
    assert cause.cause
    assert cause.remedy
    assert (cause.cause == "it is none of the errors that this tool explains") == (number not in EXPLAINED)


@pytest.mark.parametrize("code", ["", "brand-new", "busy"])
def test_an_end_that_is_not_known_blames_no_gpu(code: str) -> None:
    assert Ended(code=code).cause.unknown
