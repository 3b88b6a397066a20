"""What the GPU computes: two kernels as PTX, and the same in Python, word for word.

A word is the sum of a congruential and a shift-register generator after some rounds. A GPU has to go through
every round; Python leaps over them, so that it can verify what took the GPU a tenth of a second. Every driver
since CUDA 5.5 takes this version and target of PTX; whole numbers only, so that all GPUs agree on every bit.
"""

from __future__ import annotations

MULTIPLIER = 1664525
INCREMENT = 1013904223
WORD = 0xFFFFFFFF  # also the mask of a fill in which no word is like another
THREADS = 256  # in a block

PTX = """\
.version 3.2
.target sm_30
.address_size 64

.func (.reg .u32 value) generate (.reg .u32 start, .reg .u32 rounds)
{
    .reg .u32 a, b, shifted;
    .reg .pred more;
    mov.u32 a, start;
    or.b32 b, start, 1;
next:
    setp.ne.u32 more, rounds, 0;
@!more bra done;
    mad.lo.u32 a, a, 1664525, 1013904223;
    shl.b32 shifted, b, 13;
    xor.b32 b, b, shifted;
    shr.u32 shifted, b, 17;
    xor.b32 b, b, shifted;
    shl.b32 shifted, b, 5;
    xor.b32 b, b, shifted;
    sub.u32 rounds, rounds, 1;
    bra next;
done:
    add.u32 value, a, b;
    ret;
}

.visible .entry preflight_fill (
    .param .u64 p_data, .param .u32 p_words, .param .u32 p_mask, .param .u32 p_seed, .param .u32 p_rounds)
{
    .reg .u64 data, address;
    .reg .u32 words, mask, seed, rounds, block, size, thread, index, stride, start, value;
    .reg .pred inside;
    ld.param.u64 data, [p_data];
    ld.param.u32 words, [p_words];
    ld.param.u32 mask, [p_mask];
    ld.param.u32 seed, [p_seed];
    ld.param.u32 rounds, [p_rounds];
    mov.u32 block, %ctaid.x;
    mov.u32 size, %ntid.x;
    mov.u32 thread, %tid.x;
    mad.lo.u32 index, block, size, thread;
    mov.u32 stride, %nctaid.x;
    mul.lo.u32 stride, stride, size;
next:
    setp.lt.u32 inside, index, words;
@!inside bra done;
    and.b32 start, index, mask;
    add.u32 start, start, seed;
    call (value), generate, (start, rounds);
    mad.wide.u32 address, index, 4, data;
    st.global.u32 [address], value;
    add.u32 index, index, stride;
    bra next;
done:
    ret;
}

.visible .entry preflight_count_wrong (
    .param .u64 p_data, .param .u32 p_words, .param .u32 p_mask, .param .u32 p_seed, .param .u32 p_rounds,
    .param .u64 p_wrong)
{
    .reg .u64 data, address, wrong;
    .reg .u32 words, mask, seed, rounds, block, size, thread, index, stride, start, value, found;
    .reg .pred inside, differs;
    ld.param.u64 data, [p_data];
    ld.param.u32 words, [p_words];
    ld.param.u32 mask, [p_mask];
    ld.param.u32 seed, [p_seed];
    ld.param.u32 rounds, [p_rounds];
    ld.param.u64 wrong, [p_wrong];
    mov.u32 block, %ctaid.x;
    mov.u32 size, %ntid.x;
    mov.u32 thread, %tid.x;
    mad.lo.u32 index, block, size, thread;
    mov.u32 stride, %nctaid.x;
    mul.lo.u32 stride, stride, size;
next:
    setp.lt.u32 inside, index, words;
@!inside bra done;
    and.b32 start, index, mask;
    add.u32 start, start, seed;
    call (value), generate, (start, rounds);
    mad.wide.u32 address, index, 4, data;
    ld.global.u32 found, [address];
    setp.ne.u32 differs, found, value;
@differs red.global.add.u32 [wrong], 1;
    add.u32 index, index, stride;
    bra next;
done:
    ret;
}
"""


def expected(seed: int, words: int, rounds: int) -> bytes:
    """What `preflight_fill` makes of so many words, as they lie in memory."""
    factor, addend = _leap(rounds)
    tables = _tables(rounds)
    low, second, third, high = tables
    made = bytearray()
    for index in range(words):
        start = (seed + index) & WORD
        a, b = start * factor + addend, start | 1
        shifted = low[b & 255] ^ second[b >> 8 & 255] ^ third[b >> 16 & 255] ^ high[b >> 24]
        made += ((a + shifted) & WORD).to_bytes(4, "little")
    return bytes(made)


def _leap(rounds: int) -> tuple[int, int]:
    """Factor and addend of all the congruential rounds as one."""
    factor, addend = 1, 0
    step, offset = MULTIPLIER, INCREMENT
    while rounds:
        if rounds & 1:
            factor, addend = factor * step & WORD, (addend * step + offset) & WORD
        step, offset = step * step & WORD, (offset * step + offset) & WORD
        rounds >>= 1
    return factor, addend


def _tables(rounds: int) -> list[list[int]]:
    """What all the shift-register rounds make of each byte of a word: they are linear, so these add up."""
    columns = _register(rounds)
    return [[_apply(columns, byte << shift) for byte in range(256)] for shift in (0, 8, 16, 24)]


def _register(rounds: int) -> list[int]:
    """What the rounds make of each single bit."""
    made = [1 << bit for bit in range(32)]
    step = [_shifted(bit) for bit in made]
    while rounds:
        if rounds & 1:
            made = [_apply(step, column) for column in made]
        step = [_apply(step, column) for column in step]
        rounds >>= 1
    return made


def _shifted(word: int) -> int:
    """One round of the shift register."""
    word ^= word << 13 & WORD
    word ^= word >> 17
    return word ^ word << 5 & WORD


def _apply(columns: list[int], word: int) -> int:
    """The word as the sum of its bits' columns."""
    made = 0
    for column in columns:
        if word & 1:
            made ^= column
        word >>= 1
    return made
