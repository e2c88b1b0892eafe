"""glider-execute: runs one task. Every option of flytekit 1.16's pyflyte-execute, and the older --task-module/--task-name."""

from __future__ import annotations

import os
from typing import Any

import click

from glider.cli.options import invocation, task_options
from glider.invocation import Invocation
from glider.loading.target import Reference


def _show_config(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    """Before anything else is asked for."""
    if not wanted or context.resilient_parsing:
        return
    from glider.settings.model import SettingsError
    from glider.settings.reading import read_settings
    from glider.settings.showing import shown

    try:
        click.echo(shown(os.environ))
        read_settings(os.environ)
    except SettingsError as error:
        raise click.ClickException(f"InvalidSettings: {error}") from error
    context.exit()


@click.command("glider-execute")
@click.option("--show-config", is_flag=True, is_eager=True, expose_value=False, callback=_show_config, help="Print all settings.")
@click.option("--resolver", help="Dotted path of the task resolver.")
@click.option("--task-module", help="Module of the task (instead of a resolver).")
@click.option("--task-name", help="Name of the task in its module (instead of a resolver).")
@task_options
def execute(
    *, resolver: str | None, task_module: str | None, task_name: str | None, resolver_args: tuple[str, ...], **options: Any
) -> Invocation:
    """Run one Flyte task: read inputs.pb, call the function, write outputs.pb or error.pb."""
    if task_module and task_name:
        resolver, resolver_args = None, ("task-module", task_module, "task-name", task_name)
    return invocation(reference=Reference(resolver=resolver, arguments=resolver_args), **options)
