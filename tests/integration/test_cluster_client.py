"""The client's way to a real API server: who asks, what is refused, what breaks, and what a person reads then."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from glider_client.cluster import errors, paths
from glider_client.cluster.client import TABLE, Cluster
from tests.cluster import fixtures
from tests.cluster.ports import free_ports
from tests.faults.apiserver.proxy import ApiServerProxy
from tests.faults.apiserver.rules import Answer, EventRule, Gone, Paged, Reset, Rule, Torn, calls
from tests.integration.cli import UNSERVED
from tests.resources import divider, execution

pytestmark = pytest.mark.cluster


class Kubeconfig:
    """The cluster's kubeconfig, changed by a test and written to a file."""

    def __init__(self, source: Path, file: Path) -> None:
        self._document = yaml.safe_load(source.read_text())
        self._file = file

    @property
    def cluster(self) -> dict[str, Any]:
        return self._document["clusters"][0]["cluster"]

    def user(self, **fields: Any) -> Cluster:
        """The cluster as another user."""
        self._document["users"][0]["user"] = fields
        return self.connect()

    def connect(self, **options: Any) -> Cluster:
        self._file.write_text(yaml.safe_dump(self._document))
        return Cluster.connect(kubeconfig=self._file, **options)


@pytest.fixture
def kubeconfig(crds: fixtures.Cluster, tmp_path: Path) -> Kubeconfig:
    return Kubeconfig(crds.kubeconfig, tmp_path / "kubeconfig")


@pytest.fixture
def admin(kubeconfig: Kubeconfig) -> Cluster:
    return kubeconfig.connect()


@pytest.fixture
def reader_token(crds: fixtures.Cluster, namespace: str) -> str:
    """Of a ServiceAccount that may read executions of the namespace, and nothing else."""
    crds.kubectl("-n", namespace, "create", "serviceaccount", "reader")
    crds.kubectl("-n", namespace, "create", "role", "reader", "--verb=get,list", "--resource=taskexecutions.glider.dev")
    crds.kubectl("-n", namespace, "create", "rolebinding", "reader", "--role=reader", f"--serviceaccount={namespace}:reader")
    return crds.kubectl("-n", namespace, "create", "token", "reader").strip()


def create(cluster: Cluster, namespace: str, *names: str, labels: Mapping[str, str] = {}) -> None:
    for name in names:
        document = execution(name, task=divider(), inputs={"a": 1, "b": 1})
        cluster.create(paths.executions(namespace), document | {"metadata": {"name": name, "labels": dict(labels)}})


def refused(action: Callable[[], object], kind: type[errors.ClusterError]) -> str:
    with pytest.raises(errors.ClusterError) as caught:
        action()
    assert type(caught.value) is kind, caught.value
    return str(caught.value)


def test_objects_are_created_read_patched_applied_and_deleted(admin: Cluster, namespace: str):
    create(admin, namespace, "one", "two")
    path = paths.executions(namespace, "one")
    assert admin.get(path)["spec"]["inputs"] == {"a": 1, "b": 1}
    assert admin.patch(path, {"spec": {"suspend": True}})["spec"]["suspend"] is True
    label = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": {"name": "one", "labels": {"x": "y"}}}
    assert admin.apply(path, label, dry_run=True)["metadata"]["labels"] == {"x": "y"}
    assert "labels" not in admin.get(path)["metadata"]
    assert admin.apply(path, label)["metadata"]["labels"] == {"x": "y"}
    assert sorted(item["metadata"]["name"] for item in admin.items(paths.executions(namespace))) == ["one", "two"]
    wrong = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": str(uuid.uuid4())}}
    refused(lambda: admin.delete(path, body=wrong), errors.ConflictError)
    admin.delete(path)
    message = refused(lambda: admin.get(path), errors.NotFoundError)
    assert message == f"there is no TaskExecution 'one' in the namespace '{namespace}'. `glider get` lists those that are there."


def test_a_list_comes_in_pages(admin: Cluster, namespace: str):
    create(admin, namespace, *"abcde")
    pages = list(admin.pages(paths.executions(namespace), size=2, accept=TABLE))
    assert [len(page["rows"]) for page in pages] == [2, 2, 1]
    assert pages[0]["columnDefinitions"][0]["name"] == "Name"


def test_a_watch_reports_changes_from_a_version_on(admin: Cluster, namespace: str):
    version = admin.get(paths.executions(namespace))["metadata"]["resourceVersion"]
    create(admin, namespace, "one", "two", labels=UNSERVED)
    watch = admin.watch(paths.executions(namespace), resource_version=version)
    events = [next(watch), next(watch)]
    watch.close()  # type: ignore[attr-defined]  # a generator
    assert [(event.type, event.object["metadata"]["name"]) for event in events] == [("ADDED", "one"), ("ADDED", "two")]


def test_what_is_refused_names_the_field(admin: Cluster, namespace: str):
    unknown = execution("one", task=divider(), imputs={})
    assert 'unknown field "spec.imputs"' in refused(lambda: admin.create(paths.executions(namespace), unknown), errors.InvalidObjectError)
    neither = refused(lambda: admin.create(paths.executions(namespace), execution("one")), errors.InvalidObjectError)
    assert neither.startswith("the TaskExecution is refused: TaskExecution.glider.dev")
    create(admin, namespace, "one")
    again = refused(lambda: create(admin, namespace, "one"), errors.AlreadyExistsError)
    assert again == (f"there is already a TaskExecution 'one' in the namespace '{namespace}'. Choose another name, or delete it first.")


def test_a_field_that_another_manager_owns_is_a_conflict_unless_forced(admin: Cluster, crds: fixtures.Cluster, namespace: str):
    create(admin, namespace, "one")
    crds.kubectl("-n", namespace, "label", "te/one", "x=theirs", "--field-manager=other")
    label = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": {"name": "one", "labels": {"x": "ours"}}}
    path = paths.executions(namespace, "one")
    message = refused(lambda: admin.apply(path, label), errors.ConflictError)
    assert '"other"' in message
    assert ".metadata.labels.x" in message
    assert admin.apply(path, label, force=True)["metadata"]["labels"] == {"x": "ours"}


def test_a_namespace_that_is_not_there_is_named(admin: Cluster):
    for action in (
        lambda: admin.get(paths.executions("absent", "one")),
        lambda: create(admin, "absent", "one"),
    ):
        message = refused(action, errors.NoNamespaceError)
        assert message == "there is no namespace 'absent'. Choose another with -n, or create it: kubectl create namespace absent"


def test_a_cluster_without_the_crds(admin: Cluster, namespace: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(paths, "_OURS", "/apis/glider.dev/v0")
    assert "has no CRD of glider.dev/v1alpha1 for taskexecutions. Install Glider" in refused(
        lambda: admin.get(paths.executions(namespace, "one")), errors.NoCrdError
    )


def test_a_service_account_with_few_rights(kubeconfig: Kubeconfig, admin: Cluster, reader_token: str, namespace: str):
    create(admin, namespace, "one")
    reader = kubeconfig.user(token=reader_token)
    assert reader.get(paths.executions(namespace, "one"))["metadata"]["name"] == "one"
    who = f"the user 'system:serviceaccount:{namespace}:reader' may not"
    message = refused(lambda: reader.delete(paths.executions(namespace, "one")), errors.ForbiddenError)
    assert message == (
        f"{who} delete taskexecutions.glider.dev in the namespace '{namespace}'. "
        "Whoever administers the namespace can grant it with a Role and a binding."
    )
    assert f"{who} list pods in all namespaces." in refused(lambda: reader.get(paths.pods("")), errors.ForbiddenError)
    assert f"{who} get pods/log in the namespace '{namespace}'." in refused(
        lambda: list(reader.stream(paths.pod_log(namespace, "p"))), errors.ForbiddenError
    )
    assert f"{who} act as 'ann'." in refused(lambda: kubeconfig.connect(user="ann").get(paths.executions(namespace)), errors.ForbiddenError)


def test_impersonation(kubeconfig: Kubeconfig, crds: fixtures.Cluster, namespace: str):
    def executions(**options: Any) -> list[Any]:
        return list(kubeconfig.connect(namespace=namespace, **options).items(paths.executions(namespace)))

    assert "the user 'ann' may not list" in refused(lambda: executions(user="ann"), errors.ForbiddenError)
    assert executions(user="ann", groups=["a", "system:masters"]) == []
    assert "--as-group: expected --as beside it" in refused(lambda: executions(groups=["a"]), errors.ClusterConfigError)


@pytest.mark.parametrize("user", [pytest.param({"token": "expired"}, id="a wrong token"), pytest.param({}, id="no credentials")])
def test_credentials_that_are_refused(kubeconfig: Kubeconfig, namespace: str, user: dict[str, str]):
    message = refused(lambda: kubeconfig.user(**user).get(paths.executions(namespace)), errors.UnauthorizedError)
    assert "they are wrong or have expired. Log in to the cluster again, or choose another context with --context." in message


def test_a_plugin_is_asked_again_once_its_token_is_refused(kubeconfig: Kubeconfig, reader_token: str, namespace: str, tmp_path: Path):
    (tmp_path / "plugin.py").write_text(f"""
import json, pathlib
asked = pathlib.Path({str(tmp_path / "asked")!r})
asked.write_text(asked.read_text() + "x" if asked.exists() else "x")
token = "expired" if asked.read_text() == "x" else {reader_token!r}
print(json.dumps({{"apiVersion": "client.authentication.k8s.io/v1beta1", "kind": "ExecCredential", "status": {{"token": token}}}}))
""")
    plugin = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": sys.executable, "args": [str(tmp_path / "plugin.py")]}
    cluster = kubeconfig.user(exec=plugin | {"interactiveMode": "Never"})
    for _ in range(2):
        cluster.get(paths.executions(namespace))
    assert (tmp_path / "asked").read_text() == "xx"


def test_a_token_in_a_file_and_a_certificate_in_files(kubeconfig: Kubeconfig, crds: fixtures.Cluster, reader_token: str, namespace: str):
    (kubeconfig._file.parent / "token").write_text(reader_token)
    assert kubeconfig.user(tokenFile="token").get(paths.executions(namespace))["items"] == []


def test_a_port_where_nobody_listens(kubeconfig: Kubeconfig):
    (port,) = free_ports(1)
    kubeconfig.cluster["server"] = f"https://127.0.0.1:{port}"
    message = refused(lambda: kubeconfig.connect().get("/version"), errors.UnreachableError)
    assert message.startswith(f"no answer from https://127.0.0.1:{port} (context ")
    assert message.endswith("Connection refused. Check that the cluster runs, and the context.")


def test_a_host_that_nobody_knows(kubeconfig: Kubeconfig):
    kubeconfig.cluster["server"] = "https://absent.invalid:6443"
    message = refused(lambda: kubeconfig.connect().get("/version"), errors.UnreachableError)
    assert "no answer from https://absent.invalid:6443" in message
    assert "HTTPSConnection" not in message


def test_an_authority_that_did_not_sign(kubeconfig: Kubeconfig):
    del kubeconfig.cluster["certificate-authority-data"]
    message = refused(lambda: kubeconfig.connect().get("/version"), errors.TlsError)
    assert "certificate verify failed" in message
    assert message.endswith("Check the kubeconfig's certificate-authority and server.")
    kubeconfig.cluster["insecure-skip-tls-verify"] = True
    assert kubeconfig.connect().get("/version")["major"]


def test_the_servers_certificate_may_have_another_name(kubeconfig: Kubeconfig):
    kubeconfig.cluster["tls-server-name"] = "kubernetes.default.svc"
    assert kubeconfig.connect().get("/version")["major"]
    kubeconfig.cluster["tls-server-name"] = "other.example"
    assert "other.example" in refused(lambda: kubeconfig.connect().get("/version"), errors.TlsError)


def test_a_proxy_that_is_not_there(kubeconfig: Kubeconfig):
    (port,) = free_ports(1)
    kubeconfig.cluster["proxy-url"] = f"http://ann:secret@127.0.0.1:{port}"
    message = refused(lambda: kubeconfig.connect().get("/version"), errors.UnreachableError)
    assert f"the proxy http://127.0.0.1:{port} fails: Connection refused. Check proxy-url in the kubeconfig" in message


@pytest.fixture
def proxy(crds: fixtures.Cluster, tmp_path: Path) -> Iterator[ApiServerProxy]:
    """The API server, with faults."""
    with ApiServerProxy(crds.kubeconfig, folder=tmp_path) as found:
        yield found


def test_reads_are_sent_again_and_writes_only_if_nothing_was_done(proxy: ApiServerProxy, namespace: str):
    cluster = Cluster.connect(kubeconfig=proxy.kubeconfig)
    proxy.rules = [Rule(where=calls(verb="list"), fault=Answer(status=503), first=2)]
    assert list(cluster.items(paths.executions(namespace))) == []
    proxy.rules = [Rule(where=calls(verb="list"), fault=Reset(), first=1)]
    assert list(cluster.items(paths.executions(namespace))) == []
    proxy.rules = [Rule(where=calls(verb="create"), fault=Answer(status=429, retry_after=1), first=1)]
    create(cluster, namespace, "one")
    proxy.rules = [Rule(where=calls(verb="create"), fault=Reset(after=True))]
    message = refused(lambda: create(cluster, namespace, "two"), errors.UnreachableError)
    assert "broke" in message
    assert message.endswith("The request may have been carried out: check it first.")
    assert len([exchange for exchange in proxy.writes() if exchange.call.name == "two"]) == 1


def test_an_api_server_that_stays_busy(proxy: ApiServerProxy, namespace: str):
    proxy.rules = [Rule(where=calls(verb="list"), fault=Answer(status=503))]
    cluster = Cluster.connect(kubeconfig=proxy.kubeconfig)
    message = refused(lambda: cluster.get(paths.executions(namespace)), errors.UnavailableError)
    assert "can't answer now (HTTP status 503)" in message
    assert proxy.met(proxy.rules[0]) == 4


def test_a_watch_that_breaks_and_one_that_is_too_old(proxy: ApiServerProxy, namespace: str):
    cluster = Cluster.connect(kubeconfig=proxy.kubeconfig)
    path = paths.executions(namespace)
    version = cluster.get(path)["metadata"]["resourceVersion"]
    create(cluster, namespace, "one")
    proxy.event_rules = [EventRule(fault=Torn(), resource="taskexecutions")]
    refused(lambda: list(cluster.watch(path, resource_version=version)), errors.UnreachableError)
    proxy.event_rules = [EventRule(fault=Gone(), resource="taskexecutions")]
    assert "too old" in refused(lambda: list(cluster.watch(path, resource_version=version)), errors.ExpiredError)


def test_small_pages_of_a_server_give_all_objects(proxy: ApiServerProxy, namespace: str):
    cluster = Cluster.connect(kubeconfig=proxy.kubeconfig)
    create(cluster, namespace, *"abc")
    proxy.rules = [Rule(where=calls(verb="list"), fault=Paged(1))]
    assert len(list(cluster.items(paths.executions(namespace)))) == 3


def test_what_is_no_kubernetes_is_named(s3: Any, kubeconfig: Kubeconfig):
    kubeconfig.cluster["server"] = s3.endpoint
    with pytest.raises(errors.ClusterError) as caught:
        kubeconfig.connect().get("/version")
    assert "Traceback" not in str(caught.value)


def test_the_json_of_an_error_stays_out_of_sight(admin: Cluster, namespace: str):
    message = refused(lambda: admin.patch(paths.executions(namespace, "absent"), {}), errors.NotFoundError)
    assert json.dumps({"kind": "Status"})[:-1] not in message
