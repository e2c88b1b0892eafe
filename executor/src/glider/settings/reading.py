"""Where each setting comes from: the environment first, then Flyte's config file, then the default.

`entries` has the table of flytekit's entries; `sources` gives what is found about one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

from glider.settings import entries
from glider.settings.model import (
    S3,
    Azure,
    Code,
    Engine,
    Identity,
    LogFormat,
    LoggingSettings,
    Offloading,
    Reporting,
    SecretsSettings,
    Settings,
    SettingsError,
    StatsdSettings,
    StorageSettings,
)
from glider.settings.sources import Sources, find_config_file, integer, is_true
from glider.wire import contract

_TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
#: What every library for S3 takes for the address of a server.
_URL = re.compile(r"https?://(?:[^\s/@]*@)?(?:\[[0-9A-Fa-f:.%]+\]|[\w.-]+)(?::(?P<port>\d{1,5}))?(?:/\S*)?", re.IGNORECASE)
_LARGEST_PORT = 65_535
_LEVELS = "GLIDER_LOG_LEVELS"
_LEVEL_NAMES = {"debug": 10, "info": 20, "warning": 30, "warn": 30, "error": 40, "critical": 50}


def read_reporting(environment: Mapping[str, str]) -> Reporting:
    """How to report the end. Never fails: a value that makes no sense counts as the default."""
    distributed = bool(_first(environment, "FLYTE_INTERNAL_DIST_ERROR_STRATEGY", "_F_DES"))
    return Reporting(
        under_glider=bool(environment.get(contract.ENV_EXECUTION)),
        termination_log=environment.get(contract.ENV_TERMINATION_LOG) or contract.DEFAULT_TERMINATION_LOG,
        sigterm_means=environment.get(contract.ENV_SIGTERM_MEANS) or contract.DEFAULT_SIGTERM_MEANS,
        fail_on_error=environment.get("FLYTE_FAIL_ON_ERROR", "").lower() in _TRUE,
        distributed=distributed,
        worker=_first(environment, "FLYTE_INTERNAL_WORKER_NAME", "_F_WN") if distributed else environment.get("HOSTNAME", ""),
    )


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Everything else.

    Raises:
        SettingsError: a value can't be understood; the message names its variable.
    """
    sources = Sources(environment=environment, file=find_config_file(environment))
    return Settings(
        execution=environment.get(contract.ENV_EXECUTION, ""),
        inline_inputs=environment.get(contract.ENV_INLINE_INPUTS),
        code=_code(environment),
        scratch=environment.get(contract.ENV_SCRATCH, ""),
        runtime_packages=tuple(environment.get(contract.ENV_RUNTIME_PACKAGES, "").split()),
        serialization_context=environment.get("_F_SS_C", ""),
        offloading=_offloading(environment),
        attempt_timeout=_attempt_timeout(environment),
        outputs=dict(_promised(entry) for entry in environment.get(contract.ENV_OUTPUTS, "").split(",") if entry),
        lazy_imports=is_true(environment.get("GLIDER_LAZY_IMPORTS", "true")),
        identity=_identity(environment),
        storage=_storage(sources),
        secrets=_secrets(sources),
        logging=_logging(environment),
        statsd=_statsd(sources),
    )


def settings_or_default(environment: Mapping[str, str]) -> Settings:
    """For those who only report an end: how to reach a store, and defaults for the rest, where the settings make no sense."""
    try:
        return read_settings(environment)
    except Exception:
        return Settings(storage=_storage_or_unusable(environment))


def _storage_or_unusable(environment: Mapping[str, str]) -> StorageSettings:
    try:
        return _storage(Sources(environment=environment, file=find_config_file(environment)))
    except Exception as error:
        return StorageSettings(unusable=str(error))


def _code(environment: Mapping[str, str]) -> Code | None:
    """The presence of an archive's place asks for it."""
    uri, parts = environment.get(contract.ENV_CODE_URI, ""), environment.get(contract.ENV_CODE_PARTS, "")
    if not (uri or parts):
        return None
    if not (sha256 := environment.get(contract.ENV_CODE_SHA256)):
        raise SettingsError(f"{contract.ENV_CODE_SHA256}: expected the SHA-256 of the task's code, found nothing")
    return Code(sha256=sha256, uri=uri, parts=parts)


def _offloading(environment: Mapping[str, str]) -> Offloading | None:
    """The presence of the lower limit switches it on, as in flytekit."""
    if (least := environment.get("_F_L_MIN_SIZE_MB")) is None:
        return None
    most = environment.get("_F_L_MAX_SIZE_MB", "1000")
    return Offloading(
        least_bytes=integer(least, name="_F_L_MIN_SIZE_MB") << 20,
        most_bytes=integer(most, name="_F_L_MAX_SIZE_MB") << 20,
    )


def _promised(entry: str) -> tuple[str, str]:
    """An output's name, and its type where it is a single value's."""
    name, _, primitive = entry.rpartition(":")
    return (name, primitive) if name and primitive in contract.PRIMITIVES.values() else (entry, "")


def _attempt_timeout(environment: Mapping[str, str]) -> float | None:
    if not (text := environment.get(contract.ENV_ATTEMPT_TIMEOUT)):
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise SettingsError(f'{contract.ENV_ATTEMPT_TIMEOUT}: expected seconds, found "{text}"')
    return seconds


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
        attempt=integer(environment.get(contract.ENV_ATTEMPT) or "0", name=contract.ENV_ATTEMPT),
    )


def _storage(sources: Sources) -> StorageSettings:
    engine = sources.environment.get("GLIDER_STORAGE_ENGINE") or Engine.OBSTORE.value
    if engine not in [known.value for known in Engine]:
        raise SettingsError(f'GLIDER_STORAGE_ENGINE: expected "obstore" or "fsspec", found "{engine}"')
    return StorageSettings(
        engine=Engine(engine),
        configured=sources.environment.get(contract.ENV_STORAGE) != contract.STORAGE_NONE,
        attach_metadata=sources.flag(entries.ATTACH_EXECUTION_METADATA) is not False,
        s3=_s3(sources),
        azure=Azure(
            account_name=sources.text(entries.AZURE_ACCOUNT_NAME),
            account_key=sources.text(entries.AZURE_ACCOUNT_KEY),
            tenant_id=sources.text(entries.AZURE_TENANT_ID),
            client_id=sources.text(entries.AZURE_CLIENT_ID),
            client_secret=sources.text(entries.AZURE_CLIENT_SECRET),
        ),
    )


def _s3(sources: Sources) -> S3:
    return S3(
        endpoint=_endpoint(sources),
        access_key_id=_word(sources, entries.AWS_ACCESS_KEY_ID),
        secret_access_key=_word(sources, entries.AWS_SECRET_ACCESS_KEY),
        region=_first(sources.environment, "AWS_REGION", "AWS_DEFAULT_REGION") or S3().region,
        addressing_style=_addressing_style(sources),
        retries=_at_least_zero(sources, entries.AWS_RETRIES, sources.integer(entries.AWS_RETRIES)),
        backoff_seconds=_at_least_zero(sources, entries.AWS_BACKOFF_SECONDS, sources.number(entries.AWS_BACKOFF_SECONDS)),
    )


def _word(sources: Sources, entry: entries.Entry) -> str | None:
    """Without the line end that `echo key | base64` leaves in a Secret."""
    return (sources.text(entry) or "").strip() or None


def _endpoint(sources: Sources) -> str | None:
    found, text = sources.find(entries.AWS_ENDPOINT), _word(sources, entries.AWS_ENDPOINT)
    if found is None or text is None:
        return None
    url = _URL.fullmatch(text)
    if url is None or int(url["port"] or 0) > _LARGEST_PORT:
        raise SettingsError(f'{found.where}: expected a URL such as http://minio:9000 or https://s3.example.com, found "{text}"')
    return text


def _addressing_style(sources: Sources) -> str | None:
    found, text = sources.find(entries.AWS_ADDRESSING_STYLE), _word(sources, entries.AWS_ADDRESSING_STYLE)
    if found is not None and text not in (None, "virtual", "path", "auto"):
        raise SettingsError(f'{found.where}: expected "virtual", "path" or "auto", found "{text}"')
    return text


_Number = TypeVar("_Number", int, float)


def _at_least_zero(sources: Sources, entry: entries.Entry, number: _Number | None) -> _Number | None:
    found = sources.find(entry)
    if found is not None and number is not None and not 0 <= number < float("inf"):
        raise SettingsError(f'{found.where}: expected a number of 0 or more, found "{found.text}"')
    return number


def _secrets(sources: Sources) -> SecretsSettings:
    defaults = SecretsSettings()
    return SecretsSettings(
        env_prefix=(sources.text(entries.SECRETS_ENV_PREFIX) or defaults.env_prefix).strip(),
        default_dir=(sources.text(entries.SECRETS_DEFAULT_DIR) or defaults.default_dir).strip(),
        file_prefix=(sources.text(entries.SECRETS_FILE_PREFIX) or defaults.file_prefix).strip(),
    )


def _logging(environment: Mapping[str, str]) -> LoggingSettings:
    defaults = LoggingSettings()
    return LoggingSettings(
        level=_level(environment, "FLYTE_SDK_LOGGING_LEVEL", default=defaults.level),
        developer_level=_level(environment, "FLYTE_SDK_DEV_LOGGING_LEVEL", default=defaults.developer_level),
        format=_log_format(environment),
        levels=_levels(environment.get(_LEVELS, "")),
    )


def _log_format(environment: Mapping[str, str]) -> LogFormat:
    """Everything but flytekit's `json` is plain text there; FLYTE_SDK_RICH_TRACEBACKS=0 is its way to do without rich."""
    asked = environment.get("FLYTE_SDK_LOGGING_FORMAT", "json")
    if asked == "rich" and environment.get("FLYTE_SDK_RICH_TRACEBACKS") != "0":
        return LogFormat.RICH
    return LogFormat.JSON if asked == "json" else LogFormat.PLAIN


def _levels(text: str) -> dict[str, int]:
    """`name=LEVEL,…`; the root logger is `root`."""
    levels = {}
    for entry in filter(None, (entry.strip() for entry in text.split(","))):
        name, equals, level = (part.strip() for part in entry.partition("="))
        number = _LEVEL_NAMES.get(level.lower(), int(level) if level.isdecimal() else None)
        if not name or not equals or number is None:
            raise SettingsError(f'{_LEVELS}: expected name=LEVEL between commas, such as "botocore=DEBUG", found "{entry}"')
        levels[name] = number
    return levels


def _statsd(sources: Sources) -> StatsdSettings:
    defaults = StatsdSettings()
    host = sources.text(entries.STATSD_HOST) or sources.text(entries.SECRETS_HOST)
    port = sources.integer(entries.STATSD_PORT) or sources.integer(entries.SECRETS_PORT)
    disabled = (sources.flag(entry) for entry in (entries.STATSD_DISABLED, entries.SECRETS_DISABLED))
    tags_disabled = (sources.flag(entry) for entry in (entries.STATSD_NO_TAGS, entries.SECRETS_NO_TAGS))
    return StatsdSettings(
        host=host or defaults.host,
        port=port or defaults.port,
        configured=host is not None or port is not None,
        disabled=next((flag for flag in disabled if flag is not None), False),
        tags_disabled=next((flag for flag in tags_disabled if flag is not None), False),
    )


def _level(environment: Mapping[str, str], name: str, *, default: int) -> int:
    text = environment.get(name)
    if not text:
        return default
    return _LEVEL_NAMES[text.lower()] if text.lower() in _LEVEL_NAMES else integer(text, name=name)


def _first(environment: Mapping[str, str], *names: str) -> str:
    return next((environment[name] for name in names if name in environment), "")
