"""docs/using.md against the program: commands, flags, formats, reasons, permissions."""

import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
import yaml

from orchestrator.cli.main import app
from orchestrator.cli.options import Format
from orchestrator.errors import FailOn
from orchestrator.evidence import Reason
from orchestrator.permissions import Permission, permissions
from orchestrator.profile.load import load, shipped_names
from tests.docs.pages import PAGES, blocks, command_lines, first_cells, read, section, spans

USING = read("docs/using.md")
PANELS = ("Cluster", "Requirements", "Probes", "Site", "Output")


def commands(group: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command that can be called, with its full name."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


def options(command: Any) -> Iterator[tuple[Any, str]]:
    """Every flag of a command, long and short, but `--help`."""
    for parameter in command.params:
        if parameter.param_type_name == "option" and parameter.name != "help":
            yield from ((parameter, flag) for flag in parameter.opts)


ROOT_COMMAND: Any = typer.main.get_command(app)
COMMANDS = dict(commands(ROOT_COMMAND))
FLAGS = {flag for command in [ROOT_COMMAND, *COMMANDS.values()] for _, flag in options(command)}


def documented_flags(text: str) -> set[str]:
    return {word for span in spans(text) for word in span.split() if word.startswith("-") and word != "-"}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_documented_with_all_that_it_takes(name: str) -> None:
    own = section(USING, f"`{name}")
    for parameter, flag in options(COMMANDS[name]):
        panel = getattr(parameter, "rich_help_panel", None)
        if panel in PANELS:
            assert panel.lower() in own, f"{name} takes the group {panel}"
            assert flag in documented_flags(section(USING, "Flags"))
        else:
            assert flag in documented_flags(own)


def test_the_flags_of_the_program_itself_are_documented() -> None:
    assert {flag for _, flag in options(ROOT_COMMAND)} <= documented_flags(section(USING, "Flags"))


def test_no_flag_is_documented_that_there_is_not() -> None:
    assert documented_flags(USING) - FLAGS <= {"--help", "-h"}


@pytest.mark.parametrize("value", [*Format, *FailOn])
def test_every_value_of_an_output_flag_is_documented(value: str) -> None:
    assert f"`{value}`" in section(USING, "Flags")


def test_every_reason_is_in_the_troubleshooting_once() -> None:
    table = section(USING, "Troubleshooting").partition("| other symptom")[0]
    told = [cell.strip("`") for cell in first_cells(table) if cell.startswith("`")]
    assert told == list(Reason)


@pytest.mark.parametrize("name", shipped_names())
def test_every_feature_is_explained(name: str) -> None:
    for feature in load(name).features:
        assert f"`{feature}`" in section(USING, "Features")


@pytest.mark.parametrize("permission", permissions(), ids=lambda permission: permission.noun)
def test_every_permission_is_explained(permission: Permission) -> None:
    verbs = ", ".join(permission.verbs) + (" *" if permission.needed else "")
    names = f" {', '.join(permission.names)}" if permission.names else ""
    assert f"| {verbs} | `{permission.noun}`{names} | {permission.scope} |" in section(USING, "Permissions")


def test_the_roles_to_apply_grant_what_is_asked_and_no_more() -> None:
    roles = [role for text in blocks(USING, "yaml") for role in yaml.safe_load_all(text) if "rules" in role]
    granted = {
        (role["kind"], group, resource, verb, *rule.get("resourceNames", ["*"]))
        for role in roles
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert granted == {grant for permission in permissions() for grant in grants(permission)}


def grants(permission: Permission) -> Iterator[tuple[str, ...]]:
    kind = {"cluster": "ClusterRole", "namespace": "Role"}[permission.scope]
    resource = "/".join(filter(None, (permission.resource, permission.subresource)))
    names = permission.names or ("*",)
    yield from ((kind, permission.group, resource, verb, *names) for verb in permission.verbs)


@pytest.mark.parametrize("line", sorted({line for page in PAGES for line in command_lines(page.read_text())}))
def test_every_command_line_that_is_shown_can_be_parsed(line: str) -> None:
    command, words = ROOT_COMMAND, shlex.split(line, comments=True)
    while hasattr(command, "commands"):
        context = command.make_context("runai-preflight", words[:1])
        _, command, words = command.resolve_command(context, words)
    command.make_context("runai-preflight", words)
