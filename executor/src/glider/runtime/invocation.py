"""What the command line asks for, with what the control plane left unrendered taken for "none"."""

from __future__ import annotations

from dataclasses import dataclass

from glider.loading.target import Distribution, Reference, is_unrendered
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
