"""The operator's own settings, from one YAML file. Every key is optional, and an unknown one is an error.

Names are those of JobSet's and Kueue's configuration where they mean the same. `docs/api.md` lists them all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from glider.wire.jsonform import FieldError
from glider_operator.model.fields import Fields
from glider_operator.model.platform import Platform, parse_platform
from glider_operator.model.pod_settings import PodSettings, parse_pod_settings
from glider_operator.model.task import Retries, Storage, parse_retries, parse_storage

HEALTH_ADDRESS = "0.0.0.0:8081"
METRICS_ADDRESS = "0.0.0.0:8080"


@dataclass(frozen=True, kw_only=True, slots=True)
class Executor:
    """The executor that is brought into each pod. `python` is the interpreter's name in the tasks' images."""

    image: str = "glider-executor:dev"
    image_pull_policy: str | None = None
    python: str = "python3"


@dataclass(frozen=True, kw_only=True, slots=True)
class Statsd:
    """Where tasks send their metrics."""

    host: str
    port: int = 8125


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientConnection:
    """How fast the operator may call the API server: requests a second, and how many at once after a pause."""

    qps: float = 100
    burst: int = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Logging:
    """`level` as Python's logging calls it; `format` is plain or json."""

    level: str = "INFO"
    format: str = "plain"


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """All settings of the operator."""

    storage: Storage = field(default_factory=Storage)
    retries: Retries = field(default_factory=Retries)
    executor: Executor = field(default_factory=Executor)
    task_pod: PodSettings = field(default_factory=PodSettings)
    platform: Platform = field(default_factory=Platform)
    statsd: Statsd | None = None
    client_connection: ClientConnection = field(default_factory=ClientConnection)
    health_address: str = HEALTH_ADDRESS
    metrics_address: str = METRICS_ADDRESS
    watch_namespaces: tuple[str, ...] = ()
    logging: Logging = field(default_factory=Logging)


def load_config(path: Path | None) -> Config:
    """The configuration in the file at `path`; the defaults where there is none.

    Raises:
        FieldError: a key is unknown or of another form.
        OSError: the file can't be read.
    """
    if path is None:
        return Config()
    try:
        return parse_config(yaml.safe_load(path.read_text()))
    except yaml.YAMLError as error:
        raise FieldError(str(path), expected="YAML", found=str(error)) from error


def parse_config(document: Any) -> Config:
    """The configuration from its JSON form.

    Raises:
        FieldError: a key is unknown or of another form.
    """
    fields = Fields(document, path="")
    config = Config(
        storage=parse_storage(fields.object("storage")),
        retries=parse_retries(fields.object("retries")),
        executor=_parse_executor(fields.object("executor")),
        task_pod=_parse_task_pod(fields.object("taskPod")),
        platform=parse_platform(fields),
        statsd=_parse_statsd(fields.object("statsd")),
        client_connection=_parse_client_connection(fields.object("clientConnection")),
        health_address=_parse_address(fields.object("health"), HEALTH_ADDRESS),
        metrics_address=_parse_address(fields.object("metrics"), METRICS_ADDRESS),
        watch_namespaces=fields.texts("watchNamespaces"),
        logging=_parse_logging(fields.object("logging")),
    )
    fields.done()
    return config


def _parse_executor(fields: Fields) -> Executor:
    default = Executor()
    executor = Executor(
        image=fields.text("image") or default.image,
        image_pull_policy=fields.choice("imagePullPolicy", "Always", "IfNotPresent", "Never"),
        python=fields.text("python") or default.python,
    )
    fields.done()
    return executor


def _parse_task_pod(fields: Fields) -> PodSettings:
    settings = parse_pod_settings(fields)
    fields.done()
    return settings


def _parse_statsd(fields: Fields) -> Statsd | None:
    host, port = fields.text("host"), fields.count("port")
    fields.done()
    return Statsd(host=host, port=port or 8125) if host else None


def _parse_client_connection(fields: Fields) -> ClientConnection:
    default = ClientConnection()
    connection = ClientConnection(
        qps=fields.number("qps", least=1) or default.qps,
        burst=fields.count("burst") or default.burst,
    )
    fields.done()
    return connection


def _parse_address(fields: Fields, default: str) -> str:
    address = fields.text("bindAddress") or default
    host, _, port = address.rpartition(":")
    if not port.isdigit():
        raise FieldError(fields.path("bindAddress"), expected="host:port such as 0.0.0.0:8080", found=address)
    fields.done()
    return f"{host or '0.0.0.0'}:{port}"


def _parse_logging(fields: Fields) -> Logging:
    default = Logging()
    logging = Logging(
        level=fields.choice("level", "DEBUG", "INFO", "WARNING", "ERROR") or default.level,
        format=fields.choice("format", "plain", "json") or default.format,
    )
    fields.done()
    return logging
