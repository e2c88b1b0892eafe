"""`glider-operator`: runs the operator, in the cluster or beside it."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from dataclasses import replace
from pathlib import Path

import click
from kubernetes.config import ConfigException

from glider.wire.jsonform import FieldError
from glider_operator.app.logs import set_up_logging
from glider_operator.app.operator import Operator
from glider_operator.config import load_config
from glider_operator.config.reload import ConfigFile
from glider_operator.leading.elector import LeadershipLost

logger = logging.getLogger(__name__)

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", "config_file", type=_FILE, help="The operator's settings, a YAML file. All keys are optional.")
@click.option("--kubeconfig", type=_FILE, help="The cluster to serve. Default: the one that this runs in, or else $KUBECONFIG's.")
@click.option("--namespace", "namespaces", multiple=True, help="Serve this namespace only. Repeat for several. Default: all.")
@click.version_option(package_name="glider-operator")
def main(config_file: Path | None, kubeconfig: Path | None, namespaces: tuple[str, ...]) -> None:
    """Run TaskExecutions: one pod for each attempt, and what became of it in their status."""
    try:
        config = load_config(config_file)
        file = None if config_file is None else ConfigFile(config_file, config)
    except FieldError as error:
        raise click.ClickException(f"{config_file}: {error}") from error
    if namespaces:
        config = replace(config, watch_namespaces=namespaces)
    set_up_logging(config.logging)
    try:
        operator = Operator(config, file=file, kubeconfig=kubeconfig)
    except ConfigException as error:
        raise click.ClickException(f"no cluster to serve: {error}. Pass --kubeconfig FILE.") from error
    _collect_garbage_rarely()
    try:
        asyncio.run(operator.run())
    except LeadershipLost as error:
        logger.warning("ending, to come back as one of those that wait: %s", error)
        sys.exit(1)
    except Exception:
        logger.exception("ending, to be started again")
        sys.exit(1)


def _collect_garbage_rarely() -> None:
    """What was imported stays, so no collection need look at it; and JSON is many objects, hardly any of which are ever in a cycle.

    By default collections take a tenth of the operator's CPU under load.
    """
    gc.freeze()
    gc.set_threshold(20_000)
