"""Kubeconfig files as kubectl reads them."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml

from glider_client.cluster.config import ClientConfig
from glider_client.cluster.errors import ClusterConfigError
from glider_client.cluster.kubeconfig import load_config


def kubeconfig(
    *, name: str = "dev", server: str = "https://dev:6443", current: bool = True, context: dict[str, Any] | None = None, **parts: Any
) -> dict[str, Any]:
    """A kubeconfig with one cluster, one user and one context of that name; `cluster` and `user` are what they have besides."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": server, **parts.get("cluster", {})}}],
        "users": [{"name": name, "user": parts.get("user", {})}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name, **(context or {})}}],
        **({"current-context": name} if current else {}),
    }


def load(folder: Path, *documents: Any, context: str | None = None) -> ClientConfig:
    """What $KUBECONFIG with these files, in this order, leads to."""
    files = []
    for number, document in enumerate(documents):
        files.append(folder / f"config-{number}")
        files[-1].write_text(document if isinstance(document, str) else yaml.safe_dump(document))
    environment = {"KUBECONFIG": ":".join(map(str, files)), "HOME": str(folder)}
    return load_config(environment, kubeconfig=None, context=context)


def test_the_current_context_leads_to_a_cluster_a_user_and_a_namespace(tmp_path):
    found = load(tmp_path, kubeconfig(context={"namespace": "team"}, user={"token": "t"}))
    assert (found.server, found.namespace, found.user.token, found.context, found.user_name) == (
        "https://dev:6443",
        "team",
        "t",
        "dev",
        "dev",
    )


def test_another_context_is_chosen_by_its_name(tmp_path):
    files = (kubeconfig(), kubeconfig(name="prod", server="https://prod:6443/", current=False))
    assert load(tmp_path, *files, context="prod").server == "https://prod:6443"


@pytest.mark.parametrize(
    ("files", "server"),
    [
        pytest.param([kubeconfig(current=False), kubeconfig(name="prod", server="https://prod")], "https://prod", id="the current context"),
        pytest.param([kubeconfig(server="https://one"), kubeconfig(server="https://two")], "https://one", id="an entry of the same name"),
        pytest.param([{}, kubeconfig(server="https://two")], "https://two", id="an empty file gives nothing"),
    ],
)
def test_the_first_file_that_has_it_gives(tmp_path, files, server):
    assert load(tmp_path, *files).server == server


def test_files_of_the_list_that_are_not_there_are_skipped(tmp_path):
    (tmp_path / "there").write_text(yaml.safe_dump(kubeconfig()))
    environment = {"KUBECONFIG": f"{tmp_path}/absent:{tmp_path}/there"}
    assert load_config(environment, kubeconfig=None, context=None).server == "https://dev:6443"


def test_without_the_variable_it_is_the_home_folders(tmp_path):
    (tmp_path / ".kube").mkdir()
    (tmp_path / ".kube" / "config").write_text(yaml.safe_dump(kubeconfig()))
    assert load_config({"HOME": str(tmp_path)}, kubeconfig=None, context=None).context == "dev"


def test_the_option_is_one_file_whatever_the_variable_lists(tmp_path):
    (tmp_path / "mine").write_text(yaml.safe_dump(kubeconfig(name="mine")))
    environment = {"KUBECONFIG": str(tmp_path / "absent")}
    assert load_config(environment, kubeconfig=tmp_path / "mine", context=None).context == "mine"


def test_relative_paths_are_relative_to_the_file(tmp_path):
    user = {"client-certificate": "me.crt", "client-key": "/keys/me.key", "tokenFile": "token"}
    found = load(tmp_path, kubeconfig(cluster={"certificate-authority": "ca.crt"}, user=user))
    files = (found.tls.authorities.file, found.user.certificate.file, found.user.key.file, found.user.token_file)
    assert files == (tmp_path / "ca.crt", tmp_path / "me.crt", Path("/keys/me.key"), tmp_path / "token")


def test_data_in_the_file_has_precedence_over_a_path(tmp_path):
    data = base64.b64encode(b"PEM").decode()
    user = {"client-certificate-data": data, "client-certificate": "me.crt", "client-key-data": data}
    found = load(tmp_path, kubeconfig(user=user))
    assert (found.user.certificate.read(), found.user.certificate.file, found.user.key.read()) == (b"PEM", None, b"PEM")


def test_how_to_reach_and_trust_the_server(tmp_path):
    cluster = {"insecure-skip-tls-verify": True, "tls-server-name": "kubernetes", "proxy-url": "http://proxy:3128"}
    found = load(tmp_path, kubeconfig(cluster=cluster))
    assert (found.tls.insecure, found.tls.server_name, found.proxy) == (True, "kubernetes", "http://proxy:3128")


def test_impersonation_becomes_headers(tmp_path):
    user = {"as": "ann", "as-groups": ["a", "b"], "as-uid": "7", "as-user-extra": {"example.org/team": ["x"]}}
    assert load(tmp_path, kubeconfig(user=user)).impersonation.headers() == [
        ("Impersonate-User", "ann"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b"),
        ("Impersonate-Uid", "7"),
        ("Impersonate-Extra-example.org%2Fteam", "x"),
    ]


PLUGIN = {
    "apiVersion": "client.authentication.k8s.io/v1",
    "command": "./bin/login",
    "args": ["--json"],
    "env": [{"name": "PROFILE", "value": "dev"}],
    "installHint": "Get it\nfrom the store.",
    "interactiveMode": "Never",
    "provideClusterInfo": True,
}


def test_a_plugin_and_what_it_learns_about_the_cluster(tmp_path):
    extensions = [{"name": "client.authentication.k8s.io/exec", "extension": {"audience": "x"}}]
    data = base64.b64encode(b"CA").decode()
    plugin = load(
        tmp_path, kubeconfig(cluster={"certificate-authority-data": data, "extensions": extensions}, user={"exec": PLUGIN})
    ).user.plugin
    assert plugin is not None
    assert (plugin.command, plugin.arguments, plugin.environment) == (str(tmp_path / "bin/login"), ("--json",), {"PROFILE": "dev"})
    assert (plugin.install_hint, plugin.interactive) == ("Get it from the store.", "Never")
    assert plugin.cluster == {"server": "https://dev:6443", "certificate-authority-data": data, "config": {"audience": "x"}}


def test_a_pod_without_a_kubeconfig_uses_its_service_account(tmp_path):
    folder = tmp_path / "serviceaccount"
    folder.mkdir()
    (folder / "token").write_text("t")
    (folder / "namespace").write_text("team")
    environment = {"HOME": str(tmp_path), "KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"}
    found = load_config(environment, kubeconfig=None, context=None, service_account=folder)
    assert (found.server, found.namespace, found.user.token_file) == ("https://[fd00::1]:443", "team", folder / "token")
    (tmp_path / ".kube").mkdir()
    (tmp_path / ".kube" / "config").write_text(yaml.safe_dump(kubeconfig()))
    assert load_config(environment, kubeconfig=None, context=None, service_account=folder).context == "dev"


@pytest.mark.parametrize(
    ("document", "context", "message"),
    [
        pytest.param("a: [", None, "expected a kubeconfig, found no YAML", id="no YAML"),
        pytest.param("- a", None, "expected a kubeconfig, found a list", id="a list"),
        pytest.param(
            {"clusters": ["dev"]}, None, "clusters: expected a list of {name, cluster}, found 'dev'", id="an entry of another form"
        ),
        pytest.param(kubeconfig(current=False), None, "no current context is set. Pass --context (dev).", id="no current context"),
        pytest.param(
            kubeconfig(), "prod", "expected the context 'prod', found dev. Pass --context with one of these.", id="an unknown one"
        ),
        pytest.param(
            kubeconfig(context={"cluster": "x"}), None, "the context 'dev' names the cluster 'x', found dev.", id="an unknown cluster"
        ),
        pytest.param(kubeconfig(context={"user": "x"}), None, "the context 'dev' names the user 'x', found dev.", id="an unknown user"),
        pytest.param(
            kubeconfig(server="dev:6443"), None, "clusters[dev].server: expected an https:// address, found 'dev:6443'", id="no URL"
        ),
        pytest.param(
            kubeconfig(user={"client-key-data": "é"}), None, "users[dev].client-key-data: expected base64", id="data that isn't base64"
        ),
        pytest.param(
            kubeconfig(user={"exec": PLUGIN | {"apiVersion": "client.authentication.k8s.io/v1alpha1"}}),
            None,
            "users[dev].exec.apiVersion: expected client.authentication.k8s.io/v1 or",
            id="a plugin of an old kind",
        ),
        pytest.param(
            kubeconfig(user={"auth-provider": {"name": "gcp"}}), None, "users[dev].auth-provider: expected a token", id="an auth provider"
        ),
    ],
)
def test_what_can_not_be_used_is_named(tmp_path, document, context, message):
    with pytest.raises(ClusterConfigError) as caught:
        load(tmp_path, document, context=context)
    assert str(caught.value).startswith(str(tmp_path / "config-0"))
    assert message in str(caught.value)


def test_no_kubeconfig_at_all(tmp_path):
    with pytest.raises(ClusterConfigError, match=r"no kubeconfig was found, and this isn't a pod\. Set \$KUBECONFIG"):
        load_config({"HOME": str(tmp_path)}, kubeconfig=None, context=None)
    with pytest.raises(ClusterConfigError, match="absent: expected a kubeconfig, found no file"):
        load_config({}, kubeconfig=tmp_path / "absent", context=None)


def test_an_empty_kubeconfig_is_not_called_absent():
    with pytest.raises(ClusterConfigError, match="/dev/null: expected a kubeconfig with a context, found none in it"):
        load_config({}, kubeconfig=Path("/dev/null"), context=None)
