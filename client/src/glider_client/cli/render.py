"""`glider render`: the pods that the operator would create, and where each of their values is from. Needs no cluster."""

from __future__ import annotations

from pathlib import Path

import click

from glider.wire.jsonform import FieldError
from glider_client.cli.examples import examples
from glider_client.cli.options import config_option, manifests_option
from glider_client.local.documents import NO_UID, Documents, read_documents
from glider_core.api.execution import Execution
from glider_core.api.yaml_form import to_yaml
from glider_core.config import Config, load_config
from glider_core.render.attempt import Attempt
from glider_core.render.explaining import explain
from glider_core.render.pod import Rendered
from glider_core.render.pod import render as render_attempt
from glider_core.resolve.layers import EXECUTION, TASK
from glider_core.resolve.resolution import Resolved
from glider_core.resolve.resolving import resolve


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
    own = config.for_namespace(execution.namespace)
    rendered = _render(execution, documents, own, number=number)
    for warning in rendered.warnings:
        click.echo(f"{execution.name}: {warning}", err=True)
    if not explains:
        click.echo("---\n" + to_yaml(rendered.manifest), nl=False)
        return
    general = None if own is config else _render(execution, documents, config, number=number)
    reference = (execution.spec.get("taskRef") or {}).get("name")
    names = {EXECUTION: f"execution {execution.name}", TASK: f"TaskTemplate {reference}" if reference else "spec.task"}
    click.echo(f"# Pod {rendered.manifest['metadata']['name']}")
    for path, value, source in explain(rendered, names=names, general=general):
        click.echo(f"{path}: {value}  # {source}")


def _render(execution: Execution, documents: Documents, config: Config, *, number: int) -> Rendered:
    resolution = resolve(execution, templates=documents.templates[execution.namespace], config=config, looked_up=True)
    if not isinstance(resolution, Resolved):
        raise click.ClickException(f"{execution.name}: {getattr(resolution, 'message', resolution)}")
    base = documents.pod_template(execution.namespace, resolution.traits.pod_template_ref)
    return render_attempt(Attempt(execution=execution, task=resolution, number=number, config=config), base=base)
