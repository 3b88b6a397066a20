"""The checks on what the storage probe saw of a volume."""

from typing import Any

import pytest

from orchestrator.evidence import Reason, TargetKind
from orchestrator.inventory.model import Inventory
from orchestrator.requirement import Question, Status
from tests.unit.builders import judge, row
from tests.unit.volumes import PAIR, SINGLE, Json, pair, stopped, tried

SHARED = row("shared-by-nodes", {"withinMs": 1000})
MOUNTS = row("volume-mounts", {"free": "1G", "files": 1000})
CONSISTENCY = row("volume-consistency")
LOCKS = row("volume-locks")
OWNER = row("volume-owner")
CLOCK = row("volume-clock", {"within": 1})
SPEED = row("volume-speed", {"smallFileMs": 20, "readMBPerS": 100})
ROWS = (SHARED, MOUNTS, CONSISTENCY, LOCKS, OWNER, CLOCK, SPEED)
OF_TWO = (SHARED, CONSISTENCY, LOCKS, SPEED)
HANG = "fsync did not return in 5 s"
HANG_TOLD = "hang, the server does not answer, and the mount waits for it"
LEFT = "what the probe wrote there, .runai-preflight-*, could not be removed"
SOFT = "soft: what is written is given up while the server is slow"
VERSION_3 = "vers=3: locks and their recovery need further services on both sides"
STALE = (
    "1 of 50 reads of a renamed file met a stale handle (ESTALE), which NFS allows and programs have to bear"
)
NO_LOCKD = "ENOLCK, the server's lock service is not reached, as where rpc.statd does not run"
BOTH = "granted-to-both, each node keeps locks to itself, as with nolock or local_lock"
KEPT = "not-freed, a lock outlives its owner's release"
SMALL = "a small file takes 3.1 ms (99 of 100 at most 9.8)"
FAST = "210 MB/s are written and 480 MB/s read"
UNSEEN = {"name": "n2", "seen": False, "since": 1000.0, "until": 1015.0}
ALONE = dict.fromkeys(("visibility", "clock", "rewrites", "race", "renames", "locks", "stream", "damaged"))


def said(requirement: Any, **nodes: Any) -> list[tuple[str, str, str]]:
    """Status, node and message of every verdict."""
    verdicts = judge(requirement, tried(**nodes))
    return [(verdict.status.value, verdict.subject.name, verdict.message) for verdict in verdicts]


def unseen(by: str, since: float = 1000.0, until: float = 1015.0) -> Json:
    """The answer of a node that did not see the files of the other one."""
    return pair(**ALONE, peer={"name": by, "seen": False, "since": since, "until": until})


def test_nodes_that_do_not_see_each_other() -> None:
    verdicts = judge(SHARED, tried(n1=unseen("n2"), n2=unseen("n1", 1002.0, 1017.0)))
    assert [(v.status, v.message) for v in verdicts] == [
        (Status.FAIL, "not shared: the files of n2 were not seen in 15 s"),
        (Status.FAIL, "not shared: the files of n1 were not seen in 15 s"),
    ]
    assert (verdicts[0].observed, verdicts[0].expected) == (
        UNSEEN,
        "the files of n2 are seen",
    )


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (unseen("n1", 1010.5, 1025.5), "the two did not look at the same time"),
        (unseen("n3"), "it did not look for this node"),
        (SINGLE, "it did not look for this node"),
        ({"role": 7}, "its probe's answer cannot be understood"),
        (Reason.NODE_LOST, "the storage probe gave no answer: NodeLost"),
        (
            stopped("write", "fsync", "hang", HANG),
            f"it had stopped: fsync of write: {HANG_TOLD} ({HANG})",
        ),
    ],
)
def test_one_that_could_not_be_seen(other: Json, why: str) -> None:
    assert said(SHARED, n1=unseen("n2"), n2=other)[0] == (
        "unknown",
        "n1",
        f"the files of n2 were not seen in 15 s, but {why}",
    )


def test_the_other_one_was_never_probed() -> None:
    message = "the files of n2 were not seen in 15 s, but it was not probed"
    assert said(SHARED, n1=unseen("n2")) == [("unknown", "n1", message)]


def test_one_whose_files_show_late() -> None:
    late = pair(visibility={"p50Ms": 3100.4, "p99Ms": 4000.0})
    assert said(SHARED, n1=late, n2=pair())[0] == (
        "warn",
        "n1",
        "the files of n2 are seen, but only after 3100 ms",
    )


def test_a_listing_that_stays_old() -> None:
    answer = stopped(
        "visibility", "", "stale-listing", "a file is there, but not listed after 5 s", peer=PAIR["peer"]
    )
    message = (
        "visibility: stale-listing, this node keeps an old list of the directory, which attribute caching "
        "allows it to (a file is there, but not listed after 5 s)"
    )
    assert said(SHARED, n1=answer, n2=pair())[0] == ("fail", "n1", message)


def test_one_that_was_alone() -> None:
    alone = pair(**ALONE, peer={"name": None, "reason": "n2 did not come"})
    whys = {
        "shared-by-nodes": "sharing was not tried",
        "volume-consistency": "consistency was not tried",
        "volume-locks": "locks were not tried",
        "volume-speed": "its speed was not tried",
    }
    for requirement in OF_TWO:
        why = f"{whys[requirement.check]}: n2 did not come"
        gone = "the storage probe gave no answer: Unschedulable"
        assert said(requirement, n1=alone, n2=Reason.UNSCHEDULABLE) == [
            ("unknown", "n1", why),
            ("unknown", "n2", gone),
        ]


@pytest.mark.parametrize("requirement", OF_TWO)
def test_a_cluster_of_one_node(requirement: Any) -> None:
    alone = pair(**ALONE, peer={"name": None, "reason": "there is no other node", "alone": True})
    message = "does not apply: no other node could share the volume"
    assert said(requirement, n1=alone) == [("skip", "n1", message)]


@pytest.mark.parametrize("requirement", OF_TWO)
def test_the_other_nodes_are_not_asked_for_what_takes_two(requirement: Any) -> None:
    found = said(requirement, n1=pair(), n2=pair(), n3=SINGLE, n4=Reason.NODE_LOST)
    assert [(status, node) for status, node, _ in found] == [("pass", "n1"), ("pass", "n2")]


@pytest.mark.parametrize("requirement", OF_TWO)
def test_a_node_that_is_none_of_two(requirement: Any) -> None:
    message = "it is none of two nodes that shared the volume"
    assert said(requirement, n1=SINGLE) == [("unknown", "n1", message)]


@pytest.mark.parametrize("requirement", OF_TWO)
def test_a_machine_alone(requirement: Any) -> None:
    (verdict,) = judge(requirement, tried(TargetKind.HOST, here=SINGLE))
    assert (verdict.status, verdict.message) == (
        "skip",
        "does not apply: one machine alone shares with nobody",
    )


@pytest.mark.parametrize(
    ("answer", "status", "message"),
    [
        (
            stopped("write", "fsync", "EIO", "Input/output error"),
            "fail",
            (
                "fsync of write: EIO, the storage lost data, or a soft mount gave up waiting for its server "
                "(Input/output error)"
            ),
        ),
        (
            stopped("write", "fsync", "hang", HANG, removed=False),
            "fail",
            f"fsync of write: {HANG_TOLD} ({HANG}); {LEFT}",
        ),
        (
            stopped("mount", "stat", "ENOKEY", "Required key not available", mount=None, space=None),
            "fail",
            "stat of mount: ENOKEY (Required key not available)",
        ),
        (
            pair(mount={**PAIR["mount"], "options": ["rw", "soft", "vers=3"]}),
            "warn",
            f"nfs4 from nas:/data, written and read, but {SOFT}; {VERSION_3}",
        ),
        (
            pair(mount={**PAIR["mount"], "type": "cifs", "options": ["rw", "soft", "vers=3.1.1"]}),
            "pass",
            "cifs from nas:/data, written and read",
        ),
        (
            pair(space={"totalBytes": 10**9, "freeBytes": 5 * 10**7, "totalFiles": 1000, "freeFiles": 12}),
            "warn",
            "nfs4 from nas:/data, written and read, but only 50 MB are free; only 12 more files can be made",
        ),
        (
            stopped("race", "open", "hang", "open did not return in 5 s", removed=False),
            "warn",
            f"nfs4 from nas:/data, written and read, but {LEFT}",
        ),
        (SINGLE, "pass", "nfs4 from nas:/data, written and read"),
        ({"role": "single"}, "unknown", "the storage probe does not tell how the volume is mounted"),
        (
            "FailedMount: SetUp failed for volume pvc-1: exit status 32",
            "fail",
            "the kubelet cannot mount it: FailedMount: SetUp failed for volume pvc-1: exit status 32",
        ),
        (
            "FailedCreatePodSandBox: no network",
            "unknown",
            "the storage probe gave no answer: NotStarted: FailedCreatePodSandBox: no network",
        ),
    ],
)
def test_the_mount_of_a_node(answer: Json | str, status: str, message: str) -> None:
    assert said(MOUNTS, n1=answer) == [(status, "n1", message)]


@pytest.mark.parametrize(
    ("changed", "status", "message"),
    [
        ({"damaged": 2}, "fail", "2 files were not whole when they first showed"),
        (
            {"rewrites": {"reads": 4, "stale": 3}},
            "fail",
            "3 of 4 reads showed what a file held before it was written over",
        ),
        (
            {"race": {"names": 20, "both": 2, "neither": 1}},
            "fail",
            (
                "both nodes created 2 of 20 files that only one can create (O_EXCL); "
                "neither node could create 1 of 20 new files (O_EXCL)"
            ),
        ),
        (
            {"renames": {"reads": 50, "changes": 9, "torn": 3, "missing": 4, "stale": 1}},
            "fail",
            (
                "3 of 50 reads of a renamed file were of parts of two; "
                "4 of 50 reads found no file while it was replaced by a rename"
            ),
        ),
        (
            {"renames": {"reads": 50, "changes": 9, "torn": 0, "missing": 0, "stale": 1}},
            "warn",
            STALE,
        ),
        (
            {"renames": {"reads": 50, "changes": 0, "torn": 0, "missing": 0, "stale": 0}},
            "warn",
            (
                "in 50 reads a file that the other node went on replacing was always the same: "
                "this node keeps what names stood for"
            ),
        ),
        ({}, "pass", "new files, renames and rewrites are seen as the other node made them"),
        ({"race": None}, "unknown", "consistency was not tried"),
    ],
)
def test_consistency(changed: Json, status: str, message: str) -> None:
    assert said(CONSISTENCY, n1=pair(**changed), n2=pair())[0] == (status, "n1", message)


@pytest.mark.parametrize(
    ("locks", "status", "message"),
    [
        (
            {"fcntl": "ENOLCK", "flock": "works"},
            "fail",
            f"locks do not hold between nodes (fcntl: {NO_LOCKD})",
        ),
        (
            {"fcntl": "granted-to-both", "flock": "not-freed"},
            "fail",
            f"locks do not hold between nodes (fcntl: {BOTH}; flock: {KEPT})",
        ),
        ({"fcntl": "works", "flock": "works"}, "pass", "fcntl and flock hold between nodes"),
    ],
)
def test_locks(locks: Json, status: str, message: str) -> None:
    assert said(LOCKS, n1=pair(locks=locks), n2=pair())[0] == (status, "n1", message)


def test_what_stops_the_probe_is_bad_for_what_it_tried_and_unclear_for_what_comes_later() -> None:
    answer = stopped("rewrites", "close", "EDQUOT", "Disk quota exceeded")
    why = (
        "close of rewrites: EDQUOT, the quota of the user or of the project is used up (Disk quota exceeded)"
    )
    assert [said(each, n1=answer, n2=pair())[0][::2] for each in ROWS] == [
        ("pass", "the files of n2 are seen within 4 ms"),
        ("pass", "nfs4 from nas:/data, written and read"),
        ("fail", why),
        ("unknown", f"locks were not tried: {why}"),
        ("pass", "files that user 65532 makes are its own"),
        ("pass", "its clock agrees with the time of files and the clock of n2"),
        ("unknown", f"its speed was not tried: {why}"),
    ]


def test_what_stops_the_peer_is_not_blamed_on_this_node() -> None:
    answer = stopped("locks", "", "peer-silent", "nothing came from the peer in 5 s")
    meaning = "peer-silent, the peer hangs or was stopped, or its files no longer show"
    why = f"locks: {meaning} (nothing came from the peer in 5 s)"
    assert said(LOCKS, n1=answer, n2=pair())[0] == ("unknown", "n1", f"locks were not tried: {why}")


@pytest.mark.parametrize(
    ("owner", "status", "message"),
    [
        (
            {"user": 65532, "fileUser": 65534},
            "fail",
            "files that user 65532 makes belong to user 65534, nobody: the server squashes users",
        ),
        ({"user": 1000, "fileUser": 0}, "fail", "files that user 1000 makes belong to user 0, another user"),
        ({"user": 65532, "fileUser": 65532}, "pass", "files that user 65532 makes are its own"),
    ],
)
def test_owners(owner: Json, status: str, message: str) -> None:
    assert said(OWNER, n1={**SINGLE, "owner": owner}) == [(status, "n1", message)]


@pytest.mark.parametrize(
    ("changed", "status", "message"),
    [
        ({"mtime": {"aheadSeconds": -120.02}}, "fail", "the time of files is 120.0 s behind its clock"),
        (
            {"clock": {"aheadSeconds": 3.26, "uncertaintySeconds": 0.2}},
            "fail",
            "the clock of n2 is 3.3 s ahead of its clock",
        ),
        (
            {"clock": {"aheadSeconds": 3.26, "uncertaintySeconds": 2.5}},
            "pass",
            "its clock agrees with the time of files and the clock of n2",
        ),
        ({"clock": None}, "pass", "its clock agrees with the time of files"),
    ],
)
def test_clocks(changed: Json, status: str, message: str) -> None:
    assert said(CLOCK, n1=pair(**changed)) == [(status, "n1", message)]


@pytest.mark.parametrize(
    ("changed", "status", "message"),
    [
        (
            {"smallFiles": {"create": {"p50Ms": 31.5, "p99Ms": 80.04}}},
            "warn",
            f"it is slow: a small file takes 31.5 ms (99 of 100 at most 80.0), {FAST}",
        ),
        (
            {"stream": {"writeMBPerS": 60.2, "readMBPerS": 71.4}},
            "warn",
            f"it is slow: {SMALL}, 60 MB/s are written and 71 MB/s read",
        ),
        (
            {},
            "pass",
            f"{SMALL}, {FAST}",
        ),
    ],
)
def test_speed(changed: Json, status: str, message: str) -> None:
    assert said(SPEED, n1=pair(**changed), n2=pair())[0] == (status, "n1", message)


@pytest.mark.parametrize("requirement", ROWS)
@pytest.mark.parametrize(
    "garbage",
    [
        {"role": ["pair"]},
        {},
        pair(trouble="no"),
        pair(
            peer=3, mount=3, owner="x", mtime=None, rewrites=[], locks={"fcntl": 1}, smallFiles={"create": {}}
        ),
    ],
)
def test_garbage_is_never_met(requirement: Any, garbage: Json) -> None:
    found = said(requirement, n1=garbage, n2=garbage)
    assert {status for status, _, _ in found} == {"unknown"}
    assert {message for _, _, message in found} == {
        "the storage probe's answer on the volume cannot be understood"
    }


@pytest.mark.parametrize("requirement", ROWS)
def test_what_it_reads_and_asks(requirement: Any) -> None:
    assert requirement.reads() == ()
    assert list(requirement.asks(Inventory())) == [Question(probe="storage")]
