"""What the command line asks for, with what the control plane left unrendered taken for "none"."""

from __future__ import annotations

from dataclasses import dataclass

from glider.loading.target import Reference
from glider.wire.contract import NO_CHECKPOINT


@dataclass(frozen=True, kw_only=True, slots=True)
class Invocation:
    """One call of glider-execute; see flytekit's pyflyte-execute for the options' meaning. None means: not given."""

    inputs: str
    output_prefix: str
    reference: Reference
    raw_output_data_prefix: str | None = None
    checkpoint_path: str | None = None
    prev_checkpoint: str | None = None
    test: bool = False
    dynamic_addl_distro: str | None = None
    dynamic_dest_dir: str | None = None


def rendered(value: str | None, *, variable: str) -> str | None:
    """`value`, or None where it is empty, two quote characters (propeller's "no checkpoint"), or still the template variable."""
    return None if value in (None, "", NO_CHECKPOINT, f"{{{{.{variable}}}}}") else value
