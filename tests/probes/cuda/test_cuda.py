"""The cuda probe on machines whose GPUs are the stub's: what fails first, then what is well."""

import json
from collections.abc import Callable

import pytest

from tests.probes.conftest import Ended, Json
from tests.probes.cuda.conftest import Machine, Probe

UUID = "5eed0000-0000-4000-8000-0000000000"
OUT_OF_MEMORY = {"code": "cuda", "call": "cuMemAlloc", "number": 2, "name": "CUDA_ERROR_OUT_OF_MEMORY"}


def only_gpu(frame: Json) -> Json:
    (gpu,) = frame["data"]["gpus"]
    return dict(gpu)


def patience_for(words: str) -> float:
    """Seconds; who does not hang is given all the time that a busy machine may need."""
    return 1.0 if "hang=" in words else 20.0


def cuda_error(stage: str, call: str, number: int, name: str | None) -> Json:
    return {"code": "cuda", "stage": stage, "call": call, "number": number, "name": name}


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("fail.cuInit=100", cuda_error("init", "cuInit", 100, "CUDA_ERROR_NO_DEVICE")),
        ("devices=0", cuda_error("init", "cuInit", 100, "CUDA_ERROR_NO_DEVICE")),
        ("fail.cuInit=802", cuda_error("init", "cuInit", 802, "CUDA_ERROR_SYSTEM_NOT_READY")),
        ("fail.cuInit=803", cuda_error("init", "cuInit", 803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH")),
        ("fail.cuInit=999", cuda_error("init", "cuInit", 999, "CUDA_ERROR_UNKNOWN")),
        ("fail.cuInit=12345", cuda_error("init", "cuInit", 12345, None)),
        ("fail.cuDeviceGetCount=3", cuda_error("devices", "cuDeviceGetCount", 3, None)),
        ("kill=cuInit", {"code": "killed", "stage": "init", "signal": 9}),
        ("hang=cuInit", {"code": "hang", "stage": "init"}),
    ],
)
def test_a_driver_that_does_not_start(probe: Probe, words: str, error: Json) -> None:
    data = probe(words, patience=patience_for(words))["data"]
    assert (data["start"], data["gpus"]) == (error, [])


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            "fail.cuDevicePrimaryCtxRetain=46",
            cuda_error("context", "cuDevicePrimaryCtxRetain", 46, "CUDA_ERROR_DEVICE_UNAVAILABLE"),
        ),
        (
            "context_mb=20000",
            cuda_error("context", "cuDevicePrimaryCtxRetain", 2, "CUDA_ERROR_OUT_OF_MEMORY"),
        ),
        (
            "fail.cuModuleLoadData=214",
            cuda_error("module", "cuModuleLoadData", 214, "CUDA_ERROR_ECC_UNCORRECTABLE"),
        ),
        (
            "fail.cuEventSynchronize=719",
            cuda_error("compute", "cuEventSynchronize", 719, "CUDA_ERROR_LAUNCH_FAILED"),
        ),
        ("hang=cuMemGetInfo_v2", {"code": "hang", "stage": "memory"}),
        ("hang=cuEventSynchronize", {"code": "hang", "stage": "compute"}),
        ("kill=cuDevicePrimaryCtxRetain", {"code": "killed", "stage": "context", "signal": 9}),
    ],
)
def test_a_gpu_that_fails_one_process(probe: Probe, words: str, error: Json) -> None:
    gpu = only_gpu(probe(words, patience=patience_for(words)))
    assert gpu["alone"] == error
    assert "shares" not in gpu


@pytest.mark.parametrize(
    ("words", "used"), [("others_mb=5000", 5400), ("total_mb=81920 others_mb=2000", 2400)]
)
def test_a_gpu_that_others_use_is_let_be(words: str, used: int, probe: Probe) -> None:
    gpu = only_gpu(probe(words))
    assert gpu["alone"] == {"code": "busy", "stage": "memory", "usedMiB": used}
    assert gpu.keys() == {"name", "uuid", "totalMiB", "alone"}


def test_a_gpu_of_which_others_use_a_little_is_tried(probe: Probe) -> None:
    assert only_gpu(probe("others_mb=1000"))["shares"]["code"] == "ok"


def test_a_gpu_that_computes_wrong(probe: Probe) -> None:
    alone = only_gpu(probe("flip=preflight_fill#2"))["alone"]
    assert alone == {"code": "ok", "ms": 121.0, "wrong": 1}


@pytest.mark.parametrize(("fill", "wrong"), [(3, 1), (11, 1), (10_000, 0)])
def test_a_bit_that_flips_in_what_a_share_holds(probe: Probe, fill: int, wrong: int) -> None:
    shares = only_gpu(probe(f"flip=preflight_fill#{fill}"))["shares"]
    assert (shares["code"], shares["wrong"]) == ("ok", wrong)


@pytest.mark.parametrize("number", [209, 218, 221, 222, 223])
def test_a_driver_without_a_compiler_is_tried_without_kernels(probe: Probe, number: int) -> None:
    words = f"fail.cuModuleLoadData={number}"
    gpu = only_gpu(probe(words))
    assert (gpu["alone"]["code"], gpu["alone"]["number"]) == ("jit", number)
    assert gpu["shares"] == {"of": 4, "contextMiB": 400, "mib": 3568, "wrong": 0, "code": "ok"}


def test_a_bit_that_flips_is_seen_without_kernels_too(probe: Probe) -> None:
    gpu = only_gpu(probe("fail.cuModuleLoadData=222 flip=memset#5"))
    assert gpu["shares"]["wrong"] == 1


@pytest.mark.parametrize(
    ("words", "failure"),
    [
        ("kill=cuMemAlloc_v2#12", {"code": "killed", "stage": "fill", "signal": 9}),
        ("hang=cuCtxSynchronize#3", {"code": "hang", "stage": "fill"}),
        (
            "fail.cuDevicePrimaryCtxRetain#3=46",
            cuda_error("context", "cuDevicePrimaryCtxRetain", 46, "CUDA_ERROR_DEVICE_UNAVAILABLE"),
        ),
        (
            "fail.cuCtxSynchronize#2=700",
            cuda_error("fill", "cuCtxSynchronize", 700, "CUDA_ERROR_ILLEGAL_ADDRESS"),
        ),
    ],
)
def test_a_share_that_fails_is_told_with_its_stage(probe: Probe, words: str, failure: Json) -> None:
    shares = only_gpu(probe(words, patience=patience_for(words)))["shares"]
    assert (shares["of"], shares["code"]) == (4, "failed")
    (failed,) = shares["failed"]
    assert failed.pop("share") in range(4)
    assert failed == failure


def test_shares_that_do_not_get_their_part(probe: Probe) -> None:
    shares = only_gpu(probe("limit_mb=2000"))["shares"]
    refused = {"stage": "fill", **OUT_OF_MEMORY, "mib": 1536}
    assert shares["failed"] == [{"share": share, **refused} for share in range(4)]


def test_a_copy_that_is_refused_keeps_nothing_else_from_being_tried(probe: Probe) -> None:
    gpu = only_gpu(probe("fail.cuMemHostAlloc=2"))
    assert gpu["copy"] == {**OUT_OF_MEMORY, "call": "cuMemHostAlloc", "stage": "copy"}
    assert gpu["shares"]["code"] == "ok"


def test_one_gpu_of_several_fails_and_the_others_are_tried(probe: Probe) -> None:
    words = "devices=3 1.hang=cuDevicePrimaryCtxRetain 2.fail.cuModuleLoadData=214"
    well, hanging, failing = probe(words, patience=2, shares=2)["data"]["gpus"]
    assert well["shares"]["code"] == "ok"
    assert hanging["alone"] == {"code": "hang", "stage": "context"}
    assert failing["alone"]["number"] == 214
    assert [gpu["uuid"] for gpu in (well, hanging, failing)] == [f"{UUID}0{i}" for i in range(3)]


def test_all_is_well(probe: Probe) -> None:
    frame = probe("name=NVIDIA_H100_80GB_HBM3 pcie_gbs=55 slow=105", shares=4)
    data, detail = frame["data"], frame["detail"]
    assert (data["start"]["code"], data["start"]["cuda"]) == ("ok", "13.0")
    assert only_gpu(frame) == {
        "name": "NVIDIA H100 80GB HBM3",
        "uuid": f"{UUID}00",
        "totalMiB": 16384,
        "alone": {"code": "ok", "ms": 121.0, "wrong": 0},
        "copy": {"code": "ok", "toDevice": 55.0, "toHost": 55.0},
        "shares": {"of": 4, "contextMiB": 400, "mib": 3566, "wrong": 0, "slowdown": 4.2, "code": "ok"},
    }
    (facts,) = detail["gpus"]
    assert facts.pop("jitMs") >= 0
    assert facts == {
        "name": "NVIDIA H100 80GB HBM3",
        "uuid": f"{UUID}00",
        "pci": "0000:17:00.0",
        "memory": 16384 << 20,
        "computeCapability": "9.0",
        "multiprocessors": 4,
        "ecc": True,
        "computeMode": 0,
        "free": 16760438780,
        "total": 16384 << 20,
        "computed": {"rounds": 121, "ms": 121.0, "words": 8192, "wrong": 0},
    }


@pytest.mark.parametrize("shares", [1, 5])
def test_any_number_of_shares(probe: Probe, shares: int) -> None:
    told = only_gpu(probe(shares=shares, headroomMiB=0, chunkMiB=1000))["shares"]
    assert (told["of"], told["code"], told["wrong"], told["slowdown"]) == (shares, "ok", 0, float(shares))
    assert told["mib"] * shares > 16384 - 400 * shares - 4 * shares


def test_a_slice_of_a_gpu_is_found_by_its_number(probe: Probe) -> None:
    gpu = only_gpu(probe("name=NVIDIA_A100-SXM4-40GB_MIG_1g.5gb total_mb=4864 context_mb=100"))
    assert gpu["shares"]["code"] == "ok"


def test_an_older_driver(run_probe: Callable[..., Ended], machine: Machine) -> None:
    words = machine("version=10000 major=3 minor=7", stub="libcuda-old")
    frame = run_probe("cuda", {"holdSeconds": 0}, **words).frame
    assert frame["data"]["start"]["cuda"] == "10.0"
    assert only_gpu(frame)["shares"]["code"] == "ok"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("4", "parameter 'shares' must be of type int, not str"),
        (2.5, "parameter 'shares' must be of type int, not float"),
        (True, "parameter 'shares' must be of type int, not bool"),
        (0, "parameter 'shares' must be at least 1"),
    ],
)
def test_parameters_that_make_no_sense(run_probe: Callable[..., Ended], value: object, words: str) -> None:
    ended = run_probe("cuda", {"shares": value})
    assert (ended.code, ended.frame["error"]) == (1, {"code": "bad-parameters", "message": words})


def test_eight_gpus_fit_one_termination_log(run_probe: Callable[..., Ended], machine: Machine) -> None:
    words = machine("devices=8 name=NVIDIA_H100_80GB_HBM3")
    ended = run_probe("cuda", {"holdSeconds": 0, "shares": 2}, **words)
    (line,) = ended.log.splitlines()
    kept = json.loads(line.partition(b" ")[2])
    assert kept["data"] == ended.frame["data"]
    assert len(kept["data"]["gpus"]) == 8
