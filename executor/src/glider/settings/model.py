"""The executor's settings. Values only: where they come from is `reading`'s business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum


class SettingsError(Exception):
    """A setting that can't be understood; the message names the variable, what was expected and what was found."""


class Engine(str, Enum):
    """What moves the bytes of remote stores: obstore where it can, or fsspec for everything."""

    OBSTORE = "obstore"
    FSSPEC = "fsspec"


class LogFormat(str, Enum):
    """What a line of log looks like: one JSON object, plain text, or coloured where rich is installed."""

    JSON = "json"
    PLAIN = "plain"
    RICH = "rich"


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Which execution of which task this is; a name that nobody gave is empty."""

    execution_project: str = ""
    execution_domain: str = ""
    execution_name: str = ""
    workflow: str = ""
    launch_plan: str = ""
    task_project: str = ""
    task_domain: str = ""
    task_name: str = ""
    task_version: str = ""
    attempt: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class S3:
    """How to reach S3. None means: as the AWS default chain and environment configure it."""

    endpoint: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None
    region: str = "us-east-1"
    addressing_style: str | None = None
    retries: int | None = None
    backoff_seconds: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Azure:
    """How to reach Azure Blob Storage. None means: as the environment configures it."""

    account_name: str | None = None
    account_key: str | None = None
    tenant_id: str | None = None
    client_id: str | None = None
    client_secret: str | None = None

    def options(self) -> dict[str, str]:
        """What is set, by the names that both adlfs and obstore have for it."""
        return {option.name: value for option in fields(self) if (value := getattr(self, option.name))}


@dataclass(frozen=True, kw_only=True, slots=True)
class StorageSettings:
    """How data moves.

    `configured` is False where there is no object store, so that nothing may be offloaded. `attach_metadata`: objects carry
    the execution's names. `anonymous`: requests aren't signed. `unusable`: why no remote store can be reached with these.
    """

    engine: Engine = Engine.OBSTORE
    configured: bool = True
    attach_metadata: bool = True
    anonymous: bool = False
    unusable: str = ""
    s3: S3 = field(default_factory=S3)
    azure: Azure = field(default_factory=Azure)


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggingSettings:
    """Levels are logging's numbers; `levels` are those of single loggers, by name, and go before the others."""

    level: int = 30
    developer_level: int = 20
    format: LogFormat = LogFormat.JSON
    levels: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class StatsdSettings:
    """Where metrics go. `configured` is true where somebody named a host or a port."""

    host: str = "localhost"
    port: int = 8125
    configured: bool = False
    disabled: bool = False
    tags_disabled: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretsSettings:
    """Where secrets are: in variables that start with `env_prefix`, and in files below `default_dir`."""

    env_prefix: str = "_FSEC_"
    default_dir: str = "/etc/secrets"
    file_prefix: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offloading:
    """From which size on a literal is stored apart from outputs.pb, and from which on it is too large for that too."""

    least_bytes: int
    most_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """The task's code, where it isn't in the image: an archive at `uri`, or in slices in the folder `parts`."""

    sha256: str
    uri: str = ""
    parts: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reporting:
    """How an attempt reports its end. Read apart from the rest and without fail: it is needed to report that the rest is wrong."""

    under_glider: bool
    termination_log: str
    sigterm_means: str
    fail_on_error: bool
    distributed: bool
    worker: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """All of it. `inline_inputs` is base64 of a LiteralMap; `runtime_packages` is for pip; `offloading` is None where it is off;
    `attempt_timeout` are seconds from the container's start, or None. `outputs` are those that the interface promises: each name
    with its type, where that is a single value's, else with nothing. `lazy_imports`: what flytekit imports and may never use is
    imported when it is used. `scratch` is a folder that the attempt may write to, "" where none is named.
    """

    execution: str = ""
    inline_inputs: str | None = None
    code: Code | None = None
    scratch: str = ""
    runtime_packages: tuple[str, ...] = ()
    serialization_context: str = ""
    offloading: Offloading | None = None
    attempt_timeout: float | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)
    lazy_imports: bool = True
    identity: Identity = field(default_factory=Identity)
    storage: StorageSettings = field(default_factory=StorageSettings)
    secrets: SecretsSettings = field(default_factory=SecretsSettings)
    logging: LoggingSettings = field(default_factory=LoggingSettings)
    statsd: StatsdSettings = field(default_factory=StatsdSettings)
