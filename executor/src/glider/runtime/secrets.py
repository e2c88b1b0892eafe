"""Secrets of a running task, at flytekit's places: variables of the environment first, then files.

    _FSEC_<GROUP>_<GROUP VERSION>_<KEY>
    /etc/secrets/<group>/<group version>/<key>

Prefixes and folder are settings, which Flyte's webhook sets when it puts secrets into a pod.
"""

from __future__ import annotations

import os

from glider.settings.model import SecretsSettings


class SecretsManager:
    """`secrets.get("group", "key")`, or `secrets.group.key`.

    Args:
        settings: where secrets are.
        local: outside of a task variables count without their prefix too, as in flytekit.
    """

    def __init__(self, settings: SecretsSettings, *, local: bool = False) -> None:
        self._settings = settings
        self._local = local

    def __getattr__(self, group: str) -> _Group:
        if group.startswith("__"):
            raise AttributeError(group)
        return _Group(group, self)

    def get(self, group: str | None = None, key: str | None = None, group_version: str | None = None, encode_mode: str = "r") -> str:
        """The secret, without white space around it.

        Args:
            group: the secret's name; with `key` alone left out it is the whole secret.
            key: one entry of it.
            group_version: its version.
            encode_mode: how a file is opened: "r", or "rb" for bytes.

        Raises:
            ValueError: it is at neither place; the message names both.
        """
        variable = self.get_secrets_env_var(group, key, group_version)
        names = [variable, variable.removeprefix(self._settings.env_prefix)] if self._local else [variable]
        for name in names:
            if (value := os.environ.get(name)) is not None:
                return value.strip()
        path = self.get_secrets_file(group, key, group_version)
        if os.path.exists(path):  # noqa: PTH110 - pathlib is 5 ms of start-up
            with open(path, encode_mode) as file:  # noqa: PTH123
                text: str = file.read().strip()
            return text
        raise ValueError(
            f"There is no secret with key {key} in group {group}: neither the variable {variable} nor the file {path}. "
            f"Is it in the task's secret_requests=[Secret(group={group!r}, key={key!r})]?"
        )

    def get_secrets_env_var(self, group: str | None = None, key: str | None = None, group_version: str | None = None) -> str:
        """The variable that would hold it."""
        return self._settings.env_prefix + "_".join(part.upper() for part in _parts(group, group_version, key))

    def get_secrets_file(self, group: str | None = None, key: str | None = None, group_version: str | None = None) -> str:
        """The file that would hold it."""
        *folders, name = (part.lower() for part in _parts(group, group_version, key))
        return os.path.join(self._settings.default_dir, *folders, f"{self._settings.file_prefix}{name}")  # noqa: PTH118


class _Group:
    def __init__(self, group: str, manager: SecretsManager) -> None:
        self._group = group
        self._manager = manager

    def __getattr__(self, key: str) -> str:
        if key.startswith("__"):
            raise AttributeError(key)
        return self._manager.get(self._group, key)


def _parts(*parts: str | None) -> list[str]:
    named = [part for part in parts if part]
    if not named:
        raise ValueError("a secret: expected a group or a key, found neither")
    return named
