"""Secrets are where flytekit's own SecretsManager looks for them, in its names."""

from __future__ import annotations

import pytest
from flytekit.configuration import SecretsConfig
from flytekit.core.context_manager import SecretsManager

from glider_core.api.pod_settings import Mount, Secret
from glider_core.render.secrets import SecretParts, secret_parts

NAMES = [("db", "password", None), ("DB", "Password", "V2"), ("my-group", "a.key", None)]


def variables(parts: SecretParts) -> dict[str, object]:
    return {variable["name"]: variable.get("value", variable.get("valueFrom")) for variable in parts.env}


def secret(group: str, key: str, version: str | None, mount: Mount) -> Secret:
    return Secret(group=group, key=key, version=version, secret_name="s", mount=mount)


@pytest.fixture
def manager(monkeypatch):
    def make(parts: SecretParts) -> SecretsManager:
        for name, value in variables(parts).items():
            if isinstance(value, str):
                monkeypatch.setenv(name, value)
        return SecretsManager(SecretsConfig.auto())

    return make


@pytest.mark.parametrize(("group", "key", "version"), NAMES)
def test_a_variable(manager, group, key, version):
    parts = secret_parts((secret(group, key, version, Mount.ENV),))
    name = manager(parts).get_secrets_env_var(group, key, version)
    assert variables(parts)[name] == {"secretKeyRef": {"name": "s", "key": key}}
    assert parts.volumes == parts.mounts == ()


@pytest.mark.parametrize(("group", "key", "version"), NAMES)
def test_a_file(manager, group, key, version):
    parts = secret_parts((secret(group, key, version, Mount.FILE),))
    path = manager(parts).get_secrets_file(group, key, version)
    (mount,), (volume,) = parts.mounts, parts.volumes
    (source,) = volume["projected"]["sources"]
    (item,) = source["secret"]["items"]
    assert path == f"{mount['mountPath']}/{item['path']}"
    assert (source["secret"]["name"], item["key"]) == ("s", key)


def test_without_secrets_nothing_is_added():
    assert secret_parts(()) == SecretParts()
