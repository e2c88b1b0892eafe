"""The console in the chart: off by default, without rights of its own, and kept apart from the operator."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from glider_console.settings import parse_settings
from tests.integration.chart.conftest import NAMESPACE, Helm, HelmError, Rendered
from tests.reference.values import CHART

NAME = (NAMESPACE, "glider-console")
ENABLED: dict[str, Any] = {"enabled": True}


def render(helm: Helm, console: dict[str, Any] | None = None, **values: Any) -> Rendered:
    return helm.template({"console": ENABLED | (console or {}), **values})


def configuration(rendered: Rendered) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(rendered.of_kind("ConfigMap")[NAME]["data"]["config.yaml"])
    return document


def container(rendered: Rendered) -> dict[str, Any]:
    [found] = rendered.console_pod["spec"]["containers"]
    return dict(found)


def volumes(rendered: Rendered) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in rendered.console_pod["spec"]["volumes"]}


def test_without_its_value_there_is_no_console(helm: Helm) -> None:
    assert [one["metadata"]["name"] for one in helm.template().objects if "console" in one["metadata"]["name"]] == []


def test_the_rest_is_the_same_with_it(helm: Helm) -> None:
    without = helm.template().objects
    assert [one for one in render(helm).objects if "console" not in one["metadata"]["name"]] == without


def test_nothing_that_selects_the_operator_selects_the_console(helm: Helm) -> None:
    values = {"replicas": 2, "networkPolicy": {"enabled": True}, "metrics": {"serviceMonitor": {"enabled": True}}}
    rendered = render(helm, {"replicas": 2, "networkPolicy": {"enabled": True}}, **values)
    pods = {name: one["metadata"]["labels"].items() for name, one in (("operator", rendered.pod), ("console", rendered.console_pod))}
    for kind in ("Deployment", "PodDisruptionBudget", "NetworkPolicy", "Service"):
        for (_, name), one in rendered.of_kind(kind).items():
            selector = one["spec"].get("podSelector") or one["spec"]["selector"]
            selected = selector.get("matchLabels", selector).items()
            assert [pod for pod, labels in pods.items() if selected <= labels] == ["console" if "console" in name else "operator"], name


def test_with_tokens_alone_it_has_neither_rights_nor_a_token(helm: Helm) -> None:
    rendered = render(helm)
    pod = rendered.console_pod["spec"]
    assert (pod["serviceAccountName"], pod["automountServiceAccountToken"]) == ("glider-console", False)
    assert rendered.of_kind("ServiceAccount")[NAME]["automountServiceAccountToken"] is False
    subjects = [one for kind in ("RoleBinding", "ClusterRoleBinding") for b in rendered.of_kind(kind).values() for one in b["subjects"]]
    assert "glider-console" not in {one["name"] for one in subjects}
    [projected] = [one["projected"]["sources"] for one in volumes(rendered).values() if "projected" in one]
    assert [set(source) for source in projected] == [{"configMap"}, {"downwardAPI"}]


@pytest.mark.parametrize(
    ("values", "offered"),
    [
        pytest.param({}, (), id="none that the chart doesn't know"),
        pytest.param({"taskNamespaces": ["a", "b"]}, ("a", "b"), id="those that are prepared for tasks"),
        pytest.param({"singleNamespace": True}, (NAMESPACE,), id="the only one"),
    ],
)
def test_namespaces_are_offered_to_those_who_may_not_list_them(helm: Helm, values: dict[str, Any], offered: tuple[str, ...]) -> None:
    assert parse_settings(configuration(render(helm, **values))).namespaces == offered
    assert parse_settings(configuration(render(helm, {"namespaces": ["c"]}, **values))).namespaces == ("c",)


@pytest.mark.parametrize("name", ["console", "console-impersonation"])
def test_the_console_takes_the_configuration_of_the_usual_installations(helm: Helm, name: str) -> None:
    values = yaml.safe_load((CHART / "ci" / f"{name}-values.yaml").read_text())
    settings = parse_settings(configuration(helm.template(values)))
    auth = values["console"]["auth"]
    assert settings.hosts[0] == "glider.example.com"
    assert settings.token.enabled == auth.get("token", {}).get("enabled", True)
    assert settings.proxy_token.header == ("Authorization" if "proxyToken" in auth else None)
    assert [str(one) for one in settings.impersonation.proxies] == auth.get("impersonation", {}).get("proxies", [])


def test_it_runs_under_the_restricted_standard(helm: Helm) -> None:
    rendered = render(helm)
    assert rendered.console_pod["spec"]["securityContext"]["runAsNonRoot"] is True
    assert container(rendered)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


IMPERSONATION = {"proxies": ["10.1.0.0/16"], "secretName": "proxy"}


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        pytest.param({"users": ["ada"], "groups": ["ml"]}, {"users": ["ada"], "groups": ["ml"]}, id="those that are listed"),
        pytest.param({}, {"users": None, "groups": None}, id="anybody, where none are"),
    ],
)
def test_behind_an_impersonating_proxy_it_may_act_as_them_and_do_nothing_else(
    helm: Helm, listed: dict[str, Any], names: dict[str, Any]
) -> None:
    rendered = render(helm, {"auth": {"impersonation": IMPERSONATION | listed}})
    rules = rendered.of_kind("ClusterRole")["", "glider-console"]["rules"]
    assert {one["resources"][0]: one.get("resourceNames") for one in rules} == names
    assert {verb for rule in rules for verb in rule["verbs"]} == {"impersonate"}
    [binding] = [one for (_, name), one in rendered.of_kind("ClusterRoleBinding").items() if name == "glider-console"]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "glider-console", "namespace": NAMESPACE}]
    assert rendered.console_pod["spec"]["automountServiceAccountToken"] is True
    assert configuration(rendered)["impersonation"]["proxies"] == ["10.1.0.0/16"]
    [mount] = [one["mountPath"] for one in container(rendered)["volumeMounts"] if one["name"] == "proxy-secret"]
    assert configuration(rendered)["impersonation"]["secretFile"] == f"{mount}/secret"
    assert volumes(rendered)["proxy-secret"]["secret"] == {"secretName": "proxy", "items": [{"key": "secret", "path": "secret"}]}


def test_the_name_of_the_ingress_is_the_one_that_it_answers_to(helm: Helm) -> None:
    ingress = {"enabled": True, "host": "glider.example.com", "className": "nginx", "tlsSecretName": "tls"}
    rendered = render(helm, {"ingress": ingress, "hosts": ["glider.internal"]})
    assert configuration(rendered)["hosts"] == ["glider.example.com", "glider.internal", "localhost", "127.0.0.1"]
    spec = rendered.of_kind("Ingress")[NAME]["spec"]
    assert (spec["ingressClassName"], spec["tls"]) == ("nginx", [{"hosts": ["glider.example.com"], "secretName": "tls"}])
    [rule] = spec["rules"]
    assert rule["host"] == "glider.example.com"
    assert rule["http"]["paths"][0]["backend"]["service"] == {"name": "glider-console", "port": {"name": "http"}}
    assert "hosts" not in configuration(render(helm))


def test_it_reads_the_store_as_the_operator_does_and_writes_nothing_there(helm: Helm) -> None:
    s3 = {"bucket": "data", "endpoint": "http://minio.minio:9000", "accessKeyId": "id", "secretAccessKey": "key"}
    rendered = render(helm, storage={"s3": s3}, taskNamespaces=["a"])
    assert {"name": "FLYTE_AWS_ENDPOINT", "value": "http://minio.minio:9000"} in container(rendered)["env"]
    assert container(rendered)["envFrom"] == [{"secretRef": {"name": "glider-store", "optional": True}}]
    refused = render(helm, {"storeAccess": False}, storage={"s3": s3}, taskNamespaces=["a"])
    assert not container(refused).keys() & {"env", "envFrom"}
    claim = render(helm, storage={"persistentVolumeClaim": {"claimName": "data"}}, singleNamespace=True)
    [mount] = [one for one in container(claim)["volumeMounts"] if one["name"] == "glider-store"]
    assert (mount["mountPath"], mount["readOnly"]) == ("/mnt/glider", True)


def test_it_knows_the_operators_configuration(helm: Helm) -> None:
    rendered = render(helm)
    [mount] = [one["mountPath"] for one in container(rendered)["volumeMounts"] if one["name"] == "operator-config"]
    assert configuration(rendered)["operatorConfigFile"] == f"{mount}/config.yaml"
    assert volumes(rendered)["operator-config"]["configMap"]["name"] == "glider"


def test_several_are_spread_and_survive_drains(helm: Helm) -> None:
    rendered = render(helm, {"replicas": 2})
    [spread] = rendered.console_pod["spec"]["topologySpreadConstraints"]
    assert spread["labelSelector"]["matchLabels"].items() <= rendered.console_pod["metadata"]["labels"].items()
    assert rendered.of_kind("PodDisruptionBudget")[NAME]["spec"]["maxUnavailable"] == 1
    assert not render(helm).of_kind("PodDisruptionBudget")


def test_its_network_policy_lets_in_whom_the_values_name(helm: Helm) -> None:
    proxies = [{"namespaceSelector": {"matchLabels": {"name": "ingress"}}}]
    s3 = {"bucket": "data", "endpoint": "http://minio.minio:9000"}
    rendered = render(helm, {"networkPolicy": {"enabled": True, "from": proxies}}, storage={"s3": s3})
    policy = rendered.of_kind("NetworkPolicy")[NAME]["spec"]
    assert policy["ingress"] == [{"ports": [{"port": "http", "protocol": "TCP"}], "from": proxies}]
    assert [port["port"] for rule in policy["egress"] for port in rule["ports"]] == [53, 53, 443, 6443, 9000]


@pytest.mark.parametrize(
    ("console", "message"),
    [
        pytest.param({"ingress": {"enabled": True}}, "console.ingress.host: expected the name", id="an ingress without a host"),
        pytest.param({"auth": {"token": {"enabled": False}}}, "console.auth: expected a way in, found none", id="no way in"),
        pytest.param(
            {"auth": {"impersonation": {"users": ["ada"]}}},
            "console.auth.impersonation.users: expected console.auth.impersonation.proxies with it",
            id="users of no proxy",
        ),
        pytest.param(
            {"auth": {"impersonation": {"secretName": "proxy"}}},
            "console.auth.impersonation.secretName: expected console.auth.impersonation.proxies with it",
            id="a secret of no proxy",
        ),
        pytest.param(
            {"auth": {"impersonation": {"proxies": ["0.0.0.0/0"]}}},
            "console.auth.impersonation.proxies: expected the networks of proxies alone, or secretName beside it, found 0.0.0.0/0",
            id="any address is a proxy",
        ),
    ],
)
def test_what_contradicts_itself_is_refused_by_name(helm: Helm, console: dict[str, Any], message: str) -> None:
    with pytest.raises(HelmError) as refused:
        render(helm, console)
    assert message in str(refused.value)
