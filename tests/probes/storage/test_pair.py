"""Two nodes and the volume that they share, or not: what they see of each other's files."""

from pathlib import Path

import pytest

from tests.probes.conftest import Json
from tests.probes.storage.nodes import Node, Nodes, files_in, trouble

HANG = 3.0  # seconds
NEVER = 0.5  # seconds to wait for what does not come


def test_each_node_has_a_volume_of_its_own(nodes: Nodes, tmp_path: Path) -> None:
    volumes = [tmp_path / "one", tmp_path / "two"]
    for path in volumes:
        path.mkdir()
    one, two = nodes.pair(Node("n1", volumes[0]), Node("n2", volumes[1]), meetWithin=NEVER)
    assert (one["peer"]["name"], one["peer"]["seen"]) == ("n2", False)
    assert (two["peer"]["name"], two["peer"]["seen"]) == ("n1", False)
    assert one["peer"]["until"] - one["peer"]["since"] >= NEVER - 0.1
    assert "trouble" not in one
    assert "trouble" not in two
    assert [files_in(path) for path in volumes] == [[], []]


def test_the_other_one_does_not_come(nodes: Nodes, volume: Path) -> None:
    (alone,) = nodes.pair(Node("n1", volume))
    assert alone["peer"] == {"name": None, "reason": "n2 did not come", "alone": False}
    assert alone["removed"] is True


def test_there_is_no_other_one(nodes: Nodes, volume: Path, tmp_path: Path) -> None:
    (tmp_path / "peers.json").write_text('{"members": 1, "missing": [], "peers": []}')
    alone = nodes.single(Node("n1", volume), role="pair", peersFile=str(tmp_path / "peers.json"))
    assert alone["peer"] == {"name": None, "reason": "there is no other node", "alone": True}


def test_nobody_tells_who_the_other_one_is(nodes: Nodes, volume: Path) -> None:
    alone = nodes.single(Node("n1", volume), role="pair", peersFile="/nowhere/peers.json", timeout=33.2)
    assert alone["peer"] == {"name": None, "reason": "the driver did not tell who the others are"}
    assert alone["removed"] is True


def test_one_cannot_write(nodes: Nodes, volume: Path) -> None:
    one, two = nodes.pair(Node("n1", volume, "fsync=EIO"), Node("n2", volume), meetWithin=NEVER)
    assert one["trouble"] == trouble("write", "fsync", "EIO", "Input/output error")
    assert (two["peer"]["seen"], two["removed"]) == (False, True)
    assert files_in(volume) == ["theirs.txt"]


def test_one_hangs_in_the_middle(nodes: Nodes, volume: Path) -> None:
    one, two = nodes.pair(Node("n1", volume, "fsync/a.race=hang"), Node("n2", volume), silence=HANG)
    assert one["trouble"] == trouble("race", "fsync", "hang", "fsync did not return in 3 s")
    assert one["removed"] is False
    assert two["trouble"]["stage"] == "race"
    assert two["trouble"]["code"] == "peer-silent"
    assert two["trouble"]["message"] == "nothing came from the peer in 3 s"
    assert files_in(volume) == ["theirs.txt"]


def test_one_stops_in_the_middle(nodes: Nodes, volume: Path) -> None:
    one, two = nodes.pair(Node("n1", volume, "open/a.page=EIO"), Node("n2", volume))
    assert one["trouble"] == trouble("rewrites", "create", "EIO", "Input/output error")
    assert two["trouble"] == trouble("rewrites", "", "peer-stopped", "the peer stopped here")
    assert (one["removed"], two["removed"]) == (True, True)
    assert files_in(volume) == ["theirs.txt"]


def test_a_listing_that_is_stale(nodes: Nodes, volume: Path) -> None:
    hidden = Node("n2", volume, "readdir/a.visible-3=hide")
    patient = Node("n1", volume, more=(("silence", 10 * HANG),))  # it is still there when the other looks
    one, two = nodes.pair(patient, hidden, silence=HANG)
    message = "a file of the peer is there, but not listed after 3 s"
    assert two["trouble"] == trouble("visibility", "", "stale-listing", message)
    assert one["trouble"]["code"] in ("peer-stopped", "peer-silent")
    assert (one["peer"]["seen"], two["peer"]["seen"]) == (True, True)


def test_a_message_that_is_not_what_was_written(nodes: Nodes, volume: Path) -> None:
    _, two = nodes.pair(Node("n1", volume, "write/a.visible-3=damage"), Node("n2", volume), silence=HANG)
    message = "a file of the peer is not what it wrote after 3 s"
    assert two["trouble"] == trouble("visibility", "", "damaged", message)


def test_a_file_that_is_not_read_anew(nodes: Nodes, volume: Path) -> None:
    one, two = nodes.pair(Node("n1", volume), Node("n2", volume, "read/a.page=stale"))
    assert (one["rewrites"], two["rewrites"]) == ({"reads": 4, "stale": 0}, {"reads": 4, "stale": 3})


def test_both_win_the_race(nodes: Nodes, volume: Path) -> None:
    lax = "open/race-=lax"
    for data in nodes.pair(Node("n1", volume, lax), Node("n2", volume, lax)):
        assert data["race"] == {"names": 20, "own": 20, "peer": 20, "both": 20, "neither": 0}


def test_a_rename_that_is_torn(nodes: Nodes, volume: Path) -> None:
    one, two = nodes.pair(Node("n1", volume, "rename/a.state=torn"), Node("n2", volume))
    assert two["renames"]["torn"] > 0
    assert (one["renames"]["torn"], two["renames"]["missing"], two["renames"]["stale"]) == (0, 0, 0)


def test_a_rename_that_takes_the_name_away(nodes: Nodes, volume: Path) -> None:
    one, two = nodes.pair(Node("n1", volume, "rename/a.state=gone"), Node("n2", volume))
    assert two["renames"]["missing"] > 0
    assert (one["renames"]["missing"], two["renames"]["torn"], two["renames"]["stale"]) == (0, 0, 0)


def test_a_handle_that_is_stale(nodes: Nodes, volume: Path) -> None:
    _, two = nodes.pair(Node("n1", volume), Node("n2", volume, "open/a.state=ESTALE@2"))
    assert (two["renames"]["stale"], two["renames"]["torn"], two["renames"]["missing"]) == (1, 0, 0)


@pytest.mark.parametrize(
    ("faults", "outcome"),
    [
        (("fcntl=ENOLCK", ""), {"fcntl": "ENOLCK", "flock": "works"}),
        (("", "flock=ENOLCK"), {"fcntl": "works", "flock": "ENOLCK"}),
        (("fcntl=granted", "fcntl=granted"), {"fcntl": "granted-to-both", "flock": "works"}),
        (
            ("fcntl=granted flock=granted", "fcntl=granted flock=granted"),
            {"fcntl": "granted-to-both", "flock": "granted-to-both"},
        ),
    ],
)
def test_locks_that_do_not_work(nodes: Nodes, volume: Path, faults: tuple[str, str], outcome: Json) -> None:
    one, two = nodes.pair(Node("n1", volume, faults[0]), Node("n2", volume, faults[1]))
    assert (one["locks"], two["locks"]) == (outcome, outcome)


def test_a_lock_that_hangs(nodes: Nodes, volume: Path) -> None:
    one, _ = nodes.pair(Node("n1", volume, "flock=hang"), Node("n2", volume), silence=HANG)
    assert one["trouble"] == trouble("locks", "flock lock", "hang", "flock lock did not return in 3 s")


def test_clocks_that_differ(nodes: Nodes, volume: Path) -> None:
    one, two = nodes.pair(Node("n1", volume, ahead=120), Node("n2", volume))
    for data, ahead in ((one, -120), (two, 120)):
        skew, uncertainty = data["clock"]["aheadSeconds"], data["clock"]["uncertaintySeconds"]
        assert skew == pytest.approx(ahead, abs=uncertainty + 0.001)
    assert one["mtime"]["aheadSeconds"] == pytest.approx(-120, abs=1)


def test_a_volume_that_is_shared(nodes: Nodes, volume: Path) -> None:
    one, two = nodes.pair(Node("n1", volume), Node("n2", volume))
    for data, peer in ((one, "n2"), (two, "n1")):
        assert (data["peer"]["name"], data["peer"]["seen"]) == (peer, True)
        assert data["rewrites"] == {"reads": 4, "stale": 0}
        assert (data["race"]["both"], data["race"]["neither"]) == (0, 0)
        assert data["renames"]["reads"] > 0
        assert [data["renames"][key] for key in ("torn", "missing", "stale")] == [0, 0, 0]
        assert data["locks"] == {"fcntl": "works", "flock": "works"}
        assert abs(data["clock"]["aheadSeconds"]) <= data["clock"]["uncertaintySeconds"] + 0.001
        assert set(data["visibility"]) == {"p50Ms", "p99Ms"}
        assert set(data["stream"]) == {"writeMBPerS", "readMBPerS"}
        assert (data["damaged"], data["removed"]) == (0, True)
        assert "trouble" not in data
    assert one["race"]["own"] + two["race"]["own"] == 20
    assert files_in(volume) == ["theirs.txt"]


def test_several_nodes_at_once(nodes: Nodes, volume: Path) -> None:
    others = [Node(f"m{number}", volume) for number in range(3)]
    running = [(node, nodes.start(node, {})) for node in others]
    one, two = nodes.pair(Node("n1", volume), Node("n2", volume))
    assert [nodes.end(*each).frame["data"]["removed"] for each in running] == [True] * 3
    assert (one["removed"], two["removed"]) == (True, True)
    assert files_in(volume) == ["theirs.txt"]
