"""What the GPU is to compute: the PTX itself, run here, against Python's leap over the rounds."""

import random
import re

import pytest
from kernels import PTX, WORD, expected

from tests.probes.cuda.ptx import Program

DATA, WRONG = 1 << 40, 1 << 41
WORDS = 20


def words_at(program: Program, count: int) -> bytes:
    return b"".join(program.memory[DATA + 4 * i].to_bytes(4, "little") for i in range(count))


@pytest.mark.parametrize("rounds", [0, 1, 2, 64])
@pytest.mark.parametrize("seed", [0, 1, 0x1234567, WORD - 3])
def test_the_gpu_fills_with_what_python_expects(seed: int, rounds: int) -> None:
    program = Program(PTX)
    program.launch("preflight_fill", 2, 4, DATA, WORDS, WORD, seed, rounds)
    assert words_at(program, WORDS) == expected(seed, WORDS, rounds)
    assert len(program.memory) == WORDS


def test_a_mask_repeats_the_words() -> None:
    program = Program(PTX)
    program.launch("preflight_fill", 1, 3, DATA, WORDS, 7, 5, 9)
    assert words_at(program, 16) == expected(5, 8, 9) * 2


def test_every_wrong_word_is_counted() -> None:
    program = Program(PTX)
    program.launch("preflight_fill", 2, 4, DATA, WORDS, WORD, 11, 1)
    for index in (0, 7, WORDS - 1):
        program.memory[DATA + 4 * index] ^= 1 << index
    program.memory[WRONG] = 0
    program.launch("preflight_count_wrong", 2, 4, DATA, WORDS, WORD, 11, 1, WRONG)
    assert program.memory[WRONG] == 3
    program.launch("preflight_count_wrong", 2, 4, DATA, WORDS, WORD, 12, 1, WRONG)
    assert program.memory[WRONG] == 3 + WORDS


def test_python_leaps_as_far_as_single_rounds_lead() -> None:
    def walk(start: int, rounds: int) -> int:
        a, b = start, start | 1
        for _ in range(rounds):
            a = (a * 1664525 + 1013904223) & WORD
            b ^= b << 13 & WORD
            b ^= b >> 17
            b ^= b << 5 & WORD
        return (a + b) & WORD

    seed, rounds = random.Random(1).getrandbits(32), 5000
    found = expected(seed, 3, rounds)
    assert found == b"".join(walk((seed + i) & WORD, rounds).to_bytes(4, "little") for i in range(3))


def test_the_words_differ_from_each_other() -> None:
    found = expected(0, 4096, 1)
    assert len({found[at : at + 4] for at in range(0, len(found), 4)}) > 4090


def test_every_driver_since_cuda_5_5_takes_it() -> None:
    assert re.findall(r"^\.(version|target|address_size) (\S+)$", PTX, re.MULTILINE) == [
        ("version", "3.2"),
        ("target", "sm_30"),
        ("address_size", "64"),
    ]
    assert PTX.isascii()
    assert not re.search(r"\.f(16|32|64)", PTX)
