"""`glider token`: the token of the kubeconfig's user, as flytekit's and flytectl's ExternalCommand runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from glider_client.cli.examples import examples
from glider_client.cli.options import cluster_options

if TYPE_CHECKING:
    from glider_client.cluster.client import Cluster


@click.command(epilog=examples("glider token", "glider token --service-account ci -n ml"))
@click.option(
    "--service-account",
    metavar="NAME",
    envvar="GLIDER_SERVICE_ACCOUNT",
    help="Ask for a token of this service account, of an hour: for users with a client certificate. NAMESPACE/NAME works, too.",
)
@cluster_options
def token(cluster: Cluster, service_account: str | None) -> None:
    """Print the token of the kubeconfig's user, as the command of admin.authType: ExternalCommand.

    A program that the kubeconfig names to log in is run. A client certificate can't be sent on: pass --service-account.
    """
    from glider_client.cluster.bearer import Bearer

    click.echo(Bearer(cluster.config, account=service_account or "").current())
