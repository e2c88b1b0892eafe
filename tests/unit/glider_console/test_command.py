"""The command lines: what is wrong is a sentence that names the setting, the option or the variable."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click import ClickException
from click.testing import CliRunner

from glider_client.cluster.client import Cluster
from glider_client.cluster.config import ClientConfig
from glider_client.stored.source import Source
from glider_console import command
from glider_console.command import serve_in_cluster

HEAD = "apiVersion: glider.dev/v1alpha1\nkind: ConsoleConfiguration\n"
IMPERSONATION = "impersonation: {proxies: [10.1.0.0/16]}\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "console.yaml"
    path.write_text(HEAD)
    return path


@pytest.fixture(autouse=True)
def no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"):
        monkeypatch.delenv(name, raising=False)


def test_settings_can_be_checked(config):
    done = CliRunner().invoke(serve_in_cluster, ["--config", str(config), "--check"])
    assert (done.exit_code, done.output) == (0, f"{config}: can be used\n")


def test_the_environment_names_the_file(config):
    done = CliRunner().invoke(serve_in_cluster, ["--check"], env={"GLIDER_CONSOLE_CONFIG": str(config)})
    assert str(config) in done.output


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tokn: {}\n", '(did you mean token?), found "tokn"'),
        (f"{IMPERSONATION[:-2]}, secretFile: /nowhere/secret}}\n", "impersonation.secretFile: expected a file that can be read"),
        ("", "this isn't a pod. Pass --kubeconfig FILE, or use `glider console` on your own machine."),
    ],
    ids=["an unknown key", "a secret that isn't there", "no cluster"],
)
def test_what_is_wrong_is_named(config, text, message):
    config.write_text(HEAD + text)
    done = CliRunner().invoke(serve_in_cluster, ["--config", str(config)])
    assert done.exit_code == 1
    assert message in done.output


def test_an_empty_secret_is_none(config, tmp_path):
    (tmp_path / "secret").write_text("\n")
    config.write_text(f"{HEAD}impersonation: {{proxies: [10.1.0.0/16], secretFile: {tmp_path / 'secret'}}}\n")
    done = CliRunner().invoke(serve_in_cluster, ["--config", str(config), "--check"])
    assert "impersonation.secretFile: expected a file with a secret" in done.output


def test_impersonation_needs_the_pods_token(config):
    config.write_text(HEAD + IMPERSONATION)
    env = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}
    done = CliRunner().invoke(serve_in_cluster, ["--config", str(config)], env=env)
    assert "impersonation: expected the token of the pod's service account, found none." in done.output


def test_the_next_free_port_is_taken_where_none_is_asked_for(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(command, "_PORT", port)
        monkeypatch.setattr(command, "_OTHERS", 1)
        with command._listener(None) as found:
            assert found.getsockname()[1] != port


NOBODY = Cluster(ClientConfig(server="https://127.0.0.1:1"))


def test_the_history_that_was_named_is_shown():
    assert command._sought("s3://bucket/meta/.history/", NOBODY)() == "s3://bucket/meta/.history"


def test_a_history_that_isnt_in_an_object_store_is_refused():
    with pytest.raises(ClickException, match=r"--history-prefix, or GLIDER_HISTORY_PREFIX: expected the URI of an object store .* files;"):
        command._sought("file:///kept", NOBODY)


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ("{enabled: true}", "s3://bucket/meta/.history"),
        ("{enabled: true, prefix: 's3://kept/it'}", "s3://kept/it"),
        ("{enabled: false}", None),
    ],
    ids=["below the metadata", "of its own", "not kept"],
)
def test_in_the_cluster_the_operators_configuration_names_the_history(tmp_path, history, expected):
    path = tmp_path / "operator.yaml"
    path.write_text(
        f"apiVersion: glider.dev/v1alpha1\nkind: Configuration\nstorage: {{metadataPrefix: 's3://bucket/meta'}}\nhistory: {history}\n"
    )
    assert command._configured(Source(config_file=path)) == expected


def test_without_a_configuration_that_can_be_read_there_is_no_history(tmp_path):
    assert command._configured(Source(config_file=tmp_path / "nothing.yaml")) is None
    assert command._configured(Source()) is None
