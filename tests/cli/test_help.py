"""Help, completion and the ways to call the command."""

import subprocess
import sys
from importlib.metadata import entry_points, version

import pytest

from orchestrator import __version__
from tests.cli.conftest import Tool

COMMANDS = (
    "audit",
    "plan",
    "render",
    "host",
    "images",
    "evaluate",
    "report",
    "explain",
    "doctor",
    "sweep",
    "demo",
    "profiles show",
    "profiles check",
    "profiles list",
)
# Not pydantic: Typer itself needs it.
HEAVY = ("kubernetes", "jinja2", "boto3", "botocore", "azure", "googleapiclient", "yaml", "urllib3")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str, tool: Tool) -> None:
    done = tool(*command.split(), "--help", COLUMNS="200")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Examples" in done.stdout
    assert f"runai-preflight {command}" in done.stdout
    assert "\x1b" not in done.stdout
    assert tool(*command.split(), "-h", COLUMNS="200").stdout == done.stdout


def test_the_help_names_every_command(tool: Tool) -> None:
    done = tool("--help", COLUMNS="200")
    listed = {
        line.split()[1]
        for line in done.stdout.splitlines()
        if line.startswith("│ ") and len(line.split()) > 2
    }
    assert {command.split()[0] for command in COMMANDS} <= listed


def test_without_a_command_the_help_is_shown(tool: Tool) -> None:
    done = tool()
    assert done.returncode == 2
    assert "Usage: " in done.stdout + done.stderr


def test_the_version(tool: Tool) -> None:
    assert tool("--version").stdout == f"runai-preflight {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [["--help"], ["audit", "--help"], ["profiles", "--help"], ["--version"]]
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from orchestrator.cli.main import main\n"
        "try: main()\n"
        f"finally: print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, check=True, text=True, timeout=60
    )
    assert done.stderr == "[]\n"


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_shell_completion(shell: str, tool: Tool) -> None:
    script = tool("--show-completion", shell)
    assert script.returncode == 0
    assert "_RUNAI_PREFLIGHT_COMPLETE" in script.stdout


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("runai-preflight au", ["audit"]),
        ("runai-preflight audit --profile runai-20", ["runai-2020"]),
        ("runai-preflight audit --profile al", ["all"]),
        ("runai-preflight explain kubernetes.", ["kubernetes.distribution", "kubernetes.version"]),
    ],
)
def test_what_is_completed(line: str, completed: list[str], tool: Tool) -> None:
    done = tool(
        _RUNAI_PREFLIGHT_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(len(line.split()) - 1)
    )
    assert done.stdout.split() == completed


def test_it_is_installed_as_a_command_and_as_a_kubectl_plug_in() -> None:
    scripts = {script.name: script.value for script in entry_points(group="console_scripts")}
    for name in ("runai-preflight", "kubectl-runai_preflight"):
        assert scripts[name] == "orchestrator.cli.main:main"
    assert version("runai-preflight") == __version__
