"""How Google Cloud Storage and Azure are reached, in obstore's words. Most of the environment obstore reads itself; here is what
users know from the libraries that flytekit would take, and obstore doesn't: Google's STORAGE_EMULATOR_HOST, and Azure's
connection string.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from glider.settings.model import Azure, SettingsError

_CONNECTION = "AZURE_STORAGE_CONNECTION_STRING"
#: What an object carries by these names are headers of HTTP, everything else is metadata.
_HEADERS = frozenset({"Content-Type", "Content-Encoding", "Content-Disposition", "Content-Language", "Cache-Control"})


def google_config(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """An emulator's address, which wants no credentials; nothing where there is none.

    As a service account's key, since obstore skips signatures only of what it reads.
    """
    address = google_emulator(environment)
    account = {"gcs_base_url": address, "disable_oauth": True, "client_email": "", "private_key": "", "private_key_id": ""}
    return {"service_account_key": json.dumps(account)} if address else {}


def google_emulator(environment: Mapping[str, str] = os.environ) -> str | None:
    """The URL of what stands in for Google's service. The variable may hold a host alone."""
    host = environment.get("STORAGE_EMULATOR_HOST", "").rstrip("/")
    if not host:
        return None
    return host if "://" in host else f"http://{host}"


def azure_config(settings: Azure, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Flyte's settings; what they leave open is the connection string's."""
    return {**_connection(environment), **settings.options()}


def azure_endpoint(environment: Mapping[str, str] = os.environ) -> str | None:
    """The server that somebody named, if it isn't Azure's own."""
    named = environment.get("AZURE_STORAGE_ENDPOINT") or environment.get("AZURE_ENDPOINT")
    return named or _connection(environment).get("endpoint")


def azure_names(attributes: Mapping[str, str]) -> dict[str, str]:
    """The same, with names of metadata that Azure takes: those of identifiers. It answers 400 to `flyte-execution-name`."""
    return {name if name in _HEADERS else name.replace("-", "_"): value for name, value in attributes.items()}


def _connection(environment: Mapping[str, str]) -> dict[str, Any]:
    """What the connection string says.

    Raises:
        SettingsError: it can't be understood. Its value is a secret and isn't shown.
    """
    text = environment.get(_CONNECTION, "").strip().strip(";")
    if not text:
        return {}
    pairs = [part.partition("=") for part in text.split(";") if part.strip()]
    if not all(separator for _, separator, _ in pairs):
        raise SettingsError(f'{_CONNECTION}: expected Name=value;Name=value, found a part without "="')
    told = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if told.get("usedevelopmentstorage", "").lower() == "true":
        return {"use_emulator": True}
    account = told.get("accountname")
    endpoint = told.get("blobendpoint")
    if not endpoint and account and "endpointsuffix" in told:
        endpoint = f"{told.get('defaultendpointsprotocol', 'https')}://{account}.blob.{told['endpointsuffix']}"
    found = {
        "account_name": account,
        "account_key": told.get("accountkey"),
        "sas_key": told.get("sharedaccesssignature"),
        "endpoint": endpoint and endpoint.rstrip("/"),
    }
    return {name: value for name, value in found.items() if value}
