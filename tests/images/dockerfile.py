"""The Dockerfile of the images, read and carried out with no container engine.

Only what it uses: FROM, ARG, COPY, RUN, and settings of the image. A RUN works below `/build`, a folder here,
and nowhere else; it finds the Python of whoever calls this in place of the base image's.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = ROOT / "manifests/images/Dockerfile"
BUILD = "/build"


@dataclass
class Stage:
    """`base` is a reference, `scratch` or an earlier stage; each step an instruction and its rest."""

    name: str
    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def settings(self, instruction: str) -> list[str]:
        return [rest for name, rest in self.steps if name == instruction]


def read(text: str) -> dict[str, Stage]:
    """The stages by name; arguments of FROM that have a default are filled in."""
    lines = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    defaults: dict[str, str] = {}
    stages: dict[str, Stage] = {}
    for instruction, rest in (line.split(maxsplit=1) for line in lines if line.strip()):
        if instruction == "FROM":
            base, _, name = rest.partition(" AS ")
            stages[name] = Stage(name, re.sub(r"\$\{(\w+)\}", lambda match: defaults[match[1]], base))
        elif stages:
            stages[list(stages)[-1]].steps.append((instruction, " ".join(rest.split())))
        elif instruction == "ARG":
            name, _, default = rest.partition("=")
            defaults[name] = default
    return stages


class Build:
    """Stages carried out in the folder `work`, each in a folder of its own."""

    def __init__(self, stages: dict[str, Stage], work: Path, bin_folder: Path) -> None:
        self._stages, self._work, self._bin = stages, work, bin_folder
        self._done: dict[str, Path] = {}

    def layers(self, target: str) -> Iterator[tuple[str, Path]]:
        """Each COPY into an image that begins from scratch, the lowest first, and what it brings."""
        stage = self._stages[target]
        if stage.base != "scratch":
            yield from self.layers(stage.base)
        for number, rest in enumerate(stage.settings("COPY")):
            content = self._work / "layers" / f"{target}-{number}"
            if not content.exists():
                content.mkdir(parents=True)
                self._copy(rest, content)
            yield f"COPY {rest}", content

    def _stage(self, name: str) -> Path:
        """The folder of a stage that is copied from; its steps are carried out once."""
        if name not in self._done:
            root = self._done[name] = self._work / "stages" / name
            for instruction, rest in self._stages[name].steps:
                {"COPY": self._copy, "RUN": self._run}[instruction](rest, root)
        return self._done[name]

    def _copy(self, rest: str, root: Path) -> None:
        words = rest.split()
        origin = ROOT
        if words[0].startswith("--from="):
            origin = self._stage(words.pop(0).removeprefix("--from="))
        *sources, target = words
        there = root / target.lstrip("/")
        for source in (found for each in sources for found in sorted(origin.glob(each.lstrip("/")))):
            if source.is_dir():
                left_out = shutil.ignore_patterns("__pycache__") if origin == ROOT else None
                shutil.copytree(source, there, symlinks=True, dirs_exist_ok=True, ignore=left_out)
            else:
                there.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, there)

    def _run(self, rest: str, root: Path) -> None:
        (root / "build").mkdir(parents=True, exist_ok=True)
        command = rest.replace(f" {BUILD}", f" {root}{BUILD}")
        path = f"{self._bin}:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, env=environment)
        if done.returncode:
            raise RuntimeError(f"RUN {rest}\n{done.stdout}{done.stderr}")


def here(work: Path) -> Build:
    """The images from this checkout, by the Python that the tests' own environment was made from."""
    return Build(read(FILE.read_text()), work, Path(sys.base_prefix, "bin"))
