"""Glider on the cluster, installed the way users do it, and the few calls that the soak makes of the API server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glider_core.api import labels
from tests.cluster import images, runtime
from tests.cluster.fixtures import Cluster
from tests.conftest import ROOT
from tests.e2e.conftest import SYSTEM, helm_install, uninstall
from tests.faults.api import Api
from tests.resources import to_yaml
from tests.soak import fates

CHART = str(ROOT / "charts" / "glider")
#: Of pods at once, so that a small machine's node bears them.
MOST_AT_ONCE = 20
OPERATORS = "app.kubernetes.io/name=glider"


@dataclass(frozen=True, kw_only=True)
class Site:
    """An installed Glider, and the namespace of the soak. `gate`: held while the API server restarts, and by whoever needs it."""

    cluster: Cluster
    api: Api
    namespace: str
    values: Path
    gate: threading.Lock = field(default_factory=threading.Lock)

    @property
    def executions(self) -> str:
        return f"/apis/{labels.API_VERSION}/namespaces/{self.namespace}/{labels.EXECUTIONS}"

    @property
    def core(self) -> str:
        return f"/api/v1/namespaces/{self.namespace}"

    @property
    def prefix(self) -> str:
        """Where the soak's objects are in the bucket."""
        return f"s3://{self.cluster.s3_bucket}/{self.namespace}"

    def kubectl(self, *args: str, input: str | None = None) -> str:
        """What kubectl says in the soak's namespace."""
        return self.cluster.kubectl("--namespace", self.namespace, *args, input=input)

    def helm_upgrade(self, *arguments: str) -> None:
        """`helm upgrade` with the values of the installation and others, until the new operators are ready."""
        values = ("--values", str(self.values), *arguments)
        self.cluster.helm("upgrade", "glider", CHART, "--namespace", SYSTEM, *values, "--wait", "--timeout", "180s")

    def tag_operator(self, tag: str) -> None:
        """The operator's image is on the node under another tag too."""
        image = next(image for image in images.PROJECT if image.name == "glider-operator")
        runtime.tag_image(image.reference, f"{image.name}:{tag}")

    def operators(self) -> list[dict[str, Any]]:
        """The operators' pods that aren't being deleted."""
        path = f"/api/v1/namespaces/{SYSTEM}/pods?labelSelector={OPERATORS.replace('=', '%3D')}"
        return [pod for pod in self.api.items(path) if "deletionTimestamp" not in pod["metadata"]]

    def leader(self) -> dict[str, Any] | None:
        """The operator's pod that holds the Lease; the only one, where there is none."""
        pods = self.operators()
        lease = self.api.get(f"/apis/coordination.k8s.io/v1/namespaces/{SYSTEM}/leases/glider")
        holder = str(lease["spec"].get("holderIdentity") or "") if lease and len(pods) > 1 else ""
        return next((pod for pod in pods if holder.startswith(pod["metadata"]["name"])), pods[0] if pods else None)

    def is_ready(self) -> bool:
        """Whether as many operators are ready as there are to be."""
        deployment = self.api.get(f"/apis/apps/v1/namespaces/{SYSTEM}/deployments/glider")
        return bool(deployment["status"].get("readyReplicas", 0) >= deployment["spec"]["replicas"])


@contextmanager
def installed(cluster: Cluster, *, namespace: str, folder: Path, replicas: int) -> Iterator[Site]:
    """The chart with an object store; everything is taken away in the end."""
    values = folder / "values.json"
    values.write_text(json.dumps(_values(cluster, namespace)))
    helm_install(cluster, "--values", str(values), "--set", f"replicas={replicas}")
    site = Site(cluster=cluster, api=Api(cluster.kubeconfig), namespace=namespace, values=values)
    try:
        _prepare(site)
        yield site
    finally:
        cluster.kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=false")
        uninstall(cluster)


def _values(cluster: Cluster, namespace: str) -> dict[str, Any]:
    prefix = f"s3://{cluster.s3_bucket}/{namespace}"
    return {
        "config": {
            "storage": {"metadataPrefix": f"{prefix}/metadata", "rawOutputDataPrefix": f"{prefix}/raw"},
            "taskPod": {"envFrom": [{"secretRef": {"name": "store"}}]},
            "patience": {"imagePull": "8s"},
            "maxConcurrent": MOST_AT_ONCE,
        },
        "tolerations": [{"operator": "Exists"}],  # drains are of the tasks' pods: an operator comes back on this one node
    }


def _prepare(site: Site) -> None:
    """The namespace with the task, its code and the store's keys."""
    cluster = site.cluster
    cluster.kubectl("create", "namespace", site.namespace)
    cluster.kubectl("label", "namespace", site.namespace, "pod-security.kubernetes.io/enforce=restricted")
    keys = {
        "FLYTE_AWS_ENDPOINT": cluster.s3_endpoint,
        "FLYTE_AWS_ACCESS_KEY_ID": cluster.s3_access_key,
        "FLYTE_AWS_SECRET_ACCESS_KEY": cluster.s3_secret_key,
    }
    site.kubectl("create", "secret", "generic", "store", *(f"--from-literal={name}={value}" for name, value in keys.items()))
    site.kubectl("create", "configmap", fates.CODE, f"--from-file={Path(__file__).with_name('acting.py')}")
    site.kubectl("apply", "-f", "-", input=to_yaml(fates.template()))
