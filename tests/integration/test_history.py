"""Every execution that ends is in the history once, though the store fails and the operator is killed; and none is deleted before that."""

from __future__ import annotations

import os
import re
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider.wire import zstd
from glider_core.api.labels import API_VERSION, EXECUTION_KIND, EXECUTIONS, INSTANCE
from glider_core.archive.index import Index
from glider_core.archive.logs import ArchivedLogs
from glider_core.archive.records import Records
from glider_core.history.queries import Query
from tests.cluster.fixtures import Cluster
from tests.conftest import S3, MissingServer
from tests.faults.api import Api
from tests.faults.faults import Answer, CutRequest, Delay, LoseResponse, Reset, always, nothing, randomly
from tests.faults.proxy import FaultProxy
from tests.integration.fire.stage import FINAL, OperatorProcess, wait_until

NOW = "2030-01-01T00:00:09Z"
#: To create them and to end them is most of the work: GLIDER_ENDS=1000 has as many as were promised, and takes twice as long.
COUNT = int(os.environ.get("GLIDER_ENDS", "400"))
#: Every other one is to be deleted as soon as it has ended.
BRIEF = 2
TORN = (Answer(503), LoseResponse(), Reset(), CutRequest(after=100), Delay(0.2))
_RECORD = re.compile(r"v1/(?P<namespace>[a-z0-9-]+)/\d{4}/\d\d/\d\d/(?P<uid>[^/]+)\.json\.zst")


@dataclass(frozen=True, kw_only=True)
class Site:
    """An operator that keeps a history in a store behind a proxy, and the executions of a namespace."""

    api: Api
    namespace: str
    operator: OperatorProcess
    proxy: FaultProxy
    storage: Storage
    prefix: str

    @property
    def executions(self) -> str:
        return f"/apis/{API_VERSION}/namespaces/{self.namespace}/{EXECUTIONS}"

    def create(self, number: int, **spec: Any) -> str:
        """An execution; its UID."""
        metadata = {"name": f"run-{number}", "namespace": self.namespace, "labels": {INSTANCE: self.namespace}}
        task = {"container": {"image": "none", "args": ["true"]}}
        body = {"apiVersion": API_VERSION, "kind": EXECUTION_KIND, "metadata": metadata, "spec": {"task": task, **spec}}
        uid: str = self.api.create(self.executions, body)["metadata"]["uid"]
        return uid

    def phases(self) -> Counter[str]:
        """How many executions there are of each phase."""
        return Counter(one.get("status", {}).get("phase", "") for one in self.api.items(self.executions))

    def records(self) -> list[str]:
        """The UIDs of all records, by a listing of the store."""
        found = (_RECORD.fullmatch(name) for name in self.storage.sizes(self.prefix))
        return sorted(one["uid"] for one in found if one and one["namespace"] == self.namespace)

    def pending(self) -> int:
        """How many the operator has still to archive."""
        return int(float(self.operator.ask("/metrics").partition("\nglider_history_pending ")[2].partition("\n")[0]))

    def wait_for_pod(self) -> dict[str, Any]:
        """The one pod that there is."""
        [pod] = wait_until(lambda: self.api.items(f"{self.core}/pods"), what="a pod")
        return dict(pod)

    def kill_as_a_whole(self, pod: dict[str, Any], *, node: str) -> None:
        """The pod gets a node, and the kernel kills all of its container."""
        name, container = pod["metadata"]["name"], pod["spec"]["containers"][0]
        binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name}, "target": {"kind": "Node", "name": node}}
        self.api.create(f"{self.core}/pods/{name}/binding", binding)
        killed = {"exitCode": 137, "reason": "OOMKilled", "message": "line 4", "startedAt": NOW, "finishedAt": NOW}
        named = {"name": container["name"], "image": container["image"], "imageID": "", "ready": False, "restartCount": 0}
        status = {"phase": "Failed", "containerStatuses": [{**named, "state": {"terminated": killed}}]}
        self.api.patch(f"{self.core}/pods/{name}/status", {"status": status})

    @property
    def core(self) -> str:
        return f"/api/v1/namespaces/{self.namespace}"

    def stored(self) -> int:
        """How many records the operator has sent so far."""
        return sum(one.method == "PUT" and ".json.zst" in one.path for one in self.proxy.requests)


@pytest.fixture
def site(crds: Cluster, namespace: str, s3: S3, tmp_path: Path) -> Iterator[Site]:
    proxy = FaultProxy(s3.endpoint)
    operator = OperatorProcess(
        kubeconfig=crds.kubeconfig,
        folder=tmp_path,
        environment={**s3.env, "FLYTE_AWS_ENDPOINT": proxy.endpoint},
        instanceId=namespace,
        watchNamespaces=[namespace],
        storage={"metadataPrefix": s3.uri},
        history={"enabled": True},
        clientConnection={"qps": 1000, "burst": 1000},
        apiBudget={},
        events={},
    )
    storage = Storage(read_settings(s3.env).storage)
    try:
        yield Site(
            api=Api(crds.kubeconfig), namespace=namespace, operator=operator, proxy=proxy, storage=storage, prefix=f"{s3.uri}/.history"
        )
    finally:
        operator.kill()
        proxy.stop()


def test_many_end_at_once_while_the_store_fails_and_the_operator_is_killed(site: Site):
    site.proxy.plan = always(Answer(503))
    site.operator.start()
    with ThreadPoolExecutor(8) as pool:
        uids = sorted(pool.map(lambda n: site.create(n, cancel=True, ttlSecondsAfterFinished=n % BRIEF * 3600), range(COUNT)))
    wait_until(lambda: site.pending() == COUNT, what="all to end, though the store doesn't answer")
    assert site.records() == []
    assert site.phases() == {"Aborted": COUNT}, "none is deleted before it is archived"
    assert site.operator.unready() == ""

    site.proxy.plan = randomly(0.3, TORN, seed=7)
    wait_until(lambda: site.stored() > COUNT // 4, what="some to be archived")
    site.operator.kill()
    assert site.phases().total() > COUNT // 2
    site.operator.start()
    wait_until(lambda: site.stored() > COUNT // 2, what="more to be archived")
    site.proxy.plan = nothing
    wait_until(lambda: len(site.records()) == COUNT and not site.pending(), what="all to be archived")
    wait_until(lambda: site.phases().total() == COUNT // BRIEF, what="those with a short TTL to go")

    index = Index(site.storage, site.prefix)
    rows = list(index.rows(Query(namespaces=(site.namespace,))))
    assert sorted(row.uid for row in rows) == site.records() == uids
    assert index.problems == []
    record = Records(site.storage, site.prefix).read(rows[0])
    assert record.execution["status"]["phase"] in FINAL
    assert "managedFields" not in record.execution["metadata"]


LOG = "".join(f"2030-01-01T00:00:0{second}.000000000Z line {second}\n" for second in range(5))


class Kubelet(BaseHTTPRequestHandler):
    """A node's, as far as the API server asks it for a log."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(LOG.encode())

    def log_message(self, format: str, *args: object) -> None:
        """What is asked is in `asked`."""


@pytest.fixture
def node(crds: Cluster, site: Site) -> Iterator[str]:
    """A node whose kubelet has a log; the API server takes its own certificate for that of kubelets, too."""
    if not crds.is_ours:
        raise MissingServer("no keys of kubelets: this cluster is the user's own")
    pki = crds.kubeconfig.parent / "pki"
    server = ThreadingHTTPServer(("127.0.0.1", 0), Kubelet)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "server.crt", pki / "server.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    name = f"node-{site.namespace}"
    site.api.create("/api/v1/nodes", {"metadata": {"name": name}})
    address = {"type": "InternalIP", "address": "127.0.0.1"}
    status = {"addresses": [address], "daemonEndpoints": {"kubeletEndpoint": {"Port": server.server_port}}}
    site.api.patch(f"/api/v1/nodes/{name}/status", {"status": status})
    yield name
    site.api.delete(f"/api/v1/nodes/{name}")
    server.shutdown()
    server.server_close()


def test_the_last_lines_of_a_container_that_was_killed_as_a_whole_are_in_the_archive(site: Site, node: str):
    site.operator.start()
    uid = site.create(0, retries={"user": 0, "system": 0})
    pod = site.wait_for_pod()
    folder = f"{site.prefix.removesuffix('/.history')}/{site.namespace}/run-0-{uid[:8]}"
    stored = "".join(f"{line[:30]} stdout F {line[31:]}\n" for line in LOG.splitlines()[:3])
    site.storage.write(f"{folder}/0/logs/0.log.zst", zstd.compress(stored.encode()))

    site.kill_as_a_whole(pod, node=node)
    wait_until(lambda: len(site.storage.files(f"{folder}/0/logs")) == 2, what="another part")
    assert [line.text for line in ArchivedLogs(site.storage).lines(folder, 0)] == [f"line {second}" for second in range(5)]
    [asked] = Kubelet.asked
    assert "timestamps=true" in asked

    wait_until(lambda: site.records() == [uid] and not site.pending(), what="the execution to be archived")
    [row] = Index(site.storage, site.prefix).rows(Query(namespaces=(site.namespace,)))
    record = Records(site.storage, site.prefix).read(row)
    assert [one["status"]["phase"] for one in record.pods] == ["Failed"]
    assert row.folder == folder
