"""Every value has its description, its rule and its effect."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from glider_core.config.loading import read_config
from tests.integration.chart.conftest import NAMESPACE, Helm, HelmError
from tests.reference.values import CHART, SCHEMA, VALUES, described, is_section

DEFAULTS: dict[str, Any] = yaml.safe_load(VALUES.read_text())
VERSION = yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"]
RULES: dict[str, Any] = json.loads(SCHEMA.read_text())


def sections(rule: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """All values with their rules."""
    for name, inner in rule["properties"].items():
        yield (*path, name), inner
        if is_section((*path, name), inner):
            yield from sections(inner, (*path, name))


def test_every_value_of_the_schema_is_in_values_yaml_and_described_in_both():
    in_order = [value.path for value in described()]
    assert sorted(path for path, _ in sections(RULES)) == sorted(in_order)
    assert [path for path, rule in sections(RULES) if not rule.get("description")] == []
    for path in in_order:
        value: Any = DEFAULTS
        for name in path:
            assert name in value, f"{'.'.join(path)} is no value"
            value = value[name]


def test_every_setting_of_the_configuration_is_described_too():
    def below(rule: dict[str, Any], path: str) -> Iterator[str]:
        for name, inner in rule.get("properties", {}).items():
            if not inner.get("description") and not path.endswith("Requirement"):  # Kubernetes' own
                yield f"{path}.{name}"
            yield from below(inner, f"{path}.{name}")

    assert list(below(RULES["properties"]["config"], "config")) == []


def test_no_part_of_a_value_takes_what_it_does_not_know():
    assert [path for path, rule in sections(RULES) if is_section(path, rule) and rule.get("additionalProperties") is not False] == []


def test_the_values_that_may_be_null_alone_have_no_default():
    assert [value.name for value in described() if default_of(value.path) is None] == [
        "storage.operatorAccess",
        "rbac.aggregate",
        "rbac.getSecrets",
        "podDisruptionBudget.minAvailable",
        "podDisruptionBudget.maxUnavailable",
        "console.storeAccess",
        "admin.storeAccess",
    ]


def default_of(path: tuple[str, ...]) -> Any:
    value: Any = DEFAULTS
    for name in path:
        value = value[name]
    return value


def test_all_images_come_from_the_registry_that_is_set_for_all_of_them(helm: Helm):
    plain = helm.template()
    assert (plain.container["image"], plain.config.executor.image) == (f"glider-operator:{VERSION}", f"glider-executor:{VERSION}")
    digest = f"sha256:{'ab' * 32}"
    mirrored = helm.template(
        {
            "global": {"imageRegistry": "registry.internal:5000/mirror/", "imagePullSecrets": [{"name": "all"}]},
            "imagePullSecrets": [{"name": "operator"}],
            "executor": {"image": {"tag": digest}},
            "config": {"taskPod": {"imagePullSecrets": [{"name": "tasks"}]}},
            "console": {"enabled": True},
            "admin": {"enabled": True},
        }
    )
    assert mirrored.container["image"] == f"registry.internal:5000/mirror/glider-operator:{VERSION}"
    assert mirrored.pod["spec"]["imagePullSecrets"] == [{"name": "all"}, {"name": "operator"}]
    assert mirrored.config.executor.image == f"registry.internal:5000/mirror/glider-executor@{digest}"
    assert mirrored.config.default_image == "registry.internal:5000/mirror/python:{python}-slim"
    assert mirrored.config.task_pod.spec["imagePullSecrets"] == [{"name": "all"}, {"name": "tasks"}]
    images = [
        container["image"]
        for one in mirrored.objects
        for container in one.get("spec", {}).get("template", {}).get("spec", {}).get("containers", [])
    ]
    assert [image for image in images if not image.startswith("registry.internal:5000/mirror/")] == []


def test_an_explicit_default_image_wins_over_the_registry(helm: Helm):
    values = {"global": {"imageRegistry": "registry.internal"}, "config": {"defaultImage": "elsewhere/python:{python}"}}
    assert helm.template(values).config.default_image == "elsewhere/python:{python}"


def test_values_of_the_pod_are_in_the_pod(helm: Helm):
    rendered = helm.template(
        {
            "podLabels": {"team": "data", "app.kubernetes.io/name": "other"},
            "podAnnotations": {"a/b": "1"},
            "nodeSelector": {"disk": "ssd"},
            "tolerations": [{"key": "a", "operator": "Exists"}],
            "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
            "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}],
            "priorityClassName": "high",
            "runtimeClassName": "gvisor",
            "hostNetwork": True,
            "dnsConfig": {"nameservers": ["10.0.0.1"]},
            "terminationGracePeriodSeconds": 40,
            "revisionHistoryLimit": 7,
            "livenessProbe": {"periodSeconds": 30},
            "env": [{"name": "A", "value": "1"}],
            "envFrom": [{"configMapRef": {"name": "more"}}],
            "extraArgs": ["--namespace", "a"],
            "extraVolumes": [{"name": "ca", "configMap": {"name": "ca"}}],
            "extraVolumeMounts": [{"name": "ca", "mountPath": "/ca"}],
            "extraInitContainers": [{"name": "first", "image": "first:1"}],
            "extraContainers": [{"name": "beside", "image": "beside:1"}],
            "storage": {"secretRef": {"name": "store"}},
        }
    )
    [deployment] = rendered.of_kind("Deployment").values()
    pod, container = rendered.pod, rendered.container
    assert pod["metadata"]["labels"]["team"] == "data"
    assert pod["metadata"]["labels"]["app.kubernetes.io/name"] == "glider", "what the Deployment selects stays"
    assert pod["metadata"]["annotations"]["a/b"] == "1"
    assert {
        name: pod["spec"].get(name) for name in ("nodeSelector", "priorityClassName", "runtimeClassName", "hostNetwork", "dnsPolicy")
    } == {
        "nodeSelector": {"disk": "ssd"},
        "priorityClassName": "high",
        "runtimeClassName": "gvisor",
        "hostNetwork": True,
        "dnsPolicy": "ClusterFirstWithHostNet",
    }
    assert pod["spec"]["topologySpreadConstraints"][0]["topologyKey"] == "zone"
    assert (pod["spec"]["terminationGracePeriodSeconds"], deployment["spec"]["revisionHistoryLimit"]) == (40, 7)
    assert container["livenessProbe"] == {"httpGet": {"path": "/healthz", "port": "health"}, "periodSeconds": 30, "timeoutSeconds": 5}
    assert {"name": "A", "value": "1"} in container["env"]
    assert container["envFrom"] == [{"secretRef": {"name": "store"}}, {"configMapRef": {"name": "more"}}]
    assert container["args"][-2:] == ["--namespace", "a"]
    assert [one["name"] for one in pod["spec"]["containers"]] == ["operator", "beside"]
    assert [one["name"] for one in pod["spec"]["initContainers"]] == ["first"]
    assert {"name": "ca", "mountPath": "/ca"} in container["volumeMounts"]
    assert {"name": "ca", "configMap": {"name": "ca"}} in pod["spec"]["volumes"]


def test_common_labels_are_on_all_objects_and_replace_none_of_the_charts(helm: Helm):
    values = {
        "commonLabels": {"team": "data", "app.kubernetes.io/instance": "other"},
        "replicas": 2,
        "networkPolicy": {"enabled": True},
        "admissionPolicy": {"enabled": True},
        "executor": {"serviceAccount": {"create": True}},
        "taskNamespaces": ["a"],
        "console": {
            "enabled": True,
            "replicas": 2,
            "auth": {"impersonation": {"proxies": ["10.1.0.0/16"]}},
            "ingress": {"enabled": True, "host": "glider.example.com"},
            "networkPolicy": {"enabled": True},
        },
        "admin": {
            "enabled": True,
            "eager": {"enabled": True},
            "ingress": {"enabled": True, "host": "flyte.example.com"},
            "networkPolicy": {"enabled": True},
        },
    }
    rendered = helm.template(values)
    ours = [one for one in rendered.objects if one["kind"] != "CustomResourceDefinition"]
    labels = {(one["kind"], one["metadata"]["name"]): one["metadata"]["labels"] for one in ours}
    assert {name for name, one in labels.items() if one.get("team") != "data"} == set()
    assert {one["app.kubernetes.io/instance"] for one in labels.values()} == {"glider"}


@pytest.mark.parametrize("name", [pytest.param("g" * 63, id="long"), pytest.param("glider.blue", id="with a dot")])
def test_the_service_of_the_metrics_has_a_name_that_services_may_have(helm: Helm, name: str):
    rendered = helm.template({"fullnameOverride": name, "metrics": {"prometheusRule": {"enabled": True}}})
    [(_, service)] = rendered.of_kind("Service")
    assert re.fullmatch("[a-z]([-a-z0-9]{0,61}[a-z0-9])?", service)
    [rules] = rendered.of_kind("PrometheusRule").values()
    assert f'job="{service}"' in rules["spec"]["groups"][0]["rules"][0]["expr"], "the job is named as the Service"


def test_further_objects_are_filled_in(helm: Helm):
    as_object = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-more"}}
    as_text = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include "glider.fullname" . }}-text\n'
    rendered = helm.template({"extraObjects": [as_object, as_text]})
    assert {name for _, name in rendered.of_kind("ConfigMap")} == {"glider", "glider-more", "glider-text"}


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        pytest.param({}, [True, True], id="kept by default"),
        pytest.param({"keep": False}, [False, False], id="not kept by choice"),
        pytest.param({"install": False}, [], id="not there by choice"),
    ],
)
def test_crds_are_part_of_the_release_so_that_an_upgrade_renews_them(helm: Helm, values: dict[str, bool], kept: list[bool]):
    crds = [one for one in helm.template({"crds": values}, crds=True).objects if one["kind"] == "CustomResourceDefinition"]
    assert [one["metadata"].get("annotations", {}).get("helm.sh/resource-policy") == "keep" for one in crds] == kept
    assert all("helm.sh/hook" not in one["metadata"].get("annotations", {}) for one in crds)


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        pytest.param({}, {"minAvailable": 1}, id="one stays by default"),
        pytest.param({"minAvailable": "50%"}, {"minAvailable": "50%"}, id="a share that stays"),
        pytest.param({"maxUnavailable": 0}, {"maxUnavailable": 0}, id="none may be missing"),
    ],
)
def test_a_disruption_budget_has_one_bound(helm: Helm, budget: dict[str, Any], expected: dict[str, Any]):
    [found] = helm.template({"replicas": 3, "podDisruptionBudget": budget}).of_kind("PodDisruptionBudget").values()
    assert {name: found["spec"][name] for name in ("minAvailable", "maxUnavailable") if name in found["spec"]} == expected


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param(
            {"replicas": 2, "podDisruptionBudget": {"minAvailable": 1, "maxUnavailable": 1}},
            "podDisruptionBudget.minAvailable and podDisruptionBudget.maxUnavailable: expected one of them, found both",
            id="both bounds of a disruption budget",
        ),
        pytest.param(
            {"singleNamespace": True, "config": {"watchNamespaces": ["a"]}},
            "singleNamespace and config.watchNamespaces: expected one of them, found both",
            id="one namespace and others",
        ),
        pytest.param(
            {"executor": {"serviceAccount": {"create": True}}},
            "executor.serviceAccount.create: expected taskNamespaces or config.watchNamespaces",
            id="a service account in unknown namespaces",
        ),
        pytest.param(
            {"replicas": 2, "config": {"leaderElection": {"leaderElect": False}}},
            "replicas: more than one needs config.leaderElection.leaderElect",
            id="several operators without a leader",
        ),
        pytest.param(
            {"replicas": 2, "podDisruptionBudget": {"minAvailable": 2}},
            "podDisruptionBudget.minAvailable: expected less than replicas, which is 2, so that nodes can be drained, found 2",
            id="a disruption budget by which no node can be drained",
        ),
        pytest.param(
            {"singleNamespace": True, "config": {"restrictions": {"operatorNamespace": "Refused"}}},
            "singleNamespace: expected config.restrictions.operatorNamespace Allowed",
            id="one namespace in which nothing runs",
        ),
    ],
)
def test_values_that_contradict_each_other_are_refused_by_name(helm: Helm, values: dict[str, Any], message: str):
    with pytest.raises(HelmError) as refused:
        helm.template(values)
    assert message in str(refused.value)


def test_the_network_policy_lets_in_readers_of_metrics_and_lets_out_what_the_operator_needs(helm: Helm):
    readers = [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}]
    values = {
        "networkPolicy": {"enabled": True, "metricsFrom": readers, "extraEgress": [{"ports": [{"port": 4318, "protocol": "TCP"}]}]},
        "config": {"metrics": {"statsd": {"host": "statsd"}}},
    }
    rendered = helm.template(values)
    [policy] = rendered.of_kind("NetworkPolicy").values()
    assert policy["spec"]["podSelector"]["matchLabels"].items() <= rendered.pod["metadata"]["labels"].items()
    health, metrics = policy["spec"]["ingress"]
    assert (health["ports"][0]["port"], "from" in health) == ("health", False)
    assert (metrics["ports"][0]["port"], metrics["from"]) == ("metrics", readers)
    egress = [(port["port"], port["protocol"]) for rule in policy["spec"]["egress"] for port in rule["ports"]]
    assert egress == [(53, "UDP"), (53, "TCP"), (443, "TCP"), (6443, "TCP"), (8125, "UDP"), (4318, "TCP")]


def test_a_single_namespace_has_operator_and_tasks(helm: Helm):
    rendered = helm.template({"singleNamespace": True, "executor": {"serviceAccount": {"create": True, "annotations": {"role": "r"}}}})
    assert rendered.config.watch_namespaces == (NAMESPACE,)
    assert rendered.config.restrictions.operator_namespace == "Allowed"
    assert rendered.config.task_pod.spec["serviceAccountName"] == "glider-task"
    assert not rendered.kinds() & {"ClusterRole", "ClusterRoleBinding"}
    assert {namespace for namespace, _ in rendered.of_kind("Role")} == {NAMESPACE}
    account = rendered.of_kind("ServiceAccount")[NAMESPACE, "glider-task"]
    assert (account["metadata"]["annotations"], account["automountServiceAccountToken"]) == ({"role": "r"}, False)


def test_roles_for_users_go_into_kubernetes_own(helm: Helm):
    roles = {name: one for (_, name), one in helm.template().of_kind("ClusterRole").items()}
    labels = {name: [key for key in one["metadata"]["labels"] if "aggregate" in key] for name, one in roles.items()}
    aggregate = "rbac.authorization.k8s.io/aggregate-to-"
    assert labels == {"glider": [], "glider-user": [], "glider-view": [f"{aggregate}view"], "glider-edit": [f"{aggregate}edit"]}
    assert roles["glider-user"]["rules"] == yaml.safe_load((CHART.parents[1] / "manifests" / "user-role.yaml").read_text())["rules"]
    assert {verb for rule in roles["glider-view"]["rules"] for verb in rule["verbs"]} == {"get", "list", "watch"}
    assert not any(
        "status" in resource
        for name in ("view", "edit", "user")
        for rule in roles[f"glider-{name}"]["rules"]
        for resource in rule["resources"]
    )


@pytest.mark.parametrize(
    ("values", "made"),
    [
        pytest.param({"rbac": {"aggregate": False}}, False, id="not where the values refuse it"),
        pytest.param({"config": {"watchNamespaces": ["a"]}}, False, id="not where the operator has no rights on the cluster"),
        pytest.param({"config": {"watchNamespaces": ["a"]}, "rbac": {"aggregate": True}}, True, id="there, too, by choice"),
    ],
)
def test_roles_for_users_are_made_where_the_installer_may_make_them(helm: Helm, values: dict[str, Any], made: bool):
    names = {name for _, name in helm.template(values).of_kind("ClusterRole")}
    assert ("glider-edit" in names) == made


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({}, id="of all namespaces, by default"),
        pytest.param({"rbac": {"getSecrets": True}}, id="of all namespaces, by choice"),
        pytest.param({"singleNamespace": True}, id="of one"),
        pytest.param({"config": {"watchNamespaces": ["a"]}}, id="of those that are listed"),
        pytest.param({"config": {"watchNamespaces": ["a"]}, "rbac": {"getSecrets": False}}, id="not of these, by choice"),
    ],
)
def test_secrets_are_looked_up_where_the_role_has_them(helm: Helm, values: dict[str, Any]):
    rendered = helm.template(values)
    roles = [*rendered.of_kind("Role").values(), *rendered.of_kind("ClusterRole").values()]
    granted = any("secrets" in rule["resources"] for role in roles for rule in role.get("rules") or ())
    assert rendered.config.lookups.secrets is granted


@pytest.mark.parametrize(
    ("history", "may"),
    [
        pytest.param(None, False, id="without a history"),
        pytest.param({"prefix": "s3://past/history"}, False, id="with one that is off"),
        pytest.param({"podLogs": True}, False, id="with one that is off, whatever is read"),
        pytest.param({"enabled": True}, True, id="with a history"),
        pytest.param({"enabled": True, "podLogs": False}, False, id="with a history, and not by choice"),
    ],
)
def test_logs_may_be_read_where_the_operator_reads_them(helm: Helm, history: dict[str, Any] | None, may: bool):
    rendered = helm.template({"storage": {"s3": {"bucket": "data"}}, "config": {"history": history}})
    rules = rendered.of_kind("ClusterRole")["", "glider"]["rules"]
    assert [rule["verbs"] for rule in rules if "pods/log" in rule["resources"]] == [["get"]] * may
    assert (rendered.config.history.enabled and rendered.config.history.pod_logs) == may


def test_null_is_the_same_as_nothing(helm: Helm):
    values = {"config": {"taskPod": None, "leaderElection": None, "metrics": None, "health": None, "restrictions": None, "storage": None}}
    rendered = helm.template({**values, "admissionPolicy": {"enabled": True}, "networkPolicy": {"enabled": True}})
    assert read_config(rendered.configuration.encode(), name="config.yaml") == helm.template().config
