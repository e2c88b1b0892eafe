"""Credentials and addresses of stores that obstore doesn't read by itself, in its words. They are what users know from the libraries
that flytekit would take: Google's STORAGE_EMULATOR_HOST, Azure's connection string, and the keys of an AWS profile (AWS_PROFILE, the
files in ~/.aws or those that the environment names).

Of a profile, keys are enough. What has to be fetched first (role_arn, sso, credential_process) is botocore's business:
GLIDER_STORAGE_ENGINE=fsspec.
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
    """What the connection string sets.

    Raises:
        SettingsError: it can't be understood. Its value is a secret and isn't shown.
    """
    text = environment.get(_CONNECTION, "").strip().strip(";")
    if not text:
        return {}
    pairs = [part.partition("=") for part in text.split(";") if part.strip()]
    if not all(separator for _, separator, _ in pairs):
        raise SettingsError(f'{_CONNECTION}: expected Name=value;Name=value, found a part without "="')
    values = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if values.get("usedevelopmentstorage", "").lower() == "true":
        return {"use_emulator": True}
    account = values.get("accountname")
    endpoint = values.get("blobendpoint")
    if not endpoint and account and "endpointsuffix" in values:
        endpoint = f"{values.get('defaultendpointsprotocol', 'https')}://{account}.blob.{values['endpointsuffix']}"
    found = {
        "account_name": account,
        "account_key": values.get("accountkey"),
        "sas_key": values.get("sharedaccesssignature"),
        "endpoint": endpoint and endpoint.rstrip("/"),
    }
    return {name: value for name, value in found.items() if value}


#: What obstore looks for itself, and what comes before a profile there as in every AWS program.
_BEFORE = (
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
_OPTIONS = {"aws_access_key_id": "access_key_id", "aws_secret_access_key": "secret_access_key", "aws_session_token": "session_token"}


def profile_config(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Keys (and region, if there is one) in obstore's words; nothing where no profile applies.

    Raises:
        SettingsError: AWS_PROFILE names one that isn't there or has no keys.
    """
    named = environment.get("AWS_PROFILE")
    if not named and any(environment.get(name) for name in _BEFORE):
        return {}
    home = os.path.join(environment.get("HOME") or "~", ".aws")  # noqa: PTH118
    paths = [
        os.path.expanduser(environment.get("AWS_SHARED_CREDENTIALS_FILE") or f"{home}/credentials"),  # noqa: PTH111
        os.path.expanduser(environment.get("AWS_CONFIG_FILE") or f"{home}/config"),  # noqa: PTH111
    ]
    if not named and not any(map(os.path.isfile, paths)):
        return {}
    found = _read(paths, named or "default")
    config = {ours: found[theirs] for theirs, ours in _OPTIONS.items() if theirs in found}
    if "region" in found:
        config["region"] = found["region"]
    if named and not {"access_key_id", "secret_access_key"} <= config.keys():
        raise SettingsError(
            f"AWS_PROFILE: expected a profile with aws_access_key_id and aws_secret_access_key, found "
            f'"{named}" with {", ".join(sorted(found)) or "nothing"} in {" and ".join(paths)}; '
            "GLIDER_STORAGE_ENGINE=fsspec knows the other kinds of profiles"
        )
    return config if "access_key_id" in config else {}


def _read(paths: list[str], profile: str) -> dict[str, str]:
    """What both files set; the credentials file wins. The config file calls every profile but the default "profile …"."""
    import configparser  # 2 ms, and few containers have such files

    found: dict[str, str] = {}
    for path in reversed(paths):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeError) as error:
            raise SettingsError(f"{path}: expected an AWS credentials or config file: {error}") from error
        for section in (profile, f"profile {profile}"):
            if parser.has_section(section):
                found |= dict(parser.items(section))
    return found
