"""The command line: `glider-admin`."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import click

from glider.wire.jsonform import FieldError
from glider_admin.data.files import read_key
from glider_admin.server import serve
from glider_admin.settings import load_settings
from glider_client.cluster.errors import ClusterError
from glider_client.cluster.in_cluster import FOLDER, in_cluster_config
from glider_client.cluster.kubeconfig import load_config
from glider_core.config.logs import JsonFormatter, log_to_standard_error

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "GLIDER_ADMIN"})
@click.option("--config", "config_file", type=_FILE, envvar="GLIDER_ADMIN_CONFIG", help="Its settings, a YAML file. All keys are optional.")
@click.option("--kubeconfig", type=_FILE, help="The cluster, and the front's own credential. Default: the pod's service account.")
@click.option("--check", is_flag=True, help="Only check the settings; exit code 1, and why, where they can't be used.")
@click.version_option(package_name="glider-admin")
def main(config_file: Path | None, kubeconfig: Path | None, check: bool) -> None:
    """Serve flytekit's own clients: each call with its caller's own rights."""
    try:
        settings = load_settings(config_file)
        if settings.uploads.key_file is not None:
            read_key(settings.uploads.key_file)
        if check:
            click.echo(f"{config_file or 'the default settings'}: can be used")
            return
        own = load_config(os.environ, kubeconfig=kubeconfig, context=None) if kubeconfig else in_cluster_config(os.environ, folder=FOLDER)
    except (FieldError, ClusterError) as error:
        raise click.ClickException(str(error)) from error
    if own is None:
        raise click.ClickException("this isn't a pod. Pass --kubeconfig FILE.")
    log_to_standard_error(settings.logging, json_lines=JsonFormatter())
    try:
        asyncio.run(serve(settings, own))
    except FieldError as error:
        raise click.ClickException(f"{config_file or 'the default settings'}: {error}") from error
