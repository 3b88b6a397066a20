"""`images`: which images a run uses, and how a site without a way out gets them."""

import re
from typing import Annotated

import typer

from orchestrator.cli.grouped import grouped
from orchestrator.cli.options import DocumentFormat, JudgeOptions, ProbeOptions, SiteOptions
from orchestrator.errors import ExitCode, UsageError
from orchestrator.plan.images import Tool

_REGISTRY = re.compile(r"[A-Za-z0-9.-]+(?::\d{1,5})?(?:/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*", re.ASCII)


@grouped
def images(
    judge: JudgeOptions,
    chosen: ProbeOptions,
    site: SiteOptions,
    resolve: Annotated[
        bool, typer.Option("--resolve", help="Ask the registries, from here, for today's digests.")
    ] = False,
    to: Annotated[
        str, typer.Option(help="Where to mirror them: a registry, with a path if need be.")
    ] = "registry.example",
    tool: Annotated[Tool, typer.Option(help="What copies them.")] = Tool.SKOPEO,
    output: Annotated[
        DocumentFormat, typer.Option("--output", "-o", help="Format of the answer.")
    ] = DocumentFormat.TABLE,
) -> None:
    """List the images that a run with these options uses, and print the commands that mirror them.

    No cluster is needed, and without --resolve no network. Nothing is copied: the commands are yours to run.

    [bold]Examples[/bold]

      runai-preflight images

      runai-preflight images --resolve --to registry.example/mirror --tool crane

      runai-preflight images --pull-image docker.io/library/busybox:1.37 -o json
    """
    from orchestrator.cli.output import write
    from orchestrator.cli.progress import Progress
    from orchestrator.cli.site import read_site
    from orchestrator.inventory.model import Inventory
    from orchestrator.pipeline import Order, new_run_id
    from orchestrator.plan.images import tell_images, used_images
    from orchestrator.plan.questions import merge_questions
    from orchestrator.report.document import to_json, to_yaml
    from orchestrator.report.images import render_images
    from orchestrator.run.digests import resolve as resolve_digests

    if not _REGISTRY.fullmatch(to):
        raise UsageError(f"--to {to!r} is no registry such as registry.example:5000/mirror")
    where, profiles = read_site(site, "default"), judge.load()
    order = Order(profiles, judge.features(profiles), where, given=judge.given())
    consents = chosen.consents(site.implied)
    asked = merge_questions(order.filled, Inventory(), order.facts(None), where, consents)
    uses = used_images(asked, where)
    with Progress() as progress:
        digests = resolve_digests(uses, where, new_run_id(), progress) if resolve else {}
    document = tell_images(uses, digests, where.pull_images, to, tool)
    render = {
        DocumentFormat.TABLE: render_images,
        DocumentFormat.JSON: to_json,
        DocumentFormat.YAML: to_yaml,
    }
    write(render[output](document), None)
    raise typer.Exit(ExitCode.OK if document.resolved else ExitCode.INCOMPLETE)
