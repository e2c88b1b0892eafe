"""`glider render`: the pods that the operator would create, and where each of their values is from. Needs no cluster."""

from __future__ import annotations

from pathlib import Path

import click

from glider.wire.jsonform import FieldError
from glider_client.cli.examples import examples
from glider_client.cli.options import config_option, manifests_option
from glider_client.local.documents import NO_UID, Documents, read_documents
from glider_client.local.rendering import NotRenderedError, explained
from glider_core.api.execution import Execution
from glider_core.api.yaml_form import to_yaml
from glider_core.config import Config, load_config


@click.command(
    short_help="Print the pods that the operator would create.",
    epilog=examples(
        "glider render -f execution.yaml -f template.yaml --config config.yaml",
        "glider render -f execution.yaml --attempt 1 --explain",
    ),
)
@manifests_option(what="Executions, templates and PodTemplates")
@config_option
@click.option("--attempt", type=click.IntRange(min=0), default=0, help="The number of the attempt. Default: 0, the first.")
@click.option(
    "--explain", "explains", is_flag=True, help="Print each value's source instead: execution, task, PodTemplate, configuration, Glider."
)
def render(files: tuple[Path, ...], config_file: Path | None, attempt: int, explains: bool) -> None:
    """Print the pods that the operator would create for the TaskExecutions in FILES.

    An execution that isn't in a cluster has no UID yet; zeros stand for it. Warnings go to standard error.
    """
    try:
        config = load_config(config_file)
        documents = read_documents(files, storage=None, uid=lambda: NO_UID)
        documents.check_executions(files)
    except FieldError as error:
        raise click.ClickException(str(error)) from error
    for execution in documents.executions:
        try:
            _print(execution, documents, config, number=attempt, explains=explains)
        except FieldError as error:
            raise click.ClickException(f"{execution.name}: {error}") from error


def _print(execution: Execution, documents: Documents, config: Config, *, number: int, explains: bool) -> None:
    templates = documents.templates[execution.namespace]
    try:
        pod, values = explained(
            execution,
            templates=templates,
            pod_template=lambda name: documents.pod_template(execution.namespace, name),
            config=config,
            number=number,
        )
    except NotRenderedError as error:
        raise click.ClickException(f"{execution.name}: {error}") from error
    for warning in pod.warnings:
        click.echo(f"{execution.name}: {warning}", err=True)
    if not explains:
        click.echo("---\n" + to_yaml(pod.manifest), nl=False)
        return
    click.echo(f"# Pod {pod.manifest['metadata']['name']}")
    for path, value, source in values:
        click.echo(f"{path}: {value}  # {source}")
