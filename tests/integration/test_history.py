"""Every execution that ends is in the history once, though the store fails and the operator is killed; and none is deleted before that."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider_core.api.labels import API_VERSION, EXECUTION_KIND, EXECUTIONS, INSTANCE
from glider_core.archive.index import Index
from glider_core.archive.records import Records
from glider_core.history.queries import Query
from tests.cluster.fixtures import Cluster
from tests.conftest import S3
from tests.faults.api import Api
from tests.faults.faults import Answer, CutRequest, Delay, LoseResponse, Reset, always, nothing, randomly
from tests.faults.proxy import FaultProxy
from tests.integration.fire.stage import FINAL, OperatorProcess, wait_until

COUNT = 1_000
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


def test_a_thousand_ends_at_once_while_the_store_fails_and_the_operator_is_killed(site: Site):
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
