"""The click commands of our programs, and what a command line asks of them.

glider-execute: runs one task. Every option of flytekit 1.16's pyflyte-execute, and the older --task-module/--task-name.

glider-map-execute: runs one element of a map task. Every option of flytekit 1.16's pyflyte-map-execute, and the
`--experimental` of the flytekits (to 1.10) in which array nodes were new: there the flag chose the resolver.

glider-fast-execute: fetches the task's code, then runs the task in the same process (pyflyte-fast-execute starts a second
one, which imports everything again). A command that isn't ours, such as `mpirun … pyflyte-execute …`, takes this process'
place once the code is there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import click

from glider.cli.names import EXECUTE, FAST_EXECUTE, MAP_EXECUTE, program_of, unwrapped
from glider.invocation import Invocation, rendered
from glider.loading.mapping import ARRAY_NODE_RESOLVER
from glider.loading.target import Distribution, Mapped, Reference

_Function = TypeVar("_Function", bound=Callable[..., Any])

_SHARED = (
    click.option("--inputs", required=True, help="URI of inputs.pb."),
    click.option("--output-prefix", required=True, help="URI below which outputs.pb, futures.pb or error.pb is written."),
    click.option("--raw-output-data-prefix", help="URI below which offloaded data is written."),
    click.option("--checkpoint-path", help="URI for this attempt's checkpoint."),
    click.option("--prev-checkpoint", help="URI of the previous attempt's checkpoint."),
    click.option("--test", is_flag=True, help="Load the task, but don't run it."),
    click.option("--dynamic-addl-distro", help="URI of the code that children of a dynamic task are to run."),
    click.option("--dynamic-dest-dir", help="Where children of a dynamic task are to unpack that code."),
    click.argument("resolver-args", type=click.UNPROCESSED, nargs=-1),
)


def task_options(function: _Function) -> _Function:
    """Gives a click command the shared options."""
    for option in reversed(_SHARED):
        function = option(function)
    return function


def invocation(
    *,
    reference: Reference,
    raw_output_data_prefix: str | None,
    checkpoint_path: str | None,
    prev_checkpoint: str | None,
    **options: Any,
) -> Invocation:
    """What the options ask for; what the control plane left unrendered counts as not given."""
    return Invocation(
        reference=reference,
        raw_output_data_prefix=rendered(raw_output_data_prefix, variable="rawOutputDataPrefix"),
        checkpoint_path=rendered(checkpoint_path, variable="checkpointOutputPrefix"),
        prev_checkpoint=rendered(prev_checkpoint, variable="prevCheckpointPrefix"),
        **options,
    )


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


@click.command("glider-map-execute")
@click.option("--max-concurrency", type=int, help="Passed to the resolver; the control plane decides how many run at once.")
@click.option("--resolver", required=True, help="Dotted path of the map task resolver.")
@click.option("--experimental", is_flag=True, hidden=True)
@task_options
def map_execute(
    *, max_concurrency: int | None, resolver: str, experimental: bool, resolver_args: tuple[str, ...], **options: Any
) -> Invocation:
    """Run one element of a map task: the one that BATCH_JOB_ARRAY_INDEX_VAR_NAME and ..._OFFSET give."""
    resolver = ARRAY_NODE_RESOLVER if experimental else resolver
    reference = Reference(resolver=resolver, arguments=resolver_args, mapped=Mapped(max_concurrency=max_concurrency))
    return invocation(reference=reference, **options)


_COMMANDS = {EXECUTE: execute, MAP_EXECUTE: map_execute}


@click.command("glider-fast-execute")
@click.option("--additional-distribution", help="URI of the code: a .tar.gz, or pkl.gz.")
@click.option("--dest-dir", help="Where to unpack it; made if it is missing. The current folder, if not given.")
@click.argument("task-execute-cmd", nargs=-1, type=click.UNPROCESSED)
def fast_execute(*, additional_distribution: str | None, dest_dir: str | None, task_execute_cmd: tuple[str, ...]) -> Invocation:
    """Fetch a task's code, and run the command that follows `--` with it."""
    if not task_execute_cmd:
        raise click.UsageError("expected the command to run after `--`, found nothing")
    destination = rendered(dest_dir, variable="dest_dir") or os.getcwd()  # noqa: PTH109
    uses_destination = bool(additional_distribution or dest_dir)
    asked, is_ours = _parse(task_execute_cmd)
    return replace(
        asked,
        distribution=Distribution(uri=additional_distribution, destination=destination) if uses_destination else None,
        dynamic_addl_distro=additional_distribution or asked.dynamic_addl_distro,
        dynamic_dest_dir=destination if additional_distribution else asked.dynamic_dest_dir,
        launch=() if is_ours else task_execute_cmd,
    )


def _parse(command: tuple[str, ...]) -> tuple[Invocation, bool]:
    """What the inner command asks for, and whether it is ours to run. One that isn't may still name one of our programs, and so
    where an error document goes.
    """
    words = unwrapped(command)
    start = next((place for place, word in enumerate(words) if program_of(word) in _COMMANDS), None)
    if start is not None:
        inner = _COMMANDS[str(program_of(words[start]))]
        try:
            asked: Invocation = inner.main(args=words[start + 1 :], prog_name=inner.name, standalone_mode=False)
            return asked, start == 0
        except click.ClickException:
            if start == 0:
                raise
    return Invocation(inputs="", output_prefix="", reference=Reference(resolver=None, arguments=())), False


def command_of(program: str) -> click.Command:
    """The command of one of our programs."""
    if program == FAST_EXECUTE:
        return fast_execute
    if program == MAP_EXECUTE:
        return map_execute

    return execute


def asked_by(program: str, arguments: Sequence[str]) -> Invocation:
    """What `arguments` ask for; where they make no sense, an invocation that names no place for an error document."""
    command = command_of(program)
    try:
        asked = command.main(args=list(arguments), prog_name=command.name, standalone_mode=False)
    except click.ClickException:
        asked = None
    return (
        asked
        if isinstance(asked, Invocation)
        else Invocation(inputs="", output_prefix="", reference=Reference(resolver=None, arguments=()))
    )
