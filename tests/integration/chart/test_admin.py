"""The front for flytekit's clients in the chart: off by default, with rights to read alone, and kept apart from the operator."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import yaml

from glider_admin import server
from glider_admin.data.files import FILE_PATH, LINK_PATH, UPLOAD_PATH
from glider_admin.handlers.auth import AUTHORIZE_PATH, DEVICE_PATH, TOKEN_PATH
from glider_admin.rpc.services import HANDLERS
from glider_admin.settings import parse_settings
from tests.integration.chart.conftest import NAMESPACE, Helm, HelmError, Rendered
from tests.reference.values import CHART

NAME = (NAMESPACE, "glider-admin")
ENABLED: dict[str, Any] = {"enabled": True}
READS = {"apiGroups": ["glider.dev"], "resources": ["taskexecutions", "tasktemplates"], "verbs": ["list", "watch"]}


def render(helm: Helm, admin: dict[str, Any] | None = None, **values: Any) -> Rendered:
    return helm.template({"admin": ENABLED | (admin or {}), **values})


def configuration(rendered: Rendered) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(rendered.of_kind("ConfigMap")[NAME]["data"]["config.yaml"])
    return document


def container(rendered: Rendered) -> dict[str, Any]:
    [found] = rendered.admin_pod["spec"]["containers"]
    return dict(found)


def mounts(rendered: Rendered) -> dict[str, str]:
    return {one["name"]: one["mountPath"] for one in container(rendered)["volumeMounts"]}


def volumes(rendered: Rendered) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in rendered.admin_pod["spec"]["volumes"]}


def rules_of(rendered: Rendered) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    """What its service account may, by the kind, namespace and name of the role. A role that isn't the chart's has no rules here."""
    found = {}
    for kind in ("RoleBinding", "ClusterRoleBinding"):
        for (namespace, _), binding in rendered.of_kind(kind).items():
            if any(subject["name"] == "glider-admin" for subject in binding["subjects"]):
                role = binding["roleRef"]
                defined = rendered.of_kind(role["kind"]).get((namespace, role["name"]), {})
                found[role["kind"], namespace, role["name"]] = defined.get("rules", [])
    return found


def test_without_its_value_there_is_no_front(helm: Helm) -> None:
    assert [one["metadata"]["name"] for one in helm.template().objects if "admin" in one["metadata"]["name"]] == []


def test_the_rest_is_the_same_with_it(helm: Helm) -> None:
    without = helm.template().objects
    assert [one for one in render(helm).objects if "admin" not in one["metadata"]["name"]] == without


def test_what_selects_the_operator_or_the_console_does_not_select_it(helm: Helm) -> None:
    values = {"replicas": 2, "networkPolicy": ENABLED, "console": {**ENABLED, "replicas": 2, "networkPolicy": ENABLED}}
    rendered = render(helm, {"networkPolicy": ENABLED}, **values)
    pods = {"operator": rendered.pod, "console": rendered.console_pod, "admin": rendered.admin_pod}
    labels = {name: one["metadata"]["labels"].items() for name, one in pods.items()}
    for kind in ("Deployment", "PodDisruptionBudget", "NetworkPolicy", "Service"):
        for (_, name), one in rendered.of_kind(kind).items():
            selector = one["spec"].get("podSelector") or one["spec"]["selector"]
            selected = selector.get("matchLabels", selector).items()
            meant = next((other for other in ("console", "admin") if other in name), "operator")
            assert [pod for pod, those in labels.items() if selected <= those] == [meant], name


def test_it_reads_by_its_own_rights_and_writes_nothing(helm: Helm) -> None:
    rendered = render(helm)
    assert rules_of(rendered) == {
        ("ClusterRole", "", "glider-admin"): [READS],
        ("ClusterRole", "", "system:auth-delegator"): [],
    }
    pod = rendered.admin_pod["spec"]
    assert (pod["serviceAccountName"], pod["automountServiceAccountToken"]) == ("glider-admin", True)
    assert rendered.of_kind("ServiceAccount")[NAME]["automountServiceAccountToken"] is False
    assert "glider-admin-reviews" not in {name for _, name in render(helm, rbac={"create": False}).of_kind("ClusterRoleBinding")}


def test_beside_an_operator_of_some_namespaces_it_watches_those_alone(helm: Helm) -> None:
    rendered = render(helm, config={"watchNamespaces": ["a", "b"]})
    assert rules_of(rendered) == {
        ("Role", "a", "glider-admin"): [READS],
        ("Role", "b", "glider-admin"): [READS],
        ("ClusterRole", "", "system:auth-delegator"): [],
    }
    assert parse_settings(configuration(rendered)).watch_namespaces == ("a", "b")


def test_it_reads_config_maps_only_where_the_values_allow_it(helm: Helm) -> None:
    rules = rules_of(render(helm, {"uploads": {"readConfigMaps": True}}))["ClusterRole", "", "glider-admin"]
    assert rules == [READS, {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}]


@pytest.mark.parametrize("name", ["admin", "admin-namespaces"])
def test_the_front_takes_the_configuration_of_the_usual_installations(helm: Helm, name: str) -> None:
    values = yaml.safe_load((CHART / "ci" / f"{name}-values.yaml").read_text())
    settings = parse_settings(configuration(helm.template(values)))
    assert settings.url.startswith("https://")
    assert str(settings.operator_config_file) == "/etc/glider/config.yaml"


def test_its_configuration_is_what_the_values_have_over_what_the_chart_derives(helm: Helm) -> None:
    config = {"namespace": "flyte-{project}", "limits": {"messageBytes": 1024}, "logging": {"level": "DEBUG"}, "repeatSeconds": None}
    settings = parse_settings(configuration(render(helm, {"config": config})))
    assert (settings.namespace, settings.limits.message_bytes, settings.logging.level) == ("flyte-{project}", 1024, "DEBUG")
    assert settings.repeat_seconds == parse_settings({"apiVersion": "glider.dev/v1alpha1", "kind": "AdminConfiguration"}).repeat_seconds
    assert settings.logging.format == "json"


def test_a_setting_that_there_is_not_is_refused(helm: Helm) -> None:
    with pytest.raises(HelmError, match="at '/admin/config': additional properties 'nmespace'"):
        render(helm, {"config": {"nmespace": "{project}"}})


@pytest.mark.parametrize(
    ("admin", "url"),
    [
        pytest.param({}, "http://glider-admin.glider-system.svc:8088", id="of the Service"),
        pytest.param({"tls": {"secretName": "tls"}}, "https://glider-admin.glider-system.svc:8088", id="of the Service, with TLS"),
        pytest.param({"ingress": {"enabled": True, "host": "flyte.example.com"}}, "https://flyte.example.com", id="of the ingress"),
        pytest.param({"url": "https://here.example.com/data"}, "https://here.example.com/data", id="of the values"),
    ],
)
def test_clients_get_the_address(helm: Helm, admin: dict[str, Any], url: str) -> None:
    assert configuration(render(helm, admin))["url"] == url


def test_the_ports_of_its_service_are_those_that_it_listens_on(helm: Helm) -> None:
    rendered = render(helm)
    names = {one["name"]: one["containerPort"] for one in container(rendered)["ports"]}
    settings = parse_settings(configuration(rendered))
    assert (settings.grpc_address, settings.http_address) == (f":{names['grpc']}", f":{names['http']}")
    ports = {one["name"]: (one["targetPort"], one["appProtocol"]) for one in rendered.of_kind("Service")[NAME]["spec"]["ports"]}
    assert ports == {"grpc": ("grpc", "kubernetes.io/h2c"), "http": ("http", "http")}


def test_its_replicas_share_a_key_of_32_random_bytes(helm: Helm) -> None:
    rendered = render(helm)
    [key] = rendered.of_kind("Secret")[NAME]["data"].values()
    assert len(base64.b64decode(key)) == 32
    assert key not in rendered.of_kind("ConfigMap")[NAME]["data"]["config.yaml"]
    assert configuration(rendered)["uploads"]["keyFile"] == f"{mounts(rendered)['key']}/key"
    assert volumes(rendered)["key"]["secret"] == {"secretName": "glider-admin", "items": [{"key": "key", "path": "key"}]}
    assert [key] != list(render(helm).of_kind("Secret")[NAME]["data"].values())


def test_what_renders_without_a_cluster_takes_a_key_of_the_users(helm: Helm) -> None:
    rendered = render(helm, {"uploads": {"secretName": "mine", "secretKey": "bytes"}})
    assert not rendered.of_kind("Secret")
    assert volumes(rendered)["key"]["secret"] == {"secretName": "mine", "items": [{"key": "bytes", "path": "key"}]}
    assert rendered == render(helm, {"uploads": {"secretName": "mine", "secretKey": "bytes"}})


def test_it_ends_tls_with_a_secret_at_both_ports(helm: Helm) -> None:
    rendered = render(helm, {"tls": {"secretName": "tls"}})
    probes = [container(rendered)[f"{name}Probe"]["httpGet"]["scheme"] for name in ("startup", "readiness", "liveness")]
    assert probes == ["HTTPS"] * 3
    assert {one["appProtocol"] for one in rendered.of_kind("Service")[NAME]["spec"]["ports"]} == {"https"}
    assert volumes(rendered)["tls"]["secret"]["secretName"] == "tls"
    assert configuration(rendered)["tls"] == {
        "certFile": f"{mounts(rendered)['tls']}/tls.crt",
        "keyFile": f"{mounts(rendered)['tls']}/tls.key",
    }


def test_an_ingress_has_each_port_by_its_paths_and_no_other(helm: Helm) -> None:
    ingress = {"enabled": True, "host": "flyte.example.com", "className": "nginx", "tlsSecretName": "tls", "annotations": {"a": "1"}}
    rendered = render(helm, {"ingress": ingress})
    found = {name: one for (_, name), one in rendered.of_kind("Ingress").items()}
    for one in found.values():
        assert (one["spec"]["ingressClassName"], one["spec"]["tls"]) == ("nginx", [{"hosts": ["flyte.example.com"], "secretName": "tls"}])
    paths = {
        name: {path["path"]: path["backend"]["service"]["port"]["name"] for path in one["spec"]["rules"][0]["http"]["paths"]}
        for name, one in found.items()
    }
    served = (FILE_PATH, LINK_PATH, UPLOAD_PATH, AUTHORIZE_PATH, DEVICE_PATH, TOKEN_PATH)
    assert paths["glider-admin-http"] == {f"/{path.split('/')[1]}": "http" for path in served}
    assert paths["glider-admin-grpc"] == {f"/flyteidl.service.{service}": "grpc" for service in HANDLERS}
    assert found["glider-admin-grpc"]["metadata"]["annotations"] == {"a": "1", "nginx.ingress.kubernetes.io/backend-protocol": "GRPC"}
    assert found["glider-admin-http"]["metadata"]["annotations"] == {"a": "1"}


def test_the_operator_gives_eager_tasks_its_address_where_the_values_turn_that_on(helm: Helm) -> None:
    assert render(helm).config == helm.template().config
    eager = {"eager": ENABLED, "config": {"namespace": "flyte-{project}"}}
    admin = render(helm, eager).config.admin
    assert (admin.endpoint, admin.insecure, admin.namespace) == ("glider-admin.glider-system.svc:8089", True, "flyte-{project}")
    assert render(helm, {**eager, "tls": {"secretName": "tls"}}).config.admin.insecure is False
    explicit = render(helm, eager, config={"admin": {"endpoint": "flyte.example.com:443", "insecure": False}}).config.admin
    assert (explicit.endpoint, explicit.insecure) == ("flyte.example.com:443", False)


def test_pods_of_eager_tasks_have_a_role_of_their_own(helm: Helm) -> None:
    rules = render(helm, {"eager": ENABLED}).of_kind("ClusterRole")["", "glider-eager"]["rules"]
    rights = {(resource, verb) for rule in rules for resource in rule["resources"] for verb in rule["verbs"]}
    assert {("taskexecutions", "create"), ("taskexecutions", "get"), ("tasktemplates", "get")} <= rights
    assert {resource for resource, _ in rights} == {"taskexecutions", "tasktemplates"}
    assert ("", "glider-eager") not in render(helm).of_kind("ClusterRole")


def test_it_reaches_the_store_as_the_operator_does(helm: Helm) -> None:
    s3 = {"bucket": "data", "endpoint": "http://minio.minio:9000", "accessKeyId": "id", "secretAccessKey": "key"}
    rendered = render(helm, storage={"s3": s3}, taskNamespaces=["a"])
    assert {"name": "FLYTE_AWS_ENDPOINT", "value": "http://minio.minio:9000"} in container(rendered)["env"]
    assert container(rendered)["envFrom"] == [{"secretRef": {"name": "glider-store", "optional": True}}]
    refused = render(helm, {"storeAccess": False}, storage={"s3": s3}, taskNamespaces=["a"])
    assert not container(refused).keys() & {"env", "envFrom"}
    claim = render(helm, storage={"persistentVolumeClaim": {"claimName": "data"}}, singleNamespace=True)
    assert mounts(claim)["glider-store"] == "/mnt/glider"
    assert volumes(rendered)["operator-config"]["configMap"]["name"] == "glider"


def test_it_may_take_as_long_to_end_as_it_does(helm: Helm) -> None:
    rendered = render(helm)
    before = container(rendered)["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert rendered.admin_pod["spec"]["terminationGracePeriodSeconds"] > before + server._GRACE + server._REQUESTS_GRACE


def test_there_are_two_which_are_spread_and_survive_drains(helm: Helm) -> None:
    rendered = render(helm)
    assert rendered.of_kind("Deployment")[NAME]["spec"]["replicas"] == 2
    [spread] = rendered.admin_pod["spec"]["topologySpreadConstraints"]
    assert spread["labelSelector"]["matchLabels"].items() <= rendered.admin_pod["metadata"]["labels"].items()
    assert rendered.of_kind("PodDisruptionBudget")[NAME]["spec"]["maxUnavailable"] == 1
    assert not render(helm, {"replicas": 1}).of_kind("PodDisruptionBudget")


def test_it_runs_under_the_restricted_standard(helm: Helm) -> None:
    rendered = render(helm)
    assert rendered.admin_pod["spec"]["securityContext"]["runAsNonRoot"] is True
    assert container(rendered)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_its_network_policy_lets_in_whom_the_values_name(helm: Helm) -> None:
    clients = [{"namespaceSelector": {"matchLabels": {"name": "ingress"}}}]
    s3 = {"bucket": "data", "endpoint": "http://minio.minio:9000"}
    rendered = render(helm, {"networkPolicy": {"enabled": True, "from": clients}}, storage={"s3": s3})
    policy = rendered.of_kind("NetworkPolicy")[NAME]["spec"]
    ports = [{"port": "grpc", "protocol": "TCP"}, {"port": "http", "protocol": "TCP"}]
    assert policy["ingress"] == [{"ports": ports, "from": clients}]
    assert [port["port"] for rule in policy["egress"] for port in rule["ports"]] == [53, 53, 443, 6443, 9000]


def test_an_ingress_without_a_host_is_refused_by_name(helm: Helm) -> None:
    with pytest.raises(HelmError, match=r"admin\.ingress\.host: expected the name"):
        render(helm, {"ingress": {"enabled": True}})
