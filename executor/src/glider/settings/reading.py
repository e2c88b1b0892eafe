"""Where each setting comes from: the environment first, then Flyte's config file, then the default.

A legacy entry of flytekit's config is the variable FLYTE_<SECTION>_<OPTION> (flytekit/configuration/internal.py).
Statsd is the odd one: flytekit declares it in the section `secrets`, so it reads FLYTE_SECRETS_HOST and the like; here
FLYTE_STATSD_* comes first and those names are aliases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from glider.settings.files import ConfigFile, find_config_file
from glider.settings.model import (
    S3,
    Azure,
    Engine,
    Identity,
    LoggingSettings,
    Offloading,
    Reporting,
    Settings,
    SettingsError,
    StatsdSettings,
    StorageSettings,
)
from glider.wire import contract

_TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
_FALSE = frozenset({"0", "false", "f", "no", "n", "off", ""})
_LEVEL_NAMES = {"debug": 10, "info": 20, "warning": 30, "warn": 30, "error": 40, "critical": 50}


def read_reporting(environment: Mapping[str, str]) -> Reporting:
    """How to tell the end. Never fails: a value that makes no sense counts as the default."""
    distributed = bool(_first(environment, "FLYTE_INTERNAL_DIST_ERROR_STRATEGY", "_F_DES"))
    return Reporting(
        under_glider=bool(environment.get(contract.ENV_EXECUTION)),
        termination_log=environment.get(contract.ENV_TERMINATION_LOG) or contract.DEFAULT_TERMINATION_LOG,
        fail_on_error=environment.get("FLYTE_FAIL_ON_ERROR", "").lower() in _TRUE,
        distributed=distributed,
        worker=_first(environment, "FLYTE_INTERNAL_WORKER_NAME", "_F_WN") if distributed else environment.get("HOSTNAME", ""),
    )


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Everything else.

    Raises:
        SettingsError: a value can't be understood; the message names its variable.
    """
    source = _Source(environment=environment, file=find_config_file(environment))
    return Settings(
        execution=environment.get(contract.ENV_EXECUTION, ""),
        inline_inputs=environment.get(contract.ENV_INLINE_INPUTS),
        runtime_packages=tuple(environment.get("_F_RUNTIME_PACKAGES", "").split()),
        serialization_context=environment.get("_F_SS_C", ""),
        offloading=_offloading(environment),
        identity=_identity(environment),
        storage=_storage(source),
        logging=_logging(environment),
        statsd=_statsd(source),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Source:
    """The environment and the config file behind it."""

    environment: Mapping[str, str]
    file: ConfigFile

    def entry(self, section: str, option: str, *, yaml_path: str | None = None) -> str | None:
        """A legacy entry of flytekit's config; an empty value counts as none."""
        name = f"FLYTE_{section}_{option}".upper()
        return self.environment.get(name) or self.file.get(section=section, option=option, yaml_path=yaml_path) or None


def _offloading(environment: Mapping[str, str]) -> Offloading | None:
    """The presence of the lower limit switches it on, as in flytekit."""
    if (least := environment.get("_F_L_MIN_SIZE_MB")) is None:
        return None
    most = environment.get("_F_L_MAX_SIZE_MB", "1000")
    return Offloading(
        least_bytes=_integer(least, name="_F_L_MIN_SIZE_MB") << 20,
        most_bytes=_integer(most, name="_F_L_MAX_SIZE_MB") << 20,
    )


def _identity(environment: Mapping[str, str]) -> Identity:
    execution, task = "FLYTE_INTERNAL_EXECUTION_", "FLYTE_INTERNAL_TASK_"
    return Identity(
        execution_project=_first(environment, f"{execution}PROJECT", "_F_PRJ"),
        execution_domain=_first(environment, f"{execution}DOMAIN", "_F_DM"),
        execution_name=_first(environment, f"{execution}ID", "_F_NM"),
        workflow=_first(environment, f"{execution}WORKFLOW", "_F_WF"),
        launch_plan=_first(environment, f"{execution}LAUNCHPLAN", "_F_LP"),
        task_project=_first(environment, f"{task}PROJECT", "_F_TK_PRJ"),
        task_domain=_first(environment, f"{task}DOMAIN", "_F_TK_DM"),
        task_name=_first(environment, f"{task}NAME", "_F_TK_NM"),
        task_version=_first(environment, f"{task}VERSION", "_F_TK_V"),
        attempt=_integer(environment.get(contract.ENV_ATTEMPT) or "0", name=contract.ENV_ATTEMPT),
    )


def _storage(source: _Source) -> StorageSettings:
    engine = source.environment.get("GLIDER_STORAGE_ENGINE") or Engine.OBSTORE.value
    if engine not in [known.value for known in Engine]:
        raise SettingsError(f'GLIDER_STORAGE_ENGINE: expected "obstore" or "fsspec", found "{engine}"')
    return StorageSettings(
        engine=Engine(engine),
        configured=source.environment.get(contract.ENV_STORAGE) != contract.STORAGE_NONE,
        s3=_s3(source),
        azure=Azure(
            account_name=source.entry("azure", "storage_account_name"),
            account_key=source.entry("azure", "storage_account_key"),
            tenant_id=source.entry("azure", "tenant_id"),
            client_id=source.entry("azure", "client_id"),
            client_secret=source.entry("azure", "client_secret"),
        ),
    )


def _s3(source: _Source) -> S3:
    retries = source.entry("aws", "retries")
    backoff = source.entry("aws", "backoff_seconds")
    return S3(
        endpoint=source.entry("aws", "endpoint", yaml_path="storage.connection.endpoint"),
        access_key_id=source.entry("aws", "access_key_id", yaml_path="storage.connection.access-key"),
        secret_access_key=source.entry("aws", "secret_access_key", yaml_path="storage.connection.secret-key"),
        region=_first(source.environment, "AWS_REGION", "AWS_DEFAULT_REGION") or S3().region,
        addressing_style=source.entry("aws", "addressing_style", yaml_path="storage.connection.addressing-style"),
        retries=None if retries is None else _integer(retries, name="FLYTE_AWS_RETRIES"),
        backoff_seconds=None if backoff is None else _number(backoff, name="FLYTE_AWS_BACKOFF_SECONDS"),
    )


def _logging(environment: Mapping[str, str]) -> LoggingSettings:
    defaults = LoggingSettings()
    return LoggingSettings(
        level=_level(environment, "FLYTE_SDK_LOGGING_LEVEL", default=defaults.level),
        developer_level=_level(environment, "FLYTE_SDK_DEV_LOGGING_LEVEL", default=defaults.developer_level),
        json=environment.get("FLYTE_SDK_LOGGING_FORMAT", "json") == "json",
    )


def _statsd(source: _Source) -> StatsdSettings:
    def entry(option: str) -> tuple[str, str] | None:
        for section in ("statsd", "secrets"):
            if (value := source.entry(section, option)) is not None:
                return f"FLYTE_{section}_{option}".upper(), value
        return None

    defaults = StatsdSettings()
    host, port = entry("host"), entry("port")
    return StatsdSettings(
        host=host[1] if host else defaults.host,
        port=_integer(port[1], name=port[0]) if port else defaults.port,
        configured=host is not None or port is not None,
        disabled=_flag(entry("disabled")),
        tags_disabled=_flag(entry("disable_tags")),
    )


def _flag(found: tuple[str, str] | None) -> bool:
    if found is None:
        return False
    name, text = found
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise SettingsError(f'{name}: expected true or false, found "{text}"')


def _level(environment: Mapping[str, str], name: str, *, default: int) -> int:
    text = environment.get(name)
    if not text:
        return default
    return _LEVEL_NAMES[text.lower()] if text.lower() in _LEVEL_NAMES else _integer(text, name=name)


def _integer(text: str, *, name: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise SettingsError(f'{name}: expected an integer, found "{text}"') from None


def _number(text: str, *, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SettingsError(f'{name}: expected a number, found "{text}"') from None


def _first(environment: Mapping[str, str], *names: str) -> str:
    return next((environment[name] for name in names if name in environment), "")
