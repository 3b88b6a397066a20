"""Runs PTX, as much of it as our kernels use, one thread after another."""

import re
from collections.abc import Callable
from typing import NamedTuple

WORD = 0xFFFFFFFF
ROUTINE = re.compile(
    r"\.(?P<kind>func|entry)\s*(?:\(\.reg \.u32 (?P<result>\w+)\)\s*)?(?P<name>\w+)\s*\((?P<formals>[^)]*)\)"
    r"\s*\{(?P<body>[^}]*)\}"
)
STEP = re.compile(r"\s*(?:(\w+):)?\s*(?:@(!?)(\w+)\s+)?([\w.]+)([^;]*);")

PURE: dict[str, Callable[..., int]] = {
    "mov.u32": lambda a: a,
    "add.u32": lambda a, b: a + b,
    "sub.u32": lambda a, b: a - b,
    "mul.lo.u32": lambda a, b: a * b,
    "mad.lo.u32": lambda a, b, c: a * b + c,
    "and.b32": lambda a, b: a & b,
    "or.b32": lambda a, b: a | b,
    "xor.b32": lambda a, b: a ^ b,
    "shl.b32": lambda a, b: a << b,
    "shr.u32": lambda a, b: a >> b,
    "setp.ne.u32": lambda a, b: int(a != b),
    "setp.lt.u32": lambda a, b: int(a < b),
}


class Step(NamedTuple):
    """An instruction; it is done where the predicate `guard` is `wanted`."""

    guard: str
    wanted: bool
    name: str
    operands: tuple[str, ...]


class Routine(NamedTuple):
    formals: tuple[str, ...]
    result: str
    steps: list[Step]
    labels: dict[str, int]


class Program:
    """The routines of a PTX module, and the GPU's memory in words by address."""

    def __init__(self, text: str) -> None:
        self.memory: dict[int, int] = {}
        self._routines = {each["name"]: _routine(each) for each in ROUTINE.finditer(text)}

    def launch(self, name: str, blocks: int, threads: int, *arguments: int) -> None:
        """Run the entry in every thread."""
        routine = self._routines[name]
        for index in range(blocks * threads):
            own = {"%ctaid.x": index // threads, "%tid.x": index % threads}
            shape = {"%ntid.x": threads, "%nctaid.x": blocks}
            self._run(routine, {**own, **shape, **dict(zip(routine.formals, arguments, strict=True))})

    def _run(self, routine: Routine, values: dict[str, int]) -> int:
        at = 0
        while True:
            step = routine.steps[at]
            at += 1
            if step.guard and bool(values[step.guard]) != step.wanted:
                continue
            if step.name == "bra":
                at = routine.labels[step.operands[0]]
            elif step.name == "ret":
                return values.get(routine.result, 0)
            else:
                self._do(step, values)

    def _do(self, step: Step, values: dict[str, int]) -> None:
        def value(operand: str) -> int:
            return int(operand, 0) if operand.isdecimal() else values[operand]

        target, *others = step.operands
        match step.name:
            case "call":
                routine = self._routines[others[0]]
                formals = dict(zip(routine.formals, map(value, others[1:]), strict=True))
                values[target] = self._run(routine, formals)
            case "mad.wide.u32":
                a, b, c = map(value, others)
                values[target] = a * b + c
            case "st.global.u32":
                self.memory[value(target)] = value(others[0])
            case "ld.global.u32":
                values[target] = self.memory[value(others[0])]
            case "red.global.add.u32":
                self.memory[value(target)] += value(others[0])
            case "ld.param.u32" | "ld.param.u64":
                values[target] = value(others[0])
            case name:
                values[target] = PURE[name](*map(value, others)) & WORD


def _routine(found: re.Match[str]) -> Routine:
    steps: list[Step] = []
    labels: dict[str, int] = {}
    code = re.sub(r"\.reg[^;]*;", "", found["body"])
    for label, negated, guard, name, operands in STEP.findall(code):
        if label:
            labels[label] = len(steps)
        names = tuple(re.findall(r"[%\w.]+", operands))
        steps.append(Step(guard, not negated, name, names))
    formals = tuple(re.findall(r"\.u(?:32|64) (\w+)", found["formals"]))
    return Routine(formals, found["result"] or "", steps, labels)
