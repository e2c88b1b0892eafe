"""The few API reads that tell whether the cluster is ready; no Kubernetes client library is needed for them."""

from __future__ import annotations

import http.client
import json
import ssl
from contextlib import closing
from typing import Any

from tests.cluster.layout import NODE_NAME, Layout


def get(layout: Layout, path: str) -> tuple[int, bytes]:
    """Status and body of one GET as the cluster's admin; status 0 while nobody answers."""
    try:
        context = ssl.create_default_context(cafile=str(layout.pki / "ca.crt"))
        context.load_cert_chain(layout.pki / "admin.crt", layout.pki / "admin.key")
        with closing(http.client.HTTPSConnection(layout.address, layout.ports.api, timeout=5, context=context)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error).encode()


def is_api_ready(layout: Layout) -> bool:
    return get(layout, "/readyz")[0] == 200


def is_default_namespace_ready(layout: Layout) -> bool:
    """Pods can be created only when the controller manager has made the default ServiceAccount."""
    return get(layout, "/api/v1/namespaces/default/serviceaccounts/default")[0] == 200


def is_node_ready(layout: Layout) -> bool:
    status, body = get(layout, f"/api/v1/nodes/{NODE_NAME}")
    if status != 200:
        return False
    conditions: list[dict[str, Any]] = json.loads(body)["status"].get("conditions", [])
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
