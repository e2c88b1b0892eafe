"""`glider register`: publishes the tasks in files and modules, with their code."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from glider_client.cli.code_options import all_packages, code_options
from glider_client.cli.examples import examples
from glider_client.cli.options import connection_options, output_option

if TYPE_CHECKING:
    from glider_client.cluster.client import Cluster
    from glider_client.registration.found import FoundTask
    from glider_client.registration.publishing import Published

_PATH = click.Path(path_type=Path)


@click.command(
    short_help="Publish the tasks in files and modules, with their code.",
    epilog=examples(
        "glider register hello.py                        the tasks in a file",
        "glider register src/ --requirements pinned.txt  those in a folder",
        "glider register -m app.tasks --image app:1.4 --no-code",
        "glider register . -o yaml > templates.yaml      for GitOps",
    ),
)
@click.argument("places", metavar="[PATH]...", type=_PATH, nargs=-1)
@click.option("-m", "--module", "modules", metavar="MODULE", multiple=True, help="A module by its name. Repeatable.")
@click.option("--name", "names", metavar="TASK", multiple=True, help="This task, or plain function, alone. Repeatable.")
@code_options
@click.option("--dry-run", is_flag=True, help="Write nothing; the cluster checks the templates.")
@output_option("yaml", "json", "name")
@connection_options
def register(
    places: tuple[Path, ...],
    modules: tuple[str, ...],
    names: tuple[str, ...],
    image: str | None,
    version: str | None,
    packages: tuple[str, ...],
    requirements: tuple[Path, ...],
    storage: str | None,
    copy: str,
    dry_run: bool,
    output: str,
    connect: Callable[[], Cluster],
) -> None:
    """Publish the tasks in files, folders and modules as TaskTemplates, with their code.

    Tasks are functions declared by @glider.task or flytekit's @task, and those that --name names. The code is the folder that goes
    into sys.path, without what .gitignore, .dockerignore and .flyteignore leave out. Registering the same again changes nothing; the
    same --version with other content is refused.

    -o yaml prints the objects for other tools to apply, and applies nothing. -o json and -o name print what was registered.
    """
    from glider_client.registration.discovery import discover
    from glider_client.registration.registering import Copy, bundles, documents
    from glider_client.registration.registering import register as publish

    if not places and not modules:
        raise click.UsageError("expected a file, a folder or -m MODULE, found none. Try: glider register .")
    found = discover(places, modules=modules, names=names)
    tasks = _supported(found)
    settings: dict[str, Any] = {
        "version": version,
        "image": image,
        "storage": storage,
        "copy": Copy(copy),
        "packages": all_packages(packages, requirements),
        "dry_run": dry_run,
    }
    if output == "yaml":
        namespace = click.get_current_context().params.get("namespace") or "default"
        _print_yaml(list(documents(bundles(tasks, namespace=namespace, **settings), namespace=namespace)))
        return
    _report(publish(connect(), tasks, **settings), output=output, dry_run=dry_run)


def _supported(found: Sequence[FoundTask]) -> list[FoundTask]:
    for task in found:
        if task.unsupported:
            click.echo(f"not registered: {task.full_name} {task.unsupported}", err=True)
    tasks = [task for task in found if not task.unsupported]
    if not tasks:
        raise click.ClickException("expected a task that Glider can run, found none.")
    return tasks


def _report(published: Sequence[Published], *, output: str, dry_run: bool) -> None:
    if output == "json":
        rows = [{name: getattr(one, name) for name in ("name", "namespace", "task", "version", "outcome")} for one in published]
        click.echo(json.dumps({"items": rows}, indent=2))
        return
    mark = " (dry run)" if dry_run else ""
    width = max(len(one.name) for one in published)
    for one in published:
        if output == "name":
            click.echo(f"tasktemplate.glider.dev/{one.name}")
        else:
            click.echo(f"{one.outcome:<9} {one.name:<{width}}  {one.task}{mark}")


def _print_yaml(objects: Sequence[dict[str, Any]]) -> None:
    from glider_core.api.yaml_form import to_yaml

    for one in objects:
        click.echo("---\n" + to_yaml(one), nl=False)
