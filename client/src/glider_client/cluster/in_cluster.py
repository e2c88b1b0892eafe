"""A pod's service account: the fallback where there is no kubeconfig."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from glider_client.cluster.config import ClientConfig, Material, Tls, User

FOLDER = Path("/var/run/secrets/kubernetes.io/serviceaccount")


def in_cluster_config(environment: Mapping[str, str], *, folder: Path) -> ClientConfig | None:
    """The configuration of the pod that this runs in; None outside of one. Its token is a file that the kubelet renews."""
    server = in_cluster_server(environment, folder=folder)
    if server is None or not (folder / "token").is_file():
        return None
    return replace(server, user=User(token_file=folder / "token"), user_name="the pod's service account")


def in_cluster_server(environment: Mapping[str, str], *, folder: Path) -> ClientConfig | None:
    """The API server of the pod that this runs in, without a credential; None outside of a pod."""
    host, port = environment.get("KUBERNETES_SERVICE_HOST"), environment.get("KUBERNETES_SERVICE_PORT")
    if not host or not port:
        return None
    try:
        namespace = (folder / "namespace").read_text().strip()
    except OSError:
        namespace = ""
    return ClientConfig(
        server=f"https://{f'[{host}]' if ':' in host else host}:{port}",
        namespace=namespace or "default",
        tls=Tls(authorities=Material(file=folder / "ca.crt")),
        source="the pod's service account",
    )
