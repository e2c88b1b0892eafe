"""Writes a file that was uploaded through the front, with the sender's own rights."""

from __future__ import annotations

from glider_admin.data.parts import config_maps
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import AlreadyExistsError, ConflictError
from glider_client.code.parts import SHA256
from glider_core.kube.requests import METADATA_OF_ONE


def keep(cluster: Cluster, data: bytes | bytearray, *, namespace: str, identity: str) -> None:
    """Have the file in ConfigMaps of `namespace`, whole at last. What is there already stays; an upload that broke off goes on.

    Raises:
        ConflictError: another file was uploaded there.
        ClusterError: the sender may not, or the cluster doesn't answer.
    """
    for part in config_maps(data, namespace=namespace, identity=identity):
        try:
            cluster.create(paths.config_maps(namespace), part, accept=METADATA_OF_ONE)
        except AlreadyExistsError as error:
            name, wanted = part["metadata"]["name"], part["metadata"]["annotations"][SHA256]
            there = cluster.get(paths.config_maps(namespace, name), accept=METADATA_OF_ONE)
            if (there["metadata"].get("annotations") or {}).get(SHA256) != wanted:
                raise ConflictError(f"another file was uploaded to this address: see the ConfigMap {name}. Ask for another one.") from error
