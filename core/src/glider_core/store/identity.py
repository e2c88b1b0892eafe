"""The operator's identity for an object store. Without keys or a token of its own it has none.

Clients of the clouds that find no keys ask the node's metadata service (169.254.169.254), which answers with the rights of the
whole node. These weren't granted to the operator, so no client is made that would ask, unless the administrator allows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from glider.settings.model import StorageSettings
from glider.storage.credentials import azure_config, profile_config

#: For each kind of store the sets of variables of which one is enough.
_VARIABLES = {
    "s3": (
        ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI",),
    ),
    "gs": (
        ("GOOGLE_APPLICATION_CREDENTIALS",),
        ("GOOGLE_SERVICE_ACCOUNT",),
        ("GOOGLE_SERVICE_ACCOUNT_PATH",),
        ("GOOGLE_SERVICE_ACCOUNT_KEY",),
        ("STORAGE_EMULATOR_HOST",),
    ),
    "az": (
        ("AZURE_STORAGE_ACCOUNT_KEY",),
        ("AZURE_STORAGE_ACCESS_KEY",),
        ("AZURE_STORAGE_SAS_KEY",),
        ("AZURE_STORAGE_SAS_TOKEN",),
        ("AZURE_STORAGE_TOKEN",),
        ("AZURE_FEDERATED_TOKEN_FILE",),
        ("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID"),
    ),
}
_GOOGLE_FILE = ".config/gcloud/application_default_credentials.json"


def has_identity(uri: str, settings: StorageSettings, environment: Mapping[str, str]) -> bool:
    """Whether `settings` or `environment` have keys or a token for the store of `uri`, so that no client asks elsewhere for them.

    Raises:
        SettingsError: they make no sense.
    """
    scheme = uri.partition(":")[0].lower()
    kind = {"s3a": "s3", "abfs": "az", "abfss": "az"}.get(scheme, scheme)
    if any(all(environment.get(name) for name in names) for names in _VARIABLES.get(kind, ())):
        return True
    match kind:
        case "s3":
            return bool(settings.s3.access_key_id and settings.s3.secret_access_key) or "access_key_id" in profile_config(environment)
        case "gs":
            return Path(environment.get("HOME") or "~", _GOOGLE_FILE).expanduser().is_file()
        case _:
            found = azure_config(settings.azure, environment)
            return bool(found.keys() & {"account_key", "sas_key", "use_emulator"} or {"client_id", "client_secret"} <= found.keys())
