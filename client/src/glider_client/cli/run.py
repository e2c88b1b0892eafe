"""`glider run`: runs executions, here by the operator's own code."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import click

from glider.wire.jsonform import FieldError
from glider_client.cli.options import FILE, config_option, manifests_option
from glider_client.local.documents import Documents, read_documents
from glider_client.local.reporting import Terminal
from glider_client.local.running import LocalRun
from glider_client.local.sources import Sources, read_variables
from glider_core.api.phases import Phase
from glider_core.config import Config, load_config

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(short_help="Run TaskExecutions on this machine, as the operator would.")
@manifests_option(what="Executions, templates, PodTemplates, Secrets and ConfigMaps, in YAML or JSON")
@click.option("--local", is_flag=True, help="Run on this machine, without a cluster.")
@click.option("--workdir", type=_FOLDER, help="The folder to run in; modules are imported from there. Default: the first file's.")
@click.option("--storage", help="Where the data goes, a folder or a URI. Default: the folder .glider in this one.")
@config_option
@click.option(
    "--secret-env",
    "secret_files",
    type=FILE,
    multiple=True,
    help="A file of lines NAME=value for secrets. Repeatable.",
)
def run(
    files: tuple[Path, ...],
    local: bool,
    workdir: Path | None,
    storage: str | None,
    config_file: Path | None,
    secret_files: tuple[Path, ...],
) -> None:
    """Run the TaskExecutions in FILES, one after the other, as the operator would.

    Tasks run in this Python's environment, not in their images. Phases and the tasks' own output go to standard error, outputs and
    errors to standard output. Exits with 1 if one fails. Ctrl-C cancels: the task gets SIGTERM and its grace period.

    A secret is taken from the variable that it becomes, such as _FSEC_DB_USER for the key user of the group db, in a file of
    --secret-env or in the environment, or else from a Secret in FILES.
    """
    if not local:
        raise click.UsageError(f"only --local runs are for this command; on a cluster, run: kubectl apply -f {files[0]}")
    try:
        documents = read_documents(files, storage=_as_uri(storage or ".glider"))
        documents.check_executions(files)
        config, variables = load_config(config_file), dict(os.environ)
        for file in secret_files:
            variables |= read_variables(file)
    except FieldError as error:
        raise click.ClickException(str(error)) from error
    for other in documents.others:
        click.echo(f"without effect on this machine: {other}", err=True)
    sources = Sources(variables=variables, secrets=documents.secrets, config_maps=documents.config_maps)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    raise SystemExit(0 if _run_all(documents, (workdir or files[0].parent).resolve(), sources, config) else 1)


def _run_all(documents: Documents, workdir: Path, sources: Sources, config: Config) -> bool:
    """Return whether all succeeded. After a cancel no further one is started."""
    good = True
    for execution in documents.executions:
        reporter = Terminal(execution, alone=len(documents.executions) == 1)
        status = LocalRun(
            execution,
            templates=documents.templates[execution.namespace],
            workdir=workdir,
            reporter=reporter,
            pod_template=documents.pod_template,
            sources=sources,
            config=config.for_namespace(execution.namespace),
        ).run()
        reporter.result(status)
        good = good and status.phase is Phase.SUCCEEDED
        if status.phase is Phase.ABORTED and not execution.lifecycle.cancel:
            return False
    return good


def _as_uri(storage: str) -> str:
    """A folder's path as a URI, as on a cluster; as in fsspec and flytekit nothing in it is quoted."""
    uri = storage if "://" in storage else f"file://{Path(storage).expanduser().resolve()}"
    return uri.rstrip("/")
