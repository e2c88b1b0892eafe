"""The front as a process beside a real API server, and users with tokens and rights of their own."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml
from flyteidl.service import admin_pb2_grpc, auth_pb2_grpc, dataproxy_pb2_grpc, identity_pb2_grpc

from glider_client.cluster.client import Cluster as Client
from glider_client.cluster.errors import AlreadyExistsError
from glider_client.cluster.kubeconfig import load_config
from tests.cluster.fixtures import Cluster
from tests.e2e.conftest import wait_until
from tests.integration.conftest import end_operators, wait_until_ready

Json = Mapping[str, Any]
#: What a user of Glider has: see the chart's user roles.
EDITOR: tuple[Json, ...] = (
    {"apiGroups": ["glider.dev"], "resources": ["taskexecutions", "tasktemplates"], "verbs": ["*"]},
    {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "create", "patch"]},
)


#: For how long an equal request without a name is the same one again: longer than a busy machine takes for it.
REPEATED = 600


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a front listens."""

    grpc: str
    http: str
    pid: int = 0

    def channel(self, token: str) -> Any:
        """A channel whose calls have the token. Whoever opens it closes it."""
        return grpc.intercept_channel(grpc.insecure_channel(self.grpc), _Bearer(token))


class _Bearer(grpc.UnaryUnaryClientInterceptor):
    def __init__(self, token: str) -> None:
        self._token = token

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        headers = [*(details.metadata or ()), ("authorization", f"Bearer {self._token}")]
        return continuation(details._replace(metadata=headers), request)


@dataclass(frozen=True, kw_only=True)
class Stubs:
    """flyteidl's stubs, as one user."""

    admin: Any
    data: Any
    identity: Any
    auth: Any


@contextmanager
def stubs(address: Address, token: str) -> Iterator[Stubs]:
    """The stubs of a front for whoever has the token."""
    with address.channel(token) as channel:
        yield Stubs(
            admin=admin_pb2_grpc.AdminServiceStub(channel),
            data=dataproxy_pb2_grpc.DataProxyServiceStub(channel),
            identity=identity_pb2_grpc.IdentityServiceStub(channel),
            auth=auth_pb2_grpc.AuthMetadataServiceStub(channel),
        )


@contextmanager
def running_front(kubeconfig: Path, folder: Path, *, environment: Mapping[str, str] | None = None, **settings: Any) -> Iterator[Address]:
    """`glider-admin` as a process, with a configuration of these keys, on free ports of the loopback; ready."""
    with front_process(kubeconfig, folder, environment=environment, **settings) as (process, log):
        address = address_of(process, log)
        wait_until_ready(process, log, health=address.http.removeprefix("http://"))
        yield address


@contextmanager
def front_process(
    kubeconfig: Path, folder: Path, *, environment: Mapping[str, str] | None = None, **settings: Any
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The same process as it starts, and its log."""
    config = folder / f"admin-{uuid.uuid4().hex[:6]}.yaml"
    document = {
        "apiVersion": "glider.dev/v1alpha1",
        "kind": "AdminConfiguration",
        "grpcAddress": "127.0.0.1:0",
        "httpAddress": "127.0.0.1:0",
    }
    config.write_text(yaml.safe_dump({**document, **settings}))
    log = config.with_suffix(".log")
    command = [str(Path(sys.executable).parent / "glider-admin"), "--config", str(config), "--kubeconfig", str(kubeconfig)]
    with log.open("wb") as stream, subprocess.Popen(command, stderr=stream, env=environment) as process:
        try:
            yield process, log
        finally:
            process.terminate()
            process.wait(timeout=30)


def address_of(process: subprocess.Popen[bytes], log: Path) -> Address:
    """Where a process listens, once it does."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = re.search(r"serving gRPC on (\S+) and HTTP on (\S+)", log.read_text())
        if found is not None:
            return Address(grpc=found[1].rstrip('",'), http=f"http://{found[2]}", pid=process.pid)
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(f"the front didn't start:\n{log.read_text()}")


@pytest.fixture(scope="package", autouse=True)
def alone() -> None:
    """No operator but those that a test starts changes the executions here."""
    end_operators()


@pytest.fixture(scope="package")
def front(crds: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """A front with the default settings, but for its namespaces, of which a project is one, and the time for repetitions."""
    with running_front(crds.kubeconfig, tmp_path_factory.mktemp("admin"), namespace="{project}", repeatSeconds=REPEATED) as address:
        yield address


@dataclass(frozen=True, kw_only=True)
class Users:
    """Makes service accounts with tokens."""

    client: Client

    def token(
        self, namespace: str, name: str = "ada", *, rules: Sequence[Json] = EDITOR, seconds: int = 3600, audiences: Sequence[str] = ()
    ) -> str:
        """A token of the service account `name` in `namespace`, which has these rights there: a front would keep that it hadn't yet."""
        rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
        accounts = f"/api/v1/namespaces/{namespace}/serviceaccounts"
        metadata = {"name": name, "namespace": namespace}
        reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
        subject = {"kind": "ServiceAccount", **metadata}
        self._ensure(accounts, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
        self._ensure(
            f"{rbac}/roles", {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata, "rules": list(rules)}
        )
        binding = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": metadata, "roleRef": reference}
        self._ensure(f"{rbac}/rolebindings", {**binding, "subjects": [subject]})
        wait_until(lambda: self._has(namespace, name, rules[0]), what="the API server's authorizer to have the rights")
        spec = {"expirationSeconds": seconds, **({"audiences": list(audiences)} if audiences else {})}
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        return str(self.client.create(f"{accounts}/{name}/token", request)["status"]["token"])

    def _has(self, namespace: str, name: str, rule: Json) -> bool:
        verb, resource = ("get" if rule["verbs"][0] == "*" else rule["verbs"][0]), rule["resources"][0]
        right = {"namespace": namespace, "verb": verb, "group": rule["apiGroups"][0], "resource": resource}
        spec = {"user": f"system:serviceaccount:{namespace}:{name}", "resourceAttributes": right}
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
        return bool(self.client.create("/apis/authorization.k8s.io/v1/subjectaccessreviews", review)["status"]["allowed"])

    def _ensure(self, path: str, document: Json) -> None:
        with suppress(AlreadyExistsError):
            self.client.create(path, dict(document))


@pytest.fixture(scope="package")
def users(crds: Cluster) -> Users:
    """Of the test's cluster."""
    return Users(client=Client(load_config({}, kubeconfig=crds.kubeconfig, context=None)))
