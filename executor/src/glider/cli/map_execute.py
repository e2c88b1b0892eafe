"""glider-map-execute: runs one element of a map task. Every option of flytekit 1.16's pyflyte-map-execute, and the
`--experimental` of the flytekits (to 1.10) in which array nodes were new: there the flag chose the resolver.
"""

from __future__ import annotations

from typing import Any

import click

from glider.cli.options import invocation, task_options
from glider.invocation import Invocation
from glider.loading.mapping import ARRAY_NODE_RESOLVER
from glider.loading.target import Mapped, Reference


@click.command("glider-map-execute")
@click.option("--max-concurrency", type=int, help="Passed to the resolver; the control plane decides how many run at once.")
@click.option("--resolver", required=True, help="Dotted path of the map task resolver.")
@click.option("--experimental", is_flag=True, hidden=True)
@task_options
def map_execute(
    *, max_concurrency: int | None, resolver: str, experimental: bool, resolver_args: tuple[str, ...], **options: Any
) -> Invocation:
    """Run one element of a map task: the one that BATCH_JOB_ARRAY_INDEX_VAR_NAME and ..._OFFSET say."""
    resolver = ARRAY_NODE_RESOLVER if experimental else resolver
    reference = Reference(resolver=resolver, arguments=resolver_args, mapped=Mapped(max_concurrency=max_concurrency))
    return invocation(reference=reference, **options)
