"""Processes are measured to their end or their first line, in turn, and compared by medians."""

import sys

import pytest

from bench.timing import BenchError, Cost, alternate, compare, cpu_of, first_line, spend, wall_of


def cost(cpu: float, wall: float = 0) -> Cost:
    return Cost(cpu, wall, 0, "")


def test_a_command_that_fails_is_not_measured() -> None:
    with pytest.raises(BenchError, match=r"ended with exit code 3: no such cluster$"):
        spend([sys.executable, "-c", "import sys; print('no such cluster', file=sys.stderr); sys.exit(3)"])


def test_a_command_that_says_nothing_has_no_first_line() -> None:
    with pytest.raises(BenchError, match="said nothing on stderr"):
        first_line([sys.executable, "-IS", "-c", "print('on stdout')"], stdin=b"")


def test_a_cost_holds_what_was_printed_and_what_was_taken() -> None:
    took = spend([sys.executable, "-IS", "-c", "print(input() * 2)"], stdin=b"ab")

    assert took.output == "abab\n"
    assert took.cpu > 0
    assert took.wall > 0
    assert took.peak > 1


def test_a_process_is_left_at_its_first_line() -> None:
    endless = "import sys, time; print(input(), file=sys.stderr, flush=True); time.sleep(3600)"

    took = first_line([sys.executable, "-IS", "-c", endless], stdin=b"observing")

    assert took.output == "observing\n"
    assert took.cpu > 0


def test_runs_alternate_and_change_their_order_every_round() -> None:
    made: list[str] = []

    def run(name: str) -> Cost:
        made.append(name)
        return cost(len(made))

    ours, theirs = alternate(lambda: run("ours"), lambda: run("theirs"), rounds=3)

    assert made == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert [one.cpu for one in ours] == [1, 4, 5]
    assert [one.cpu for one in theirs] == [2, 3, 6]


def test_medians_are_compared_so_that_one_slow_run_does_not_count() -> None:
    ours, theirs = [cost(3, 1), cost(900, 1), cost(2, 1)], [cost(2, 4), cost(1, 4), cost(2, 4)]

    assert compare(ours, theirs, cpu_of) == (3, 2)
    assert compare(ours, theirs, cpu_of).value == 1.5
    assert compare(ours, theirs, wall_of).value == 0.25
