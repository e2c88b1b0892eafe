"""The keys of an AWS profile, which obstore doesn't look for: AWS_PROFILE, and the files in ~/.aws or where the environment says.

Keys that stand there are enough. What has to be fetched first (role_arn, sso, credential_process) is botocore's business:
GLIDER_STORAGE_ENGINE=fsspec.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from glider.settings.model import SettingsError

#: What obstore looks for itself, and what comes before a profile there as in every AWS program.
_BEFORE = (
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
_OPTIONS = {"aws_access_key_id": "access_key_id", "aws_secret_access_key": "secret_access_key", "aws_session_token": "session_token"}


def profile_config(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Keys (and region, if told) in obstore's words; nothing where no profile applies.

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
    """What both files say; the credentials file wins. The config file calls every profile but the default "profile …"."""
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
