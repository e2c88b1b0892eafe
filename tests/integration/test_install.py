"""What the chart makes of its values, and which it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from glider_core.config import Config
from glider_core.config.loading import read_config
from tests.cluster.fixtures import Cluster, KubectlError
from tests.conftest import ROOT
from tests.e2e.conftest import wait_until

CHART = str(ROOT / "charts" / "glider")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        pytest.param("config.storge.metadataPrefix=s3://b/p", "storge", id="a setting that there isn't"),
        pytest.param("config.podRetention.failed=3days", "/config/podRetention/failed", id="a duration"),
        pytest.param("config.storage.metadataPrefix=/b/m", "/config/storage/metadataPrefix", id="a prefix that is no URI"),
        pytest.param("config.resources.defaults.memory=1GB", "/config/resources/defaults/memory", id="an amount of memory"),
        pytest.param("config.instanceId=a b", "/config/instanceId", id="a label's value"),
        pytest.param("config.namespaceDefaults[0].namespace=a", "'namespace' not allowed", id="namespace: for namespaces:"),
        pytest.param("config.namespaceDefaults[0].timeouts.queued=soon", "/config/namespaceDefaults/0/timeouts/queued", id="in an entry"),
        pytest.param("config.watchNamespaces[0]=123", "/config/watchNamespaces/0", id="a namespace that is a number to YAML"),
        pytest.param("priorityClassName=x\n      hostNetwork: true", "/priorityClassName", id="YAML in a name"),
        pytest.param('image.tag=1"\n          hostPID: true', "/image/tag", id="YAML in a tag"),
        pytest.param("serviceAccount.name=a: b", "/serviceAccount/name", id="YAML in the service account's name"),
        pytest.param("podLabels.a.b=c", "/podLabels/a", id="a label that is an object"),
    ],
)
def test_a_value_that_would_do_harm_is_refused_before_it_does(cluster: Cluster, value: str, told: str):
    with pytest.raises(KubectlError, match="values don't meet the specifications") as refused:
        cluster.helm("template", "glider", CHART, "--set", value)
    assert told in str(refused.value)


@pytest.mark.parametrize("page", ["README.md", "docs/install.md"])
def test_the_commands_of_the_docs_give_the_operator_a_namespace_of_its_own(page: str):
    commands = [line for line in (ROOT / page).read_text().splitlines() if line.startswith("    helm install glider ")]
    assert commands
    assert [command for command in commands if "--namespace glider-system --create-namespace" not in command] == []


def test_names_that_yaml_takes_for_something_else_stay_names(cluster: Cluster):
    arguments = ("--namespace", "1234", "--set-string", "fullnameOverride=123,config.watchNamespaces={456,0x1}", "--set", "replicas=2")
    documents = rendered(cluster, *arguments)
    assert {name for _, name in of_kind(documents, "Deployment")} == {"123"}
    assert {namespace for namespace, _ in of_kind(documents, "Role")} == {"1234", "456", "0x1"}
    names = [one["metadata"][field] for one in documents for field in ("name", "namespace") if field in one["metadata"]]
    names += [one["roleRef"]["name"] for one in documents if "roleRef" in one]
    assert [name for name in names if not isinstance(name, str)] == []


def test_the_operator_runs_as_nobody_in_no_group_of_roots_and_keeps_little(cluster: Cluster):
    spec = configuration(cluster)[1]["spec"]
    assert (spec["securityContext"]["runAsUser"], spec["securityContext"]["runAsGroup"]) == (65532, 65532)
    assert [volume["emptyDir"] for volume in spec["volumes"] if "emptyDir" in volume] == [{"sizeLimit": "64Mi"}]
    assert spec["containers"][0]["terminationMessagePolicy"] == "FallbackToLogsOnError"


def test_metrics_take_a_token_where_the_values_name_one(cluster: Cluster):
    config, pod = configuration(cluster, "--set", "metrics.bearerTokenSecret.name=scrape,metrics.bearerTokenSecret.key=it")
    assert config.metrics.bearer_token_file == "/etc/glider-metrics/token"
    [volume] = [volume["secret"] for volume in pod["spec"]["volumes"] if "secret" in volume]
    assert volume == {"secretName": "scrape", "items": [{"key": "it", "path": "token"}]}


def test_metrics_can_be_left_out(cluster: Cluster):
    documents = rendered(cluster, "--set-string", "config.metrics.bindAddress=0")
    assert not of_kind(documents, "Service")
    [deployment] = of_kind(documents, "Deployment").values()
    assert [port["name"] for port in deployment["spec"]["template"]["spec"]["containers"][0]["ports"]] == ["health"]


def test_an_upgrade_begins_with_a_check_of_its_configuration(cluster: Cluster):
    documents = rendered(cluster, "--set", "config.retries.user=3,helmTest.enabled=false")
    hooks = [one for one in documents if "helm.sh/hook" in (one["metadata"].get("annotations") or {})]
    by_kind = {one["kind"]: one for one in hooks}
    assert {one["metadata"]["annotations"]["helm.sh/hook"] for one in hooks} == {"pre-upgrade"}
    assert read_config(by_kind["ConfigMap"]["data"]["config.yaml"].encode(), name="config.yaml").retries.user == 3
    pod = by_kind["Job"]["spec"]["template"]["spec"]
    assert pod["containers"][0]["args"] == ["--check", "/etc/glider/config.yaml"]
    assert pod["automountServiceAccountToken"] is False
    assert "helm.sh/hook" not in cluster.helm("template", "glider", CHART, "--set", "configCheck.enabled=false,helmTest.enabled=false")


def rendered(cluster: Cluster, *arguments: str) -> list[dict[str, Any]]:
    """What the chart makes of these values."""
    return [document for document in yaml.safe_load_all(cluster.helm("template", "glider", CHART, *arguments)) if document]


def of_kind(documents: list[dict[str, Any]], kind: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Those of one kind, by namespace and name, without what is only there for an upgrade."""
    installed = [one for one in documents if one["kind"] == kind and "helm.sh/hook" not in (one["metadata"].get("annotations") or {})]
    return {(one["metadata"].get("namespace", ""), one["metadata"]["name"]): one for one in installed}


def configuration(cluster: Cluster, *arguments: str) -> tuple[Config, dict[str, Any]]:
    """What the operator reads, and its Deployment's pod."""
    documents = rendered(cluster, *arguments)
    [config], [deployment] = of_kind(documents, "ConfigMap").values(), of_kind(documents, "Deployment").values()
    return read_config(config["data"]["config.yaml"].encode(), name="config.yaml"), deployment["spec"]["template"]


def test_the_configuration_is_what_the_values_say(cluster: Cluster, tmp_path):
    values = {
        "config": {
            "storage": {"metadataPrefix": "s3://b/p"},
            "metrics": {"bindAddress": ":9090"},
            "taskPod": {"labels": {"a": "b"}},
            "namespaceDefaults": [{"namespaces": ["team-*"], "retries": {"user": 3}}],
        },
        "storage": {"secretRef": {"name": "store"}},
    }
    (tmp_path / "values.yaml").write_text(yaml.safe_dump(values))
    config, pod = configuration(cluster, "--values", str(tmp_path / "values.yaml"))
    assert config.storage.metadata_prefix == "s3://b/p"
    assert config.for_namespace("team-a").retries.user == 3
    assert config.executor.image.startswith("glider-executor:")
    container = pod["spec"]["containers"][0]
    assert {port["name"]: port["containerPort"] for port in container["ports"]} == {"metrics": 9090, "health": 8081}
    assert container["envFrom"] == [{"secretRef": {"name": "store"}}]


def test_the_operator_only_restarts_for_what_it_reads_at_start(cluster: Cluster):
    def checksum(*arguments: str) -> str:
        return configuration(cluster, *arguments)[1]["metadata"]["annotations"]["checksum/config"]

    assert checksum("--set", "config.retries.user=3") == checksum()
    assert checksum("--set", "config.watchNamespaces={a}") != checksum()
    assert checksum("--set", "replicas=2") != checksum(), "an operator that knows of no Lease must not go on beside a leader"


def test_the_chart_passes_helms_own_checks(cluster: Cluster):
    assert "0 chart(s) failed" in cluster.helm("lint", "--strict", CHART)


def test_watching_some_namespaces_needs_no_cluster_wide_access(cluster: Cluster):
    documents = rendered(cluster, "--namespace", "home", "--set", "config.watchNamespaces={a,b}")
    assert "ClusterRole" not in [document["kind"] for document in documents]
    roles = of_kind(documents, "Role")
    assert set(roles) == {("a", "glider"), ("b", "glider"), ("home", "glider-home")}
    assert [(rule["resources"], rule["verbs"]) for rule in roles["home", "glider-home"]["rules"]] == [
        (["podtemplates"], ["get"]),
        (["events"], ["create"]),
    ]


def test_the_operator_may_do_no_more_than_it_needs(cluster: Cluster):
    rules = of_kind(rendered(cluster), "ClusterRole")["", "glider"]["rules"]
    allowed = {(resource, verb) for rule in rules for resource in rule["resources"] for verb in rule["verbs"]}
    assert not [pair for pair in allowed if "*" in pair or pair[0] in ("secrets", "nodes", "customresourcedefinitions", "namespaces")]
    assert ("pods", "patch") not in allowed


@pytest.mark.parametrize(
    ("arguments", "verbs"),
    [
        pytest.param((), [], id="of all namespaces none, by default"),
        pytest.param(("--set", "rbac.getSecrets=true"), [["get"]], id="of all namespaces, where somebody wants that"),
        pytest.param(("--set", "config.watchNamespaces={a}"), [["get"]], id="of namespaces that are listed"),
        pytest.param(("--set", "config.watchNamespaces={a}", "--set", "rbac.getSecrets=false"), [], id="nor of these, by choice"),
    ],
)
def test_of_secrets_the_operator_may_only_get_one_by_name(cluster: Cluster, arguments: tuple[str, ...], verbs: list[list[str]]):
    documents = rendered(cluster, *arguments)
    rules = [rule for kind in ("Role", "ClusterRole") for role in of_kind(documents, kind).values() for rule in role["rules"]]
    assert [rule["verbs"] for rule in rules if "secrets" in rule["resources"]] == verbs


@pytest.mark.parametrize(
    ("values", "lease"),
    [
        pytest.param("config.instanceId=Blue", "glider-blue", id="of an instance"),
        pytest.param("config.leaderElection.resourceName=mine", "mine", id="of another name"),
    ],
)
def test_the_operator_may_touch_no_lease_but_its_own(cluster: Cluster, values: str, lease: str):
    documents = rendered(cluster, "--set", "replicas=2", "--set", values)
    rules = of_kind(documents, "Role")["default", "glider-leader"]["rules"]
    assert [(rule["verbs"], rule.get("resourceNames")) for rule in rules] == [(["create"], None), (["get", "update"], [lease])]


def test_several_replicas_elect_a_leader_and_one_needs_no_lease(cluster: Cluster):
    def by_name(*arguments: str) -> dict[tuple[str, str], Any]:
        return {(document["kind"], document["metadata"]["name"]): document for document in rendered(cluster, *arguments)}

    alone, several = by_name(), by_name("--set", "replicas=2")
    assert alone["Deployment", "glider"]["spec"]["strategy"] == {"type": "Recreate"}
    assert ("Role", "glider-leader") not in alone
    assert several["Deployment", "glider"]["spec"]["replicas"] == 2
    assert several["Deployment", "glider"]["spec"]["strategy"]["type"] == "RollingUpdate"
    assert several["Role", "glider-leader"]["rules"][0]["resources"] == ["leases"]
    assert several["PodDisruptionBudget", "glider"]["spec"]["minAvailable"] == 1
    config = yaml.safe_load(several["ConfigMap", "glider"]["data"]["config.yaml"])
    assert config["leaderElection"] == {"leaderElect": True, "resourceName": "glider"}
    spread = several["Deployment", "glider"]["spec"]["template"]["spec"]["topologySpreadConstraints"]
    assert [(one["topologyKey"], one["whenUnsatisfiable"]) for one in spread] == [("kubernetes.io/hostname", "ScheduleAnyway")]
    assert "topologySpreadConstraints" not in alone["Deployment", "glider"]["spec"]["template"]["spec"]
    with pytest.raises(KubectlError, match="leaderElect"):
        cluster.helm("template", "glider", CHART, "--set", "replicas=2", "--set", "config.leaderElection.leaderElect=false")


def test_replicas_can_be_added_and_taken_away(cluster: Cluster, namespace: str):
    # without a node nobody runs the check of the configuration
    common = ("replicas", CHART, "--namespace", namespace, "--set", "crds.install=false,configCheck.enabled=false")
    cluster.helm("install", *common)
    try:
        for replicas, strategy in ((2, "RollingUpdate"), (1, "Recreate")):
            cluster.helm("upgrade", *common, "--set", f"replicas={replicas}")
            deployment = cluster.kubectl_json("--namespace", namespace, "get", "deployment/replicas-glider")
            assert (deployment["spec"]["replicas"], deployment["spec"]["strategy"]["type"]) == (replicas, strategy)
    finally:
        cluster.helm("uninstall", "replicas", "--namespace", namespace)


def test_with_listed_namespaces_the_operator_may_read_templates_of_its_own_and_nothing_of_others(cluster: Cluster, namespace: str):
    served = f"{namespace}-served"
    cluster.kubectl("create", "namespace", served)
    arguments = ("--namespace", namespace, "--set", f"config.watchNamespaces={{{served}}},replicas=2", "--show-only", "templates/rbac.yaml")
    cluster.kubectl("apply", "-f", "-", input=cluster.helm("template", "glider", CHART, *arguments))

    def may(verb: str, what: str, where: str) -> bool:
        user = f"system:serviceaccount:{namespace}:glider"
        try:
            return cluster.kubectl("auth", "can-i", verb, what, "--namespace", where, "--as", user).strip() == "yes"
        except KubectlError:
            return False

    try:
        allowed = [("get", "podtemplates"), ("create", "events"), ("get", "leases/glider"), ("create", "leases")]
        refused = [("get", "secrets"), ("get", "pods"), ("get", "leases/other"), ("update", "leases/other"), ("list", "podtemplates")]
        assert [(verb, what) for verb, what in allowed if not may(verb, what, namespace)] == []
        assert [(verb, what) for verb, what in refused if may(verb, what, namespace)] == []
        assert may("get", "secrets", served) and may("create", "pods", served)
        assert not may("list", "secrets", served) and not may("get", "pods", "default")
    finally:
        cluster.kubectl("delete", "namespace", served, "--wait=false")


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        pytest.param("view", ["get taskexecutions", "watch tasktemplates"], ["create taskexecutions"], id="view"),
        pytest.param("edit", ["create taskexecutions", "delete tasktemplates"], ["patch taskexecutions/status"], id="edit"),
        pytest.param("admin", ["create taskexecutions", "get tasktemplates"], ["patch taskexecutions/status"], id="admin"),
        pytest.param(
            "glider-user", ["create taskexecutions", "get pods/log"], ["create pods", "patch taskexecutions/status"], id="glider-user"
        ),
    ],
)
def test_kubernetes_own_roles_and_the_user_role_are_enough_for_tasks(
    crds: Cluster, namespace: str, users_roles: None, role: str, may: list[str], may_not: list[str]
):
    crds.kubectl("create", "rolebinding", role, "--namespace", namespace, "--clusterrole", role, "--user", f"{role}-user")

    def refused(*requests: str) -> list[str]:
        return [one for one in requests if not can(crds, *one.split(), namespace=namespace, user=f"{role}-user")]

    wait_until(lambda: not refused(*may), what=f"the controller manager to bring the rights into {role}")
    assert refused(*may_not) == may_not


@pytest.fixture(scope="module")
def users_roles(crds: Cluster) -> Iterator[None]:
    """The chart's ClusterRoles for users."""
    roles = crds.helm("template", "glider", CHART, "--show-only", "templates/userroles.yaml")
    crds.kubectl("apply", "-f", "-", input=roles)
    yield
    crds.kubectl("delete", "-f", "-", input=roles)


def can(cluster: Cluster, verb: str, what: str, *, namespace: str, user: str) -> bool:
    """Whether `user` may do it there."""
    resource, _, sub = what.partition("/")
    question = ("auth", "can-i", verb, resource, "--namespace", namespace, "--as", user)
    try:
        return cluster.kubectl(*question, *([f"--subresource={sub}"] if sub else [])).strip() == "yes"
    except KubectlError:
        return False


def test_the_api_server_takes_what_the_chart_makes_of_each_file_of_values(crds: Cluster, tmp_path: Path):
    """Not the objects of the Prometheus operator, whose CRDs aren't there."""
    namespaces = ("glider-system", "team-a", "team-b")
    existing = [name for name in namespaces if f"namespace/{name}" in crds.kubectl("get", "namespaces", "-o", "name").split()]
    for name in set(namespaces) - set(existing):
        crds.kubectl("create", "namespace", name)
    try:
        for path in sorted((ROOT / "charts" / "glider" / "ci").glob("*-values.yaml")):
            options = ("--values", str(path), "--namespace", "glider-system", "--no-hooks", "--set", "crds.install=false")
            off = "metrics.serviceMonitor.enabled=false,metrics.prometheusRule.enabled=false"
            (tmp_path / f"{path.stem}.yaml").write_text(crds.helm("template", "glider", CHART, *options, "--set", off))
        crds.kubectl("apply", "--server-side", "--dry-run=server", *(f"--filename={path}" for path in sorted(tmp_path.iterdir())))
    finally:
        for name in set(namespaces) - set(existing):
            crds.kubectl("delete", "namespace", name, "--wait=false")


def test_an_upgrade_keeps_the_key_of_the_front_and_a_new_installation_has_its_own(cluster: Cluster, namespace: str):
    """Addresses of uploads that clients have got stay good."""
    values = ("--namespace", namespace, "--set", "crds.install=false,configCheck.enabled=false,admin.enabled=true")

    def key() -> str:
        return str(cluster.kubectl_json("--namespace", namespace, "get", "secret", f"{namespace}-glider-admin")["data"]["key"])

    cluster.helm("install", namespace, CHART, *values)
    try:
        first = key()
        cluster.helm("upgrade", namespace, CHART, *values, "--set", "admin.replicas=3")
        assert key() == first
        cluster.helm("uninstall", namespace, "--namespace", namespace)
        cluster.helm("install", namespace, CHART, *values)
        assert key() != first
    finally:
        cluster.helm("uninstall", namespace, "--namespace", namespace)
