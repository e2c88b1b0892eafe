"""`glider-operator`: runs the operator, in the cluster or beside it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import sys
from dataclasses import replace
from pathlib import Path

import click
from kubernetes.config import ConfigException

from glider.wire.jsonform import FieldError
from glider_core.config import Config
from glider_core.config.loading import health_address_of
from glider_core.config.model import Logging
from glider_core.kube.credentials import configuration_of
from glider_operator.leaderelection.elector import LeadershipLost
from glider_operator.startup.access import AccessChangedError
from glider_operator.startup.operator import Operator
from glider_operator.startup.own_pod import warn_about_configuration
from glider_operator.startup.reload import ConfigFile
from glider_operator.startup.signals import end_on_signals
from glider_operator.startup.unconfigured import wait_for_configuration
from glider_operator.telemetry.logs import set_up_logging

logger = logging.getLogger(__name__)

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", "config_file", type=_FILE, help="The operator's settings, a YAML file. All keys are optional.")
@click.option("--kubeconfig", type=_FILE, help="The cluster to serve. Default: the one that this runs in, or else $KUBECONFIG's.")
@click.option("--namespace", "namespaces", multiple=True, help="Serve this namespace only. Repeat for several. Default: all.")
@click.option("--check", "checked_file", type=_FILE, help="Only check this configuration; exit code 1, and why, where it can't be used.")
@click.option(
    "--last-good",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep a copy of the last good configuration here. Where --config can't be used at the start, the copy is used; without one the "
    "operator waits for a configuration that can, not ready, instead of ending.",
)
@click.version_option(package_name="glider-operator")
def main(
    config_file: Path | None, kubeconfig: Path | None, namespaces: tuple[str, ...], checked_file: Path | None, last_good: Path | None
) -> None:
    """Run TaskExecutions: one pod for each attempt, and its outcome in the status."""
    if checked_file is not None:
        _load(checked_file)
        click.echo(f"{checked_file}: can be used")
        return
    file = None if config_file is None else _load(config_file, last_good=last_good, kubeconfig=kubeconfig)
    _collect_garbage_rarely()
    while not _serve(file, kubeconfig=kubeconfig, namespaces=namespaces):
        logger.info("restarting")


def _serve(file: ConfigFile | None, *, kubeconfig: Path | None, namespaces: tuple[str, ...]) -> bool:
    """Run the operator to its end; false where it has to start again, because access to a namespace changed."""
    config = Config() if file is None else file.config
    if namespaces:
        config = replace(config, watch_namespaces=namespaces)
    set_up_logging(config.logging)
    end_on_signals()  # waiting for a configuration, and an earlier run, had handlers of their own
    try:
        operator = Operator(config, file=file, kubeconfig=kubeconfig)
    except ConfigException as error:
        raise click.ClickException(f"no cluster to serve: {error}. Pass --kubeconfig FILE.") from error
    try:
        asyncio.run(operator.run())
    except AccessChangedError as change:
        logger.warning("%s", change)
        return False
    except LeadershipLost as error:
        logger.warning("stopping, to restart as a standby: %s", error)
        sys.exit(1)
    except Exception:
        logger.exception("stopping, to be restarted")
        sys.exit(1)
    return True


def _load(path: Path, *, last_good: Path | None = None, kubeconfig: Path | None = None) -> ConfigFile:
    """The configuration in `path`, or an older one; without one it is waited for."""
    try:
        return ConfigFile.open(path, last_good=last_good)
    except FieldError as error:
        if last_good is None:
            raise click.ClickException(str(error)) from error
    set_up_logging(Logging(format="json"))  # the chart's format; the file can't be read

    async def warn(problem: str) -> None:
        with contextlib.suppress(ConfigException):
            await warn_about_configuration(configuration_of(kubeconfig), problem)

    address = health_address_of(path.read_bytes())
    file = asyncio.run(wait_for_configuration(path, last_good=last_good, address=address, refuse=warn))
    if file is None:
        sys.exit(0)
    return file


def _collect_garbage_rarely() -> None:
    """Imported modules stay, so collections may skip them; and JSON makes many objects, hardly any of which are ever in a cycle.

    By default collections take a tenth of the operator's CPU under load.
    """
    gc.freeze()
    gc.set_threshold(20_000)
