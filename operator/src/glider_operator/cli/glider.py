"""`glider`: the command line for people."""

from __future__ import annotations

from pathlib import Path

import click

from glider.wire.jsonform import FieldError
from glider_operator.cli.rendering import render
from glider_operator.local.documents import read_documents
from glider_operator.local.running import LocalRun
from glider_operator.local.telling import Terminal
from glider_operator.model.phases import Phase

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="glider-operator")
def main() -> None:
    """Flyte tasks on plain Kubernetes, and on this machine."""


@main.command()
@click.option("-f", "--filename", "files", type=_FILE, multiple=True, required=True, help="Executions and templates. Repeatable.")
@click.option("--local", is_flag=True, help="Run on this machine, without a cluster.")
@click.option("--workdir", type=_FOLDER, help="The folder to run in; modules are imported from there. Default: the first file's.")
@click.option("--storage", help="Where the data goes, a URI. Default: file://…/.glider in this folder.")
def run(files: tuple[Path, ...], local: bool, workdir: Path | None, storage: str | None) -> None:
    """Run the TaskExecutions in FILES, one after the other, as the operator would.

    Phases and the tasks' own output go to standard error, outputs and errors to standard output. Exits with 1 if one fails.
    """
    if not local:
        raise click.UsageError(f"only --local runs are for this command; on a cluster, run: kubectl apply -f {files[0]}")
    try:
        documents = read_documents(files, storage=(storage or (Path.cwd() / ".glider").as_uri()).rstrip("/"))
    except FieldError as error:
        raise click.ClickException(str(error)) from error
    for other in documents.others:
        click.echo(f"skipped {other}: only a cluster has a use for it", err=True)
    if not documents.executions:
        raise click.ClickException(f"{', '.join(map(str, files))}: expected at least one TaskExecution, found none")
    folder = (workdir or files[0].parent).resolve()
    failed = False
    for execution in documents.executions:
        teller = Terminal(execution)
        templates = documents.templates[execution.namespace]
        try:
            status = LocalRun(execution, templates=templates, workdir=folder, teller=teller, pod_template=documents.pod_template).run()
        except FieldError as error:
            raise click.ClickException(f"{execution.name}: {error}") from error
        teller.result(status)
        failed = failed or status.phase is not Phase.SUCCEEDED
    raise SystemExit(1 if failed else 0)


main.add_command(render)
