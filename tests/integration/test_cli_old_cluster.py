"""`glider` and a cluster that isn't ready for it: no CRDs, older CRDs, a policy, a webhook, an expired token.

The control plane is the test's own, since what is wrong with it would disturb others.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from glider_client.checks import crds
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError
from glider_client.cluster.paths import executions
from tests.cluster.errors import ClusterError as NoCluster
from tests.cluster.private import PrivateControlPlane, private_control_plane
from tests.conftest import ROOT, MissingServer
from tests.e2e.conftest import wait_until
from tests.integration.mistakes import Mistake, Place, write_files, write_kubeconfig
from tests.resources import divider, execution

pytestmark = pytest.mark.cluster

_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_ADMISSION = "/apis/admissionregistration.k8s.io/v1"
_OURS = {"apiGroups": ["glider.dev"], "apiVersions": ["*"], "resources": ["taskexecutions"], "operations": ["CREATE"]}


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateControlPlane]:
    try:
        with private_control_plane(tmp_path_factory.mktemp("old") / "plane", without=["kube-scheduler"]) as made:
            yield made
    except NoCluster as error:
        raise MissingServer(f"no control plane: {error}") from error


@pytest.fixture
def admin(plane: PrivateControlPlane) -> Cluster:
    return Cluster.connect(kubeconfig=plane.kubeconfig, namespace="default")


@pytest.fixture
def place(plane: PrivateControlPlane, tmp_path: Path) -> Place:
    (tmp_path / "work").mkdir()
    write_files(tmp_path / "work")
    return Place(folder=tmp_path / "work", kubeconfig=plane.kubeconfig)


@pytest.fixture
def current_crds(admin: Cluster) -> Iterator[None]:
    with_crds(admin)
    yield
    without_crds(admin)


def with_crds(admin: Cluster, *, lacking: tuple[str, ...] = ()) -> None:
    """CRDs whose executions and templates don't have these fields of their spec."""
    for file in sorted((ROOT / "manifests" / "crd").glob("*.yaml")):
        crd = yaml.safe_load(file.read_text())
        schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
        for field in lacking:
            schema["properties"]["spec"]["properties"].pop(field, None)
        if lacking:  # the rules are about fields that are gone
            schema.pop("x-kubernetes-validations", None)
            schema["properties"]["spec"].pop("x-kubernetes-validations", None)
        admin.apply(f"{_CRDS}/{crd['metadata']['name']}", crd)
    wait_until(lambda: _lines(admin), what="the CRDs to be published")


def without_crds(admin: Cluster) -> None:
    """A CRD that is still being deleted takes an apply, and goes with it: the next test's would be missing."""
    names = [f"{file.stem}.glider.dev" for file in (ROOT / "manifests" / "crd").glob("*.yaml")]
    for name in names:
        admin.delete(f"{_CRDS}/{name}")
    wait_until(lambda: not {one["metadata"]["name"] for one in admin.items(_CRDS)} & set(names), what="the CRDs to be deleted")
    wait_until(lambda: isinstance(crds.read(admin).resources, ClusterError), what="the CRDs to be gone")


def _lines(admin: Cluster) -> list[str]:
    """The lines about both CRDs, once the API server has published their fields."""
    checks = list(crds.check(crds.read(admin)))
    return [] if any("published" in check.message or "found none" in check.message for check in checks) else [one.line for one in checks]


@pytest.mark.parametrize(
    ("command", "resource"),
    [
        pytest.param("get", "taskexecutions", id="executions can't be listed"),
        pytest.param("describe x", "taskexecutions", id="an execution can't be described"),
        pytest.param("run mistaken.py add --a 1", "tasktemplates", id="code can't be registered"),
        pytest.param("submit -f absent.yaml", "taskexecutions", id="a file can't be submitted"),
        pytest.param("templates", "tasktemplates", id="templates can't be listed"),
    ],
)
def test_without_crds(place: Place, command: str, resource: str) -> None:
    step = "Install Glider (helm install glider charts/glider), or choose another context with --context."
    place.check(Mistake(command, f"https://… (context …) has no CRD of glider.dev/v1alpha1 for {resource}. {step}"))


def test_the_doctor_names_the_crds_that_are_missing(place: Place) -> None:
    result = place.run(Mistake("doctor", ""))
    assert result.exit_code == 1
    for resource in ("taskexecutions", "tasktemplates"):
        assert f"PROBLEM  CRD {resource}.glider.dev: expected v1alpha1 of it, found none" in result.stdout
    assert result.stdout.count("Install the chart, or: kubectl apply --server-side -f manifests/crd") == 1


def test_older_crds(place: Place, admin: Cluster) -> None:
    with_crds(admin, lacking=("code", "suspend", "taskRef"))
    try:
        step = "Correct it; if it is right, the CRDs are older than this client: `glider doctor` compares them."
        message = f"the TaskTemplate 'add-…' is refused: .spec.code: field not declared in schema. {step}"
        place.check(Mistake("run mistaken.py add --a 1", message))
        result = place.run(Mistake("doctor", ""))
        assert result.exit_code == 1
        for kind, fields in (("taskexecutions", "spec.suspend, spec.taskRef"), ("tasktemplates", "spec.code")):
            assert f"PROBLEM  CRD {kind}.glider.dev: it is older than this client and lacks {fields}" in result.stdout
        assert result.stdout.count("Upgrade it: kubectl apply --server-side --force-conflicts -f manifests/crd") == 1
    finally:
        without_crds(admin)


def test_a_policy_that_refuses(place: Place, admin: Cluster, current_crds: None) -> None:
    spec = {
        "matchConstraints": {"resourceRules": [_OURS]},
        "validations": [{"expression": "false", "message": "executions need a label team"}],
    }
    policy = {"apiVersion": "admissionregistration.k8s.io/v1", "metadata": {"name": "labels"}}
    binding = {"policyName": "labels", "validationActions": ["Deny"]}
    admin.create(f"{_ADMISSION}/validatingadmissionpolicies", {**policy, "kind": "ValidatingAdmissionPolicy", "spec": spec})
    admin.create(f"{_ADMISSION}/validatingadmissionpolicybindings", {**policy, "kind": "ValidatingAdmissionPolicyBinding", "spec": binding})
    try:
        wait_until(_refused(admin, "need a label"), what="the policy to act")
        message = "the TaskExecution 'x' is refused: …executions need a label team. Correct it and try again."
        place.check(Mistake("submit -f absent.yaml", message))
    finally:
        admin.delete(f"{_ADMISSION}/validatingadmissionpolicybindings/labels")
        admin.delete(f"{_ADMISSION}/validatingadmissionpolicies/labels")
        wait_until(lambda: not _refused(admin, "")(), what="the policy to be gone")


def test_a_webhook_that_does_not_answer(place: Place, admin: Cluster, current_crds: None) -> None:
    webhook = {
        "name": "labels.example.com",
        "clientConfig": {"url": "https://127.0.0.1:1/"},
        "rules": [_OURS],
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "failurePolicy": "Fail",
    }
    document = {"apiVersion": "admissionregistration.k8s.io/v1", "metadata": {"name": "labels"}, "webhooks": [webhook]}
    admin.create(f"{_ADMISSION}/validatingwebhookconfigurations", {**document, "kind": "ValidatingWebhookConfiguration"})
    try:
        wait_until(_refused(admin, "labels.example.com"), what="the webhook to be called")
        message = '…failed calling webhook "labels.example.com": …connection refused…'
        place.check(Mistake("submit -f absent.yaml", message))
    finally:
        admin.delete(f"{_ADMISSION}/validatingwebhookconfigurations/labels")
        wait_until(lambda: not _refused(admin, "")(), what="the webhook to be gone")


def _refused(admin: Cluster, words: str) -> Callable[[], bool]:
    """Whether an execution is refused with these words by now."""

    def refused() -> bool:
        try:
            admin.create(executions("default"), execution("probe", task=divider(), inputs={"a": 1, "b": 1}), query={"dryRun": "All"})
        except ClusterError as error:
            return words in str(error)
        return False

    return refused


def test_an_expired_token(place: Place, plane: PrivateControlPlane, admin: Cluster, tmp_path: Path) -> None:
    account = admin.get("/api/v1/namespaces/default/serviceaccounts/default")["metadata"]
    for name, ends in (("good", 3600), ("expired", -3600)):
        token = token_of(plane, account, ends=int(time.time()) + ends)
        place.names[name] = str(write_kubeconfig(plane.kubeconfig, tmp_path / name, user={"token": token}))
    place.check(Mistake("templates --kubeconfig $good", "the user 'system:serviceaccount:default:default' may not list …"))
    message = (
        "https://… refuses the credentials of …: they are wrong or have expired. "
        "Log in to the cluster again, or choose another context with --context."
    )
    place.check(Mistake("templates --kubeconfig $expired", message))


def token_of(plane: PrivateControlPlane, account: Mapping[str, Any], *, ends: int) -> str:
    """A token by the API server's own key: it issues none itself that ends within a test."""
    claims = {
        "iss": "https://kubernetes.default.svc",
        "aud": ["https://kubernetes.default.svc"],
        "sub": f"system:serviceaccount:{account['namespace']}:{account['name']}",
        "iat": ends - 7200,
        "nbf": ends - 7200,
        "exp": ends,
        "kubernetes.io": {"namespace": account["namespace"], "serviceaccount": {"name": account["name"], "uid": account["uid"]}},
    }
    signed = f"{_encoded({'alg': 'ES256'})}.{_encoded(claims)}"
    key = load_pem_private_key((plane.layout.pki / "service-accounts.key").read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    r, s = utils.decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{_base64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _encoded(document: Any) -> str:
    return _base64(json.dumps(document).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
