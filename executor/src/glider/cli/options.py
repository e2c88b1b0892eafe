"""The options that a task and one element of a map task have in common: those of flytekit's two commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from glider.invocation import Invocation, rendered
from glider.loading.target import Reference

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
