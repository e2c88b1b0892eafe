"""Every entry of flytekit's configuration, by its place: section, option, and path in a YAML file.

An entry is the variable FLYTE_<SECTION>_<OPTION> (flytekit/configuration/internal.py). Glider itself uses those of storage,
secrets and statsd; the others are here so that `--show-config` shows what a flytekit task will find.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How an entry's text is to be understood."""

    TEXT = "text"
    FLAG = "true or false"
    INTEGER = "an integer"
    NUMBER = "a number"
    WORDS = "words between commas"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry. `default` is what holds where the user sets nothing, as text; `secret` keeps the value from being shown."""

    section: str
    option: str
    kind: Kind = Kind.TEXT
    yaml_path: str | None = None
    default: str | None = None
    secret: bool = False

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return f"FLYTE_{self.section}_{self.option}".upper()


def _entry(
    section: str, option: str, yaml: str | None = None, *, kind: Kind = Kind.TEXT, default: str | None = None, secret: bool = False
) -> Entry:
    return Entry(section=section, option=option, yaml_path=yaml, kind=kind, default=default, secret=secret)


AWS_ENDPOINT = _entry("aws", "endpoint", "storage.connection.endpoint")
AWS_ACCESS_KEY_ID = _entry("aws", "access_key_id", "storage.connection.access-key")
AWS_SECRET_ACCESS_KEY = _entry("aws", "secret_access_key", "storage.connection.secret-key", secret=True)
AWS_ADDRESSING_STYLE = _entry("aws", "addressing_style", "storage.connection.addressing-style")
AWS_RETRIES = _entry("aws", "retries", kind=Kind.INTEGER)
AWS_BACKOFF_SECONDS = _entry("aws", "backoff_seconds", kind=Kind.NUMBER)
AWS_ENABLE_DEBUG = _entry("aws", "enable_debug", kind=Kind.FLAG, default="false")
AZURE_ACCOUNT_NAME = _entry("azure", "storage_account_name")
AZURE_ACCOUNT_KEY = _entry("azure", "storage_account_key", secret=True)
AZURE_TENANT_ID = _entry("azure", "tenant_id")
AZURE_CLIENT_ID = _entry("azure", "client_id")
AZURE_CLIENT_SECRET = _entry("azure", "client_secret", secret=True)
GCP_GSUTIL_PARALLELISM = _entry("gcp", "gsutil_parallelism", kind=Kind.FLAG, default="false")
ATTACH_EXECUTION_METADATA = _entry("persistence", "attach_execution_metadata", kind=Kind.FLAG, default="true")
SECRETS_ENV_PREFIX = _entry("secrets", "env_prefix", default="_FSEC_")
SECRETS_DEFAULT_DIR = _entry("secrets", "default_dir", default="/etc/secrets")
SECRETS_FILE_PREFIX = _entry("secrets", "file_prefix", default="")

#: flytekit declares statsd in the section `secrets`; the section that everybody expects comes first here.
STATSD_SECTIONS = ("statsd", "secrets")
STATSD_HOST, SECRETS_HOST = (_entry(section, "host", default="localhost") for section in STATSD_SECTIONS)
STATSD_PORT, SECRETS_PORT = (_entry(section, "port", kind=Kind.INTEGER, default="8125") for section in STATSD_SECTIONS)
STATSD_DISABLED, SECRETS_DISABLED = (_entry(section, "disabled", kind=Kind.FLAG, default="false") for section in STATSD_SECTIONS)
STATSD_NO_TAGS, SECRETS_NO_TAGS = (_entry(section, "disable_tags", kind=Kind.FLAG, default="false") for section in STATSD_SECTIONS)

#: What only flytekit reads: how to reach a Flyte backend.
BACKEND = (
    _entry("platform", "url", "admin.endpoint", default="localhost:30080"),
    _entry("platform", "insecure", "admin.insecure", kind=Kind.FLAG, default="false"),
    _entry("platform", "insecure_skip_verify", "admin.insecureSkipVerify", kind=Kind.FLAG, default="false"),
    _entry("platform", "console_endpoint", "console.endpoint"),
    _entry("platform", "ca_cert_file_path", "admin.caCertFilePath"),
    _entry("platform", "http_proxy_url", "admin.httpProxyURL"),
    _entry("credentials", "command", "admin.command", kind=Kind.WORDS),
    _entry("credentials", "proxy_command", "admin.proxyCommand", kind=Kind.WORDS),
    _entry("credentials", "client_id", "admin.clientId"),
    _entry("credentials", "client_secret", secret=True),
    _entry("credentials", "client_secret_location", "admin.clientSecretLocation"),
    _entry("credentials", "client_secret_env_var", "admin.clientSecretEnvVar"),
    _entry("credentials", "scopes", "admin.scopes", kind=Kind.WORDS),
    _entry("credentials", "auth_mode", "admin.authType"),
    _entry("credentials", "audience", "admin.audience"),
)

ENTRIES = (
    AWS_ENDPOINT,
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    AWS_ADDRESSING_STYLE,
    AWS_RETRIES,
    AWS_BACKOFF_SECONDS,
    AWS_ENABLE_DEBUG,
    AZURE_ACCOUNT_NAME,
    AZURE_ACCOUNT_KEY,
    AZURE_TENANT_ID,
    AZURE_CLIENT_ID,
    AZURE_CLIENT_SECRET,
    GCP_GSUTIL_PARALLELISM,
    ATTACH_EXECUTION_METADATA,
    SECRETS_ENV_PREFIX,
    SECRETS_DEFAULT_DIR,
    SECRETS_FILE_PREFIX,
    STATSD_HOST,
    STATSD_PORT,
    STATSD_DISABLED,
    STATSD_NO_TAGS,
    SECRETS_HOST,
    SECRETS_PORT,
    SECRETS_DISABLED,
    SECRETS_NO_TAGS,
    *BACKEND,
)
