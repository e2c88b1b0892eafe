"""How flytekit gets its token: by the kubeconfig alone, by a command, and by nothing else, which it says at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from flytekit.clients.friendly import SynchronousFlyteClient
from flytekit.configuration import PlatformConfig

from glider_client.cluster.bearer import ACCOUNT_VARIABLE
from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace
from tests.integration.admin.conftest import Address, Users

Kubeconfig = Callable[[Mapping[str, Any]], Path]
#: Nobody logs in: a client that opens a browser would wait for ever.
NO_BROWSER = {"BROWSER": "false", "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}


@pytest.fixture(scope="module")
def namespace(crds: Cluster) -> Iterator[str]:
    with new_namespace(crds) as name:
        yield name


@pytest.fixture
def kubeconfig(crds: Cluster, tmp_path: Path) -> Kubeconfig:
    """Writes a kubeconfig of the test's cluster with another user."""

    def write(user: Mapping[str, Any]) -> Path:
        document = yaml.safe_load(crds.kubeconfig.read_text())
        for one in document["users"]:
            one["user"] = dict(user)
        path = tmp_path / "kubeconfig"
        path.write_text(yaml.safe_dump(document))
        return path

    return write


def by_plugin(folder: Path, *tokens: str) -> Mapping[str, Any]:
    """A user whose program issues these tokens, one after the other."""
    (folder / "tokens.json").write_text(json.dumps(tokens))
    program = folder / "issue.py"
    program.write_text(f"""
import json, pathlib
file = pathlib.Path({str(folder / "tokens.json")!r})
first, *others = json.loads(file.read_text())
file.write_text(json.dumps(others or [first]))
status = {{"token": first}}
print(json.dumps({{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status}}))
""")
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": sys.executable, "args": [str(program)]}
    return {"exec": {**plugin, "interactiveMode": "Never"}}


def lists(front: Address, namespace: str, **config: Any) -> None:
    """Ask for something as flytekit does."""
    client = SynchronousFlyteClient(PlatformConfig(endpoint=front.grpc, insecure=True, rpc_retries=0, **config))
    client.list_task_ids_paginated(namespace, "development", limit=1)


def failure(front: Address, namespace: str, **config: Any) -> str:
    """All that flytekit shows."""
    with pytest.raises(Exception) as failed:
        lists(front, namespace, **config)
    shown, error = [], failed.value
    while error is not None:
        shown.append(f"{error} {getattr(error, 'details', str)()}")
        error = error.__cause__  # type: ignore[assignment]
    return " ".join(shown)


@pytest.mark.parametrize("auth_mode", ["Kubernetes", "kubernetes"])
def test_a_kubeconfig_with_a_token_is_enough(
    front: Address, users: Users, namespace: str, kubeconfig: Kubeconfig, monkeypatch: pytest.MonkeyPatch, auth_mode: str
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig({"token": users.token(namespace)})))
    lists(front, namespace, auth_mode=auth_mode)


def test_a_program_is_asked_again_where_its_token_is_refused(
    front: Address, users: Users, namespace: str, kubeconfig: Kubeconfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(by_plugin(tmp_path, "outdated", users.token(namespace)))))
    lists(front, namespace, auth_mode="Kubernetes")


def test_a_client_certificate_needs_a_service_account(
    front: Address, users: Users, crds: Cluster, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    users.token(namespace)
    monkeypatch.setenv("KUBECONFIG", str(crds.kubeconfig))
    words = failure(front, namespace, auth_mode="Kubernetes")
    assert f"a client certificate, which can't be sent on: expected a token. Set {ACCOUNT_VARIABLE}=NAMESPACE/NAME" in words
    monkeypatch.setenv(ACCOUNT_VARIABLE, f"{namespace}/ada")
    lists(front, namespace, auth_mode="Kubernetes")
    monkeypatch.setenv(ACCOUNT_VARIABLE, f"{namespace}/nobody")
    assert "nobody" in failure(front, namespace, auth_mode="Kubernetes")


def test_glider_token_is_a_command_for_every_client(
    front: Address, users: Users, crds: Cluster, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    users.token(namespace)
    monkeypatch.setenv("KUBECONFIG", str(crds.kubeconfig))
    glider = [str(Path(sys.executable).parent / "glider"), "token"]
    lists(front, namespace, auth_mode="ExternalCommand", command=[*glider, "--service-account", "ada", "-n", namespace])
    refused = subprocess.run(glider, capture_output=True, text=True, env={**os.environ, "KUBECONFIG": str(crds.kubeconfig)})
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert "can't be sent on" in refused.stderr


@pytest.mark.parametrize(
    "config",
    [
        pytest.param({}, id="Pkce, the default"),
        pytest.param({"auth_mode": "Pkce"}, id="Pkce"),
        pytest.param({"auth_mode": "DeviceFlow"}, id="DeviceFlow"),
        pytest.param({"auth_mode": "ClientSecret", "client_id": "a", "client_credentials_secret": "b"}, id="ClientSecret"),
    ],
)
def test_another_auth_type_ends_in_what_to_set(
    front: Address, namespace: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, config: Mapping[str, Any]
) -> None:
    for name, value in NO_BROWSER.items():
        monkeypatch.setenv(name, value)
    words = failure(front, namespace, **config) + caplog.text
    assert "Set admin.authType: ExternalCommand" in words
    assert "kubectl create token" in words
