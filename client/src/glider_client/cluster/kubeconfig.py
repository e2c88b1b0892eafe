"""Kubeconfig files, found and merged as kubectl does.

`--kubeconfig` is one file. Otherwise $KUBECONFIG may list several, and those that aren't there are skipped. The first file that has an
entry of a name, or a current context, wins. Relative paths in a file are relative to its folder.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from glider_client.cluster.config import ClientConfig, Impersonation, Material, Plugin, Tls, User
from glider_client.cluster.errors import ClusterConfigError
from glider_client.cluster.in_cluster import FOLDER, in_cluster_config

#: A file's entry, and the file's folder.
Entry = tuple[Mapping[str, Any], Path]
_KINDS = {"clusters": "cluster", "users": "user", "contexts": "context"}
_PLUGIN_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")


def load_config(
    environment: Mapping[str, str], *, kubeconfig: Path | None, context: str | None, service_account: Path = FOLDER
) -> ClientConfig:
    """The cluster that the options and the environment choose. `service_account`: the folder of a pod's token.

    Raises:
        ClusterConfigError: there is none, or it can't be used.
    """
    files = list(_files(environment, kubeconfig))
    merged = merge([(path, _read(path)) for path in files])
    name = context or merged.current
    if not name and kubeconfig is None and (found := in_cluster_config(environment, folder=service_account)) is not None:
        return found
    source = ", ".join(map(str, files)) or "the kubeconfig"
    if not name and not files:
        raise ClusterConfigError("no kubeconfig was found, and this isn't a pod. Set $KUBECONFIG, or pass --kubeconfig FILE.")
    if not name and not merged.entries["contexts"]:
        raise ClusterConfigError(f"{source}: expected a kubeconfig with a context, found none in it. Pass another --kubeconfig FILE.")
    if not name:
        raise ClusterConfigError(f"{source}: no current context is set. Pass --context ({_names(merged.entries['contexts'])}).")
    return merged.config_of(name, source=source)


def contexts_of(environment: Mapping[str, str], *, kubeconfig: Path | None) -> list[str]:
    """The names of the contexts that there are.

    Raises:
        ClusterConfigError: a file can't be read.
    """
    return list(merge([(path, _read(path)) for path in _files(environment, kubeconfig)]).entries["contexts"])


def _files(environment: Mapping[str, str], kubeconfig: Path | None) -> Iterator[Path]:
    if kubeconfig is not None:
        if kubeconfig.is_dir() or not kubeconfig.exists():  # it may be a pipe, as of a shell's <(…)
            raise ClusterConfigError(f"{kubeconfig}: expected a kubeconfig, found no file. Check --kubeconfig.")
        yield kubeconfig
        return
    listed = environment.get("KUBECONFIG", "")
    default = Path(environment.get("HOME") or Path.home()) / ".kube" / "config"
    candidates = [Path(text).expanduser() for text in listed.split(os.pathsep) if text] or [default]
    yield from (path for path in dict.fromkeys(candidates) if path.is_file())


def _read(path: Path) -> Mapping[str, Any]:
    import yaml

    try:
        document = yaml.load(path.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except OSError as error:
        raise ClusterConfigError(f"{path}: expected a kubeconfig, found a file that can't be read: {error.strerror}.") from error
    except (yaml.YAMLError, ValueError) as error:
        raise ClusterConfigError(f"{path}: expected a kubeconfig, found no YAML: {' '.join(str(error).split())}.") from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise ClusterConfigError(f"{path}: expected a kubeconfig, found a {type(document).__name__}.")
    return document


class Merged:
    """All files as one: the entries by kind and name, and the current context."""

    def __init__(self) -> None:
        self.current = ""
        self.entries: dict[str, dict[str, Entry]] = {kind: {} for kind in _KINDS}

    def config_of(self, name: str, *, source: str) -> ClientConfig:
        """What the context `name` leads to."""
        context, _ = self._entry("contexts", name, source, advice="Pass --context")
        cluster, cluster_folder = self._entry("clusters", str(context.get("cluster") or ""), source, of=f"the context {name!r}")
        user_name = str(context.get("user") or "")
        user, user_folder = self._entry("users", user_name, source, of=f"the context {name!r}") if user_name else ({}, Path())
        server = str(cluster.get("server") or "").rstrip("/")
        if not server.startswith(("https://", "http://")):
            raise ClusterConfigError(f"{source}: clusters[{context['cluster']}].server: expected an https:// address, found {server!r}.")
        tls = _tls(cluster, cluster_folder, where=f"{source}: clusters[{context['cluster']}]")
        return ClientConfig(
            server=server,
            namespace=str(context.get("namespace") or "default"),
            tls=tls,
            user=_user(user, user_folder, cluster=(server, cluster, tls), where=f"{source}: users[{user_name}]"),
            impersonation=_impersonation(user),
            proxy=str(cluster.get("proxy-url") or ""),
            context=name,
            user_name=user_name,
            source=source,
        )

    def _entry(self, kind: str, name: str, source: str, *, of: str = "", advice: str = "") -> Entry:
        found = self.entries[kind].get(name)
        if found is None:
            wanted = f"{of} names the {_KINDS[kind]} {name!r}" if of else f"expected the {_KINDS[kind]} {name!r}"
            there = _names(self.entries[kind])
            raise ClusterConfigError(f"{source}: {wanted}, found {there}." + (f" {advice} with one of these." if advice else ""))
        return found


def merge(files: Sequence[tuple[Path, Mapping[str, Any]]]) -> Merged:
    """The files as one, the first having precedence."""
    merged = Merged()
    for path, document in files:
        merged.current = merged.current or str(document.get("current-context") or "")
        for kind, field in _KINDS.items():
            for entry in document.get(kind) or ():
                if not isinstance(entry, dict) or not isinstance(entry.get(field) or {}, dict):
                    raise ClusterConfigError(f"{path}: {kind}: expected a list of {{name, {field}}}, found {entry!r}.")
                merged.entries[kind].setdefault(str(entry.get("name") or ""), (entry.get(field) or {}, path.parent))
    return merged


def _names(entries: Mapping[str, Entry]) -> str:
    return ", ".join(sorted(entries)) or "none"


def _tls(cluster: Mapping[str, Any], folder: Path, *, where: str) -> Tls:
    return Tls(
        authorities=_material(cluster, "certificate-authority", folder, where=where),
        insecure=cluster.get("insecure-skip-tls-verify") is True,
        server_name=str(cluster.get("tls-server-name") or ""),
    )


def _user(user: Mapping[str, Any], folder: Path, *, cluster: tuple[str, Mapping[str, Any], Tls], where: str) -> User:
    provider = user.get("auth-provider") or {}
    token = str(user.get("token") or (provider.get("config") or {}).get("id-token") or "")
    if provider and not token:
        raise ClusterConfigError(
            f"{where}.auth-provider: expected a token, a certificate or exec, found {provider.get('name')!r}. Use its exec plugin."
        )
    return User(
        certificate=_material(user, "client-certificate", folder, where=where),
        key=_material(user, "client-key", folder, where=where),
        token=token,
        token_file=_path(user.get("tokenFile"), folder),
        username=str(user.get("username") or ""),
        password=str(user.get("password") or ""),
        plugin=_plugin(user["exec"], folder, cluster=cluster, where=f"{where}.exec") if user.get("exec") else None,
    )


def _material(entry: Mapping[str, Any], field: str, folder: Path, *, where: str) -> Material:
    data = entry.get(f"{field}-data")
    if not data:
        return Material(file=_path(entry.get(field), folder))
    try:
        return Material(data=base64.b64decode(str(data), validate=False))
    except (binascii.Error, ValueError) as error:
        raise ClusterConfigError(f"{where}.{field}-data: expected base64, found {len(str(data))} other characters.") from error


def _path(text: Any, folder: Path) -> Path | None:
    return folder / str(text) if text else None


def _impersonation(user: Mapping[str, Any]) -> Impersonation:
    extra = {str(key): tuple(map(str, values)) for key, values in (user.get("as-user-extra") or {}).items()}
    groups = tuple(map(str, user.get("as-groups") or ()))
    return Impersonation(user=str(user.get("as") or ""), groups=groups, uid=str(user.get("as-uid") or ""), extra=extra)


def _plugin(raw: Mapping[str, Any], folder: Path, *, cluster: tuple[str, Mapping[str, Any], Tls], where: str) -> Plugin:
    version, command = str(raw.get("apiVersion") or ""), str(raw.get("command") or "")
    if version not in _PLUGIN_VERSIONS:
        raise ClusterConfigError(f"{where}.apiVersion: expected {' or '.join(_PLUGIN_VERSIONS)}, found {version!r}. Renew the plugin.")
    if not command:
        raise ClusterConfigError(f"{where}.command: expected a program, found nothing.")
    return Plugin(
        api_version=version,
        command=str(folder / command) if "/" in command else command,
        arguments=tuple(map(str, raw.get("args") or ())),
        environment={str(one["name"]): str(one.get("value", "")) for one in raw.get("env") or ()},
        install_hint=" ".join(str(raw.get("installHint") or "").split()),
        interactive=str(raw.get("interactiveMode") or "IfAvailable"),
        cluster=_cluster_info(*cluster) if raw.get("provideClusterInfo") is True else None,
    )


def _cluster_info(server: str, cluster: Mapping[str, Any], tls: Tls) -> Mapping[str, Any]:
    """What a plugin gets that asks for it: `ExecCredential.spec.cluster`."""
    named = {"tls-server-name": tls.server_name, "insecure-skip-tls-verify": tls.insecure, "proxy-url": cluster.get("proxy-url")}
    with suppress(OSError):  # the request itself reports it
        named["certificate-authority-data"] = base64.b64encode(tls.authorities.read()).decode()
    extensions = {one.get("name"): one.get("extension") for one in cluster.get("extensions") or ()}
    named["config"] = extensions.get("client.authentication.k8s.io/exec")
    return {"server": server} | {name: value for name, value in named.items() if value}
