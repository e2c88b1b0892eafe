"""What the command line asks for, with what the control plane left unrendered taken for "none"."""

from __future__ import annotations

from dataclasses import dataclass

from glider.loading.target import Distribution, Reference, is_unrendered
from glider.outcome.failures import InvalidCommandError
from glider.storage.store import problem_of
from glider.wire.contract import NO_CHECKPOINT


@dataclass(frozen=True, kw_only=True, slots=True)
class Invocation:
    """One call of glider-execute; see flytekit's pyflyte-execute for the options' meaning. None means: not given.

    `distribution` is code to fetch first; `launch` a command that isn't ours, which takes this process' place then. Such a
    command may name no output prefix, which is "" then: there is nowhere to write an error document to.
    """

    inputs: str
    output_prefix: str
    reference: Reference
    raw_output_data_prefix: str | None = None
    checkpoint_path: str | None = None
    prev_checkpoint: str | None = None
    test: bool = False
    dynamic_addl_distro: str | None = None
    dynamic_dest_dir: str | None = None
    distribution: Distribution | None = None
    launch: tuple[str, ...] = ()


def rendered(value: str | None, *, variable: str) -> str | None:
    """`value`, or None where it is empty, two quote characters (propeller's "no checkpoint"), or still the template variable."""
    return None if value in (None, "", NO_CHECKPOINT) or is_unrendered(str(value), variable=variable) else value


def check_uris(invocation: Invocation) -> None:
    """Before anything else is done: a prefix that no store can have would be met when the task has run for hours.

    Raises:
        InvalidCommandError: an option's URI can't be read from, or written to; the message gives the reason.
    """
    written = {
        "--output-prefix": invocation.output_prefix,
        "--raw-output-data-prefix": invocation.raw_output_data_prefix,
        "--checkpoint-path": invocation.checkpoint_path,
    }
    read = {"--inputs": invocation.inputs, "--prev-checkpoint": invocation.prev_checkpoint}
    if invocation.distribution is not None and not is_unrendered(invocation.distribution.uri or "", variable="remote_package_path"):
        read["--additional-distribution"] = invocation.distribution.uri
    for options, writing in ((read, False), (written, True)):
        for option, uri in options.items():
            if uri and (problem := problem_of(uri, writing=writing)):
                raise InvalidCommandError(f"{option}: {problem}")
