"""`glider doctor`: checks all that a run needs, from the API server to the user's rights; each line is OK or has what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import click

from glider_client.checks.check import Check, Status, is_healthy
from glider_client.checks.examining import examine
from glider_client.cli.examples import examples
from glider_client.cli.options import Duration, cluster_options, output_option
from glider_client.cli.printing import print_document
from glider_client.cluster.client import Cluster
from glider_client.code.parts import VARIABLE

_COLORS = {Status.OK: "green", Status.WARNING: "yellow", Status.PROBLEM: "red"}


@click.command(
    short_help="Check what runs need: API server, CRDs, operators, rights.",
    epilog=examples(
        "glider doctor", "glider doctor -n team-a --as ann", "glider doctor --run --storage s3://bucket/glider", "glider doctor -o json"
    ),
)
@click.option("--storage", metavar="URI", envvar=VARIABLE, help=f"Check that this store can be written from here. Default: ${VARIABLE}.")
@click.option(
    "--history-prefix", "history", metavar="URI", help="Check that below it objects can be written, read, listed and deleted from here."
)
@click.option("--run", "probes", is_flag=True, help="Also run a small task, show what its pod sees, and remove it.")
@click.option("--timeout", type=Duration(), default="2m", metavar="DURATION", help="How long that task may take. Default: 2m.")
@output_option("json", "yaml")
@cluster_options
def doctor(cluster: Cluster, storage: str | None, history: str | None, probes: bool, timeout: timedelta, output: str) -> None:
    """Check what runs need, and show what to do about each problem.

    Checks the API server, the CRDs and their fields, the operators (whether they are ready, which one leads, what they serve),
    executions that no operator serves, the namespace with its quotas, and your own rights in it. Exits with 1 if there is a problem.

    --run creates something: a task in the namespace, of the default image, which tries DNS, clock, store and statsd from its pod. It
    is removed in the end, also after Ctrl-C.
    """
    checks: list[Check] = []
    for check in examine(
        cluster,
        now=lambda: datetime.now(UTC),
        storage=storage or "",
        history=history or "",
        run_for=timeout.total_seconds() if probes else None,
    ):
        if not output:
            _show(check, after=checks)
        checks.append(check)
    healthy = is_healthy(checks)
    if output:
        print_document({"healthy": healthy, "checks": [check.document for check in checks]}, output)
    raise SystemExit(0 if healthy else 1)


def _show(check: Check, *, after: Sequence[Check]) -> None:
    """A line; what to do is left out where the line before has the same."""
    repeated = bool(after) and check.next_step == after[-1].next_step
    line = f"{check.name}: {check.message}" if repeated else check.line
    click.echo(f"{click.style(f'{check.status.upper():<8}', fg=_COLORS[check.status])} {line}")
