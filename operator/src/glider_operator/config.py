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
from glider_operator.model.policies import Policies, parse_policies
from glider_operator.model.retrying import Retries, parse_retries
from glider_operator.model.task import Json, Storage, parse_env, parse_storage

#: The restricted Pod Security Standard; 65532 is "nonroot" in distroless and Chainguard images.
POD_SECURITY: Json = {
    "runAsNonRoot": True,
    "runAsUser": 65532,
    "runAsGroup": 65532,
    "fsGroup": 65532,
    "seccompProfile": {"type": "RuntimeDefault"},
}
HEALTH_ADDRESS = "0.0.0.0:8081"
METRICS_ADDRESS = "0.0.0.0:8080"
CONTAINER_SECURITY: Json = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


@dataclass(frozen=True, kw_only=True, slots=True)
class Executor:
    """The executor that is brought into each pod. `python` is the interpreter's name in the tasks' images."""

    image: str = "glider-executor:dev"
    image_pull_policy: str | None = None
    python: str = "python3"


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskPod:
    """What all pods of tasks have in common. `env_from` is core/v1 EnvFromSource, for the object store's credentials.

    The security contexts replace the restricted ones as a whole; empty ones, as in a chart's values, leave them.
    """

    env: tuple[Json, ...] = ()
    env_from: tuple[Json, ...] = ()
    security_context: Json = field(default_factory=lambda: POD_SECURITY)
    container_security_context: Json = field(default_factory=lambda: CONTAINER_SECURITY)
    service_account_name: str | None = None


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
    policies: Policies = field(default_factory=Policies)
    executor: Executor = field(default_factory=Executor)
    task_pod: TaskPod = field(default_factory=TaskPod)
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
        policies=parse_policies(fields),
        executor=_parse_executor(fields.object("executor")),
        task_pod=_parse_task_pod(fields.object("taskPod")),
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


def _parse_task_pod(fields: Fields) -> TaskPod:
    task_pod = TaskPod(
        env=parse_env(fields),
        env_from=fields.objects("envFrom"),
        security_context=fields.mapping("securityContext") or POD_SECURITY,
        container_security_context=fields.mapping("containerSecurityContext") or CONTAINER_SECURITY,
        service_account_name=fields.text("serviceAccountName") or None,
    )
    fields.done()
    return task_pod


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
