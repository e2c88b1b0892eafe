"""`glider version`: which versions of client, operator and CRDs work together here, and whether they should."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Any

import click

from glider_client.cli.examples import examples
from glider_client.cli.options import connection_options, output_option
from glider_client.cli.printing import print_document

if TYPE_CHECKING:
    from glider_client.checks.check import Check
    from glider_client.cluster.client import Cluster
    from glider_client.cluster.operators import Operator


@click.command(epilog=examples("glider version", "glider version --client", "glider version -o json"))
@click.option("--client", "client_only", is_flag=True, help="Ask no cluster.")
@output_option("json", "yaml")
@connection_options
def version(connect: Callable[[], Cluster], client_only: bool, output: str) -> None:
    """Show the versions of glider, of the cluster's operators and of its CRDs, and warn where they don't fit.

    Client and operator fit if they have the same minor version; CRDs, if they have all fields that the client knows.
    """
    own = version_of("glider-client")
    document: dict[str, Any] = {"client": {"version": own, "python": platform.python_version()}}
    if not output:
        click.echo(f"Client:    {own} (Python {document['client']['python']})")
    if not client_only:
        found = _found(connect(), own)
        document |= found
        if not output:
            _print(found)
    if output:
        print_document(document, output)


def _found(cluster: Cluster, own: str) -> dict[str, Any]:
    from glider_client.checks import crds
    from glider_client.checks.check import ask
    from glider_client.cluster.errors import ClusterError
    from glider_client.cluster.operators import operators_of

    server = cluster.get("/version")
    operators = ask(lambda: operators_of(cluster))
    checks = list(crds.check(crds.read(cluster)))
    unknown = str(operators) if isinstance(operators, ClusterError) else ""
    known = () if isinstance(operators, ClusterError) else operators
    return {
        "server": {"version": str(server.get("gitVersion") or ""), "address": cluster.server},
        "operators": [{"namespace": one.namespace, "name": one.name, "version": one.version, "ready": one.ready} for one in known],
        "crds": [{"name": check.name.removeprefix("CRD "), "status": check.status.value, "message": check.message} for check in checks],
        "warnings": [*([f"operators: {unknown}"] if unknown else ()), *skew(own, known), *crd_warnings(checks)],
    }


def skew(own: str, operators: Sequence[Operator]) -> Iterator[str]:
    """A warning for each operator that isn't of the client's minor version."""
    for one in operators:
        if not one.version or _minor(one.version) == _minor(own):
            continue
        older = "glider" if _order(own) < _order(one.version) else "the operator"
        yield f"glider is {own} and the operator {one} is {one.version}: one may not know all fields of the other. Upgrade {older}."


def crd_warnings(checks: Sequence[Check]) -> Iterator[str]:
    """A warning for each CRD that isn't as the client knows it."""
    yield from (check.line for check in checks if check.status.value != "ok")


def _minor(text: str) -> tuple[int, ...]:
    return _order(text)[:2]


def _order(text: str) -> tuple[int, ...]:
    """The numbers of a version, as far as it has some."""
    numbers = text.removeprefix("v").partition("-")[0].partition("+")[0].split(".")
    return tuple(int(number) for number in numbers if number.isdecimal())


def _print(found: dict[str, Any]) -> None:
    click.echo(f"Server:    {found['server']['version']} at {found['server']['address']}")
    for one in found["operators"]:
        click.echo(f"Operator:  {one['version'] or 'of no known version'} ({one['namespace']}/{one['name']}, {one['ready']} ready)")
    if not found["operators"]:
        click.echo("Operator:  none that you may see")
    for one in found["crds"]:
        click.echo(f"CRD:       {one['name']}: {one['message']}")
    for warning in found["warnings"]:
        click.echo(f"{click.style('Warning:', fg='yellow')} {warning}", err=True)
