"""What Helm prints after an installation, and the resources of `helm test`: in which namespace they are."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
import yaml

from tests.integration.chart.conftest import NAMESPACE, Helm
from tests.integration.chart.schemas import mistakes
from tests.reference.values import CHART

#: The namespace that the test creates and deletes: of a name that no namespace of anybody's has.
OWN = f"glider-test-{hashlib.sha256(f'{NAMESPACE}/glider'.encode()).hexdigest()[:8]}"
LIMITED = {"config": {"watchNamespaces": ["glider-system", "team-a", "team-b"]}}


def notes(helm: Helm, values: dict[str, Any], *, namespace: str) -> str:
    file = helm.folder / "values.json"
    file.write_text(json.dumps(values))
    arguments = ("--namespace", namespace, "--values", str(file), "--set", "crds.install=false", "--dry-run=client")
    return helm("install", "glider", str(CHART), *arguments).partition("NOTES:\n")[2]


def applied(text: str) -> list[dict[str, Any]]:
    """What the first `kubectl apply` of the notes applies."""
    return list(yaml.safe_load_all(text.partition("<<'EOF'\n")[2].partition("\nEOF\n")[0]))


@pytest.mark.parametrize(
    ("values", "namespace", "place", "created", "warned"),
    [
        pytest.param({}, NAMESPACE, "", False, True, id="with a namespace of its own"),
        pytest.param({}, "default", " -n tasks", True, True, id="in the namespace that kubectl uses"),
        pytest.param({"config": {"restrictions": {"operatorNamespace": "Allowed"}}}, "default", "", False, False, id="where tasks may run"),
        pytest.param({"singleNamespace": True}, "team-c", " -n team-c", False, False, id="in the only namespace"),
        pytest.param(LIMITED, NAMESPACE, " -n team-a", False, True, id="limited to some namespaces"),
        pytest.param({"taskNamespaces": ["team-b"]}, NAMESPACE, " -n team-b", False, True, id="where the chart has put keys and accounts"),
        pytest.param({"taskNamespaces": ["team-b"]}, "default", " -n team-b", False, True, id="the same, beside what kubectl uses"),
    ],
)
def test_the_first_commands_run_a_task_where_tasks_run(
    helm: Helm, values: dict[str, Any], namespace: str, place: str, created: bool, warned: bool
):
    text = notes(helm, values, namespace=namespace)
    lines = text.splitlines()
    assert lines[2 + created] == f"kubectl apply{place} -f - <<'EOF'"
    assert ("kubectl create namespace tasks" in lines) == created
    assert f"kubectl wait{place} --for=condition=Finished te/hello --timeout=2m" in lines
    assert ("end as InvalidSpec" in text) == warned
    documents = applied(text)
    assert [one["kind"] for one in documents] == ["ConfigMap", "TaskTemplate", "TaskExecution"]
    assert [mistake for one in documents for mistake in mistakes(one, version="1.31.0")] == []


def test_the_first_task_has_the_image_and_the_instance_of_the_installation(helm: Helm):
    values = {"global": {"imageRegistry": "registry.internal"}, "config": {"instanceId": "blue"}}
    _, template, execution = applied(notes(helm, values, namespace=NAMESPACE))
    assert template["spec"]["container"]["image"] == "registry.internal/python:3.11-slim"
    assert execution["metadata"]["labels"] == {"glider.dev/instance-id": "blue"}


@pytest.mark.parametrize(
    ("values", "line"),
    [
        pytest.param({}, "No store is configured", id="without a store"),
        pytest.param(
            {"storage": {"gcs": {"bucket": "data"}}}, "Tasks keep their data below gs://data/metadata and gs://data/raw.", id="with one"
        ),
        pytest.param(
            {"storage": {"s3": {"bucket": "data", "existingSecret": "mine"}}},
            "Each namespace that runs tasks needs the Secret mine.",
            id="a Secret",
        ),
        pytest.param(
            {"storage": {"s3": {"bucket": "data", "accessKeyId": "a", "secretAccessKey": "b"}}, "taskNamespaces": ["a", "b"]},
            "Each namespace that runs tasks needs the Secret glider-store; there is one in a, b.",
            id="a Secret of the chart's",
        ),
        pytest.param(
            {"storage": {"gcs": {"bucket": "data"}}, "config": {"history": {"enabled": True}}},
            "Executions that have ended are kept below gs://data/metadata/.history, where the operator reads, writes, lists and deletes:",
            id="the history",
        ),
        pytest.param(
            {"storage": {"gcs": {"bucket": "data"}, "operatorAccess": False}, "config": {"history": {"enabled": True}}},
            "The operator has no access to the store by these values: leave out storage.operatorAccess, or set storage.secretRef.",
            id="the history without access to it",
        ),
    ],
)
def test_the_notes_name_what_the_store_needs(helm: Helm, values: dict[str, Any], line: str):
    assert line in notes(helm, values, namespace=NAMESPACE)


@pytest.mark.parametrize(
    ("values", "namespace"),
    [
        pytest.param({}, OWN, id="one of its own, where pods need nothing"),
        pytest.param(LIMITED, "team-a", id="the first that tasks run in"),
        pytest.param({"taskNamespaces": ["team-b"]}, "team-b", id="the first that the chart prepares"),
        pytest.param({"singleNamespace": True}, NAMESPACE, id="the only one"),
        pytest.param({"helmTest": {"namespace": "team-c"}, **LIMITED}, "team-c", id="one that is named"),
        pytest.param(
            {"storage": {"s3": {"bucket": "data", "existingSecret": "mine"}}}, None, id="none, where nobody knows one with the Secret"
        ),
        pytest.param({"helmTest": {"enabled": False}}, None, id="none, where the values refuse it"),
    ],
)
def test_helm_test_runs_a_task_in_a_namespace_for_tasks(helm: Helm, values: dict[str, Any], namespace: str | None):
    objects = [one for one in helm.template(values).objects if (one["metadata"].get("annotations") or {}).get("helm.sh/hook") == "test"]
    if namespace is None:
        assert objects == []
        return
    by_kind = {one["kind"]: one for one in objects}
    assert {kind for kind, one in by_kind.items() if one["metadata"].get("namespace") == namespace} >= {
        "TaskExecution",
        "TaskTemplate",
        "ConfigMap",
        "Role",
    }
    assert ("Namespace" in by_kind) == (namespace == OWN)
    assert (by_kind["Pod"]["metadata"]["namespace"], by_kind["ServiceAccount"]["metadata"]["namespace"]) == (NAMESPACE, NAMESPACE)
    assert by_kind["Role"]["rules"] == [
        {"apiGroups": ["glider.dev"], "resources": ["taskexecutions"], "resourceNames": ["glider-test"], "verbs": ["get"]}
    ]
    weights = {kind: int(one["metadata"]["annotations"].get("helm.sh/hook-weight", "0")) for kind, one in by_kind.items()}
    assert weights.get("Namespace", -3) < weights["TaskTemplate"] < weights["TaskExecution"] < weights["Pod"]


@pytest.mark.parametrize(
    ("console", "shown", "hidden"),
    [
        pytest.param(
            {}, "kubectl port-forward --namespace glider-system service/glider-console 8585:80", "https", id="by a forwarded port"
        ),
        pytest.param({}, "kubectl create token NAME -n NAMESPACE", "every group", id="with a token"),
        pytest.param(
            {"ingress": {"enabled": True, "host": "glider.example.com", "tlsSecretName": "tls"}},
            "The console is at https://glider.example.com.",
            "port-forward",
            id="by an ingress with TLS",
        ),
        pytest.param(
            {"ingress": {"enabled": True, "host": "glider.example.com"}},
            "The console is at http://glider.example.com. What is before the Ingress has to end TLS: tokens travel through it.",
            "port-forward",
            id="by an ingress behind something that ends TLS",
        ),
        pytest.param(
            {"auth": {"token": {"enabled": False}, "impersonation": {"proxies": ["10.1.0.0/16"]}}},
            "The console may act as every group, system:masters too: list console.auth.impersonation.groups.",
            "create token",
            id="as everybody",
        ),
    ],
)
def test_the_consoles_address_is_shown(helm: Helm, console: dict[str, Any], shown: str, hidden: str):
    text = notes(helm, {"console": {"enabled": True, **console}}, namespace=NAMESPACE)
    assert shown in text
    assert hidden not in text
    assert "console" not in notes(helm, {}, namespace=NAMESPACE)


@pytest.mark.parametrize(
    ("admin", "shown", "hidden"),
    [
        pytest.param(
            {},
            "kubectl port-forward --namespace glider-system service/glider-admin 8089 8088",
            "flyte.example.com",
            id="by forwarded ports",
        ),
        pytest.param({}, "  insecure: true\n", "insecure: false", id="without TLS"),
        pytest.param({"tls": {"secretName": "tls"}}, "  insecure: false\n", "insecure: true", id="with TLS of its own"),
        pytest.param({}, "set admin.url to http://localhost:8088", "https", id="with uploads to it, where there is no store"),
        pytest.param({"url": "http://localhost:8088"}, "localhost:8089", "set admin.url", id="with uploads by forwarded ports"),
        pytest.param(
            {"ingress": {"enabled": True, "host": "flyte.example.com"}},
            "  endpoint: dns:///flyte.example.com\n  insecure: false\n",
            "port-forward",
            id="by an ingress",
        ),
    ],
)
def test_the_configuration_of_flytekits_clients_is_shown(helm: Helm, admin: dict[str, Any], shown: str, hidden: str):
    text = notes(helm, {"admin": {"enabled": True, **admin}}, namespace=NAMESPACE)
    assert shown in text
    assert hidden not in text
    assert "pyflyte" not in notes(helm, {}, namespace=NAMESPACE)
