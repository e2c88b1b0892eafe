"""glider-execute: runs one task. Every option of flytekit 1.16's pyflyte-execute, and the older --task-module/--task-name."""

from __future__ import annotations

import faulthandler
import gc
import os
import signal
import sys
from typing import Any

import click

from glider.loading.target import Reference
from glider.runtime.invocation import Invocation, rendered


@click.command("glider-execute")
@click.option("--inputs", required=True, help="URI of inputs.pb.")
@click.option("--output-prefix", required=True, help="URI below which outputs.pb or error.pb is written.")
@click.option("--raw-output-data-prefix", help="URI below which offloaded data is written.")
@click.option("--checkpoint-path", help="URI for this attempt's checkpoint.")
@click.option("--prev-checkpoint", help="URI of the previous attempt's checkpoint.")
@click.option("--test", is_flag=True, help="Load the task, but don't run it.")
@click.option("--dynamic-addl-distro", help="URI of the code that children of a dynamic task are to run.")
@click.option("--dynamic-dest-dir", help="Where children of a dynamic task are to unpack that code.")
@click.option("--resolver", help="Dotted path of the task resolver.")
@click.option("--task-module", help="Module of the task (instead of a resolver).")
@click.option("--task-name", help="Name of the task in its module (instead of a resolver).")
@click.argument("resolver-args", type=click.UNPROCESSED, nargs=-1)
def execute(
    *,
    resolver: str | None,
    task_module: str | None,
    task_name: str | None,
    resolver_args: tuple[str, ...],
    raw_output_data_prefix: str | None,
    checkpoint_path: str | None,
    prev_checkpoint: str | None,
    **options: Any,
) -> None:
    """Run one Flyte task: read inputs.pb, call the function, write outputs.pb or error.pb."""
    gc.disable()  # until the task is loaded
    faulthandler.register(signal.SIGUSR1)
    if task_module and task_name:
        resolver, resolver_args = None, ("task-module", task_module, "task-name", task_name)
    invocation = Invocation(
        reference=Reference(resolver=resolver, arguments=resolver_args),
        raw_output_data_prefix=rendered(raw_output_data_prefix, variable="rawOutputDataPrefix"),
        checkpoint_path=rendered(checkpoint_path, variable="checkpointOutputPrefix"),
        prev_checkpoint=rendered(prev_checkpoint, variable="prevCheckpointPrefix"),
        **options,
    )
    from glider.runtime.guard import run

    code = run(invocation, os.environ)
    gc.freeze()  # the interpreter's last collection would go through all of flytekit: 50 ms
    sys.exit(code)


def main(arguments: list[str] | None = None) -> None:
    """Entry point of the console script. `arguments` are those after the command's name."""
    try:
        execute.main(args=arguments, prog_name="glider-execute", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        _tell(error.format_message())
        sys.exit(error.exit_code)


def _tell(problem: str) -> None:
    """A command line that makes no sense has no output prefix to write an error document to, but it has a summary."""
    from glider.runtime.report import write_summary
    from glider.settings.reading import read_reporting
    from glider.wire.errors import Kind, Origin, TaskError
    from glider.wire.summary import Summary

    message = f"glider-execute: {problem}"
    told = TaskError(code="InvalidCommand", kind=Kind.NON_RECOVERABLE, origin=Origin.SYSTEM, message=message)
    write_summary(Summary(error=told), read_reporting(os.environ))
