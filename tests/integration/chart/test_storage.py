"""The store by values: what tasks and the operator get of it."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from glider_core.render.code import PARTS, SCRATCH
from glider_core.render.injection import BUNDLE, EXECUTOR_HOME
from glider_core.render.secrets import DIRECTORY
from glider_core.resolve.storage import POD_DATA
from tests.integration.chart.conftest import NAMESPACE, Helm, HelmError, Rendered

KEYS = {"accessKeyId": "id", "secretAccessKey": "key"}
S3_KEYS = {"storage": {"s3": {"bucket": "data", "prefix": "glider/prod", "endpoint": "http://minio.minio:9000", **KEYS}}}


def prefixes(rendered: Rendered) -> tuple[str | None, str | None]:
    return rendered.config.storage.metadata_prefix, rendered.config.storage.raw_output_data_prefix


def variables(rendered: Rendered) -> tuple[dict[str, Any], dict[str, Any]]:
    """The plain variables of the operator, without its own, and of tasks."""
    operator = {one["name"]: one.get("value") for one in rendered.container["env"] if not one["name"].startswith("POD_")}
    return operator, {one["name"]: one["value"] for one in rendered.config.task_pod.env}


def secrets(rendered: Rendered) -> dict[str, dict[str, str]]:
    """The data of the Secrets that the chart makes, by namespace."""
    found = rendered.of_kind("Secret")
    return {
        namespace: {name: base64.b64decode(value).decode() for name, value in one["data"].items()} for (namespace, _), one in found.items()
    }


def test_without_a_store_nothing_is_set(helm: Helm):
    rendered = helm.template()
    assert prefixes(rendered) == (None, None)
    assert variables(rendered) == ({}, {})
    assert "envFrom" not in rendered.container


def test_keys_of_s3_are_in_a_secret_of_each_namespace_that_needs_them(helm: Helm):
    rendered = helm.template({**S3_KEYS, "taskNamespaces": ["a", "b", "a"]})
    assert prefixes(rendered) == ("s3://data/glider/prod/metadata", "s3://data/glider/prod/raw")
    expected = {"FLYTE_AWS_ENDPOINT": "http://minio.minio:9000"}
    assert variables(rendered) == (expected, expected)
    keys = {"FLYTE_AWS_ACCESS_KEY_ID": "id", "FLYTE_AWS_SECRET_ACCESS_KEY": "key"}
    assert secrets(rendered) == {"a": keys, "b": keys, NAMESPACE: keys}
    assert list(rendered.config.task_pod.env_from) == [{"secretRef": {"name": "glider-store"}}]
    assert rendered.container["envFrom"] == [{"secretRef": {"name": "glider-store", "optional": True}}]
    assert "id" not in rendered.configuration.replace("metadata", "").split(), "no key is in the configuration"


def test_the_operator_restarts_for_another_key(helm: Helm):
    def checksum(key: str) -> str:
        values = {"storage": {"s3": {"bucket": "data", "accessKeyId": "id", "secretAccessKey": key}}, "taskNamespaces": ["a"]}
        return str(helm.template(values).pod["metadata"]["annotations"]["checksum/store"])

    assert checksum("one") != checksum("other")


def test_the_operator_has_no_access_where_the_values_refuse_it(helm: Helm):
    rendered = helm.template({"storage": {**S3_KEYS["storage"], "operatorAccess": False}, "taskNamespaces": ["a"]})
    assert set(secrets(rendered)) == {"a"}
    assert variables(rendered) == ({}, {"FLYTE_AWS_ENDPOINT": "http://minio.minio:9000"})
    assert "envFrom" not in rendered.container


def test_the_operator_can_have_keys_of_its_own(helm: Helm):
    rendered = helm.template({"storage": {**S3_KEYS["storage"], "secretRef": {"name": "mine"}}, "taskNamespaces": ["a"]})
    assert rendered.container["envFrom"] == [{"secretRef": {"name": "mine"}}]
    assert set(secrets(rendered)) == {"a"}


@pytest.mark.parametrize(
    ("storage", "root", "env"),
    [
        pytest.param({"s3": {"bucket": "data", "region": "eu-central-1"}}, "s3://data", {"AWS_REGION": "eu-central-1"}, id="s3"),
        pytest.param({"gcs": {"bucket": "data", "prefix": "p"}}, "gs://data/p", {}, id="gcs"),
        pytest.param(
            {"azure": {"container": "data", "accountName": "account"}},
            "abfs://data",
            {"FLYTE_AZURE_STORAGE_ACCOUNT_NAME": "account"},
            id="azure",
        ),
    ],
)
def test_without_keys_pods_go_by_their_identity(helm: Helm, storage: dict[str, Any], root: str, env: dict[str, str]):
    rendered = helm.template({"storage": storage})
    assert prefixes(rendered) == (f"{root}/metadata", f"{root}/raw")
    assert variables(rendered) == (env, env)
    assert secrets(rendered) == {}
    assert not rendered.config.task_pod.env_from


@pytest.mark.parametrize(
    ("storage", "data"),
    [
        pytest.param(
            {"gcs": {"bucket": "data", "serviceAccountKey": '{"type": "service_account"}'}},
            {"GOOGLE_SERVICE_ACCOUNT_KEY": '{"type": "service_account"}'},
            id="gcs",
        ),
        pytest.param(
            {"azure": {"container": "data", "accountName": "account", "accountKey": "a+b/c=="}},
            {"FLYTE_AZURE_STORAGE_ACCOUNT_KEY": "a+b/c=="},
            id="azure",
        ),
    ],
)
def test_keys_of_other_clouds_are_in_secrets_too(helm: Helm, storage: dict[str, Any], data: dict[str, str]):
    rendered = helm.template({"storage": storage, "config": {"watchNamespaces": ["a"]}})
    assert secrets(rendered) == {"a": data, NAMESPACE: data}


@pytest.mark.parametrize("store", [{"s3": {"bucket": "data"}}, {"gcs": {"bucket": "data"}}, {"azure": {"container": "data"}}], ids=str)
def test_a_secret_of_ones_own_is_taken_as_it_is(helm: Helm, store: dict[str, dict[str, str]]):
    [(name, values)] = store.items()
    rendered = helm.template({"storage": {name: {**values, "existingSecret": "mine"}}})
    assert secrets(rendered) == {}
    assert list(rendered.config.task_pod.env_from) == [{"secretRef": {"name": "mine"}}]
    assert rendered.container["envFrom"] == [{"secretRef": {"name": "mine", "optional": True}}]


def test_a_claim_is_mounted_into_tasks_and_into_an_operator_that_is_beside_them(helm: Helm):
    claim = {"persistentVolumeClaim": {"claimName": "data", "subPath": "glider"}}
    rendered = helm.template({"storage": claim, "singleNamespace": True})
    assert prefixes(rendered) == ("file:///mnt/glider/metadata", "file:///mnt/glider/raw")
    volume = {"name": "glider-store", "persistentVolumeClaim": {"claimName": "data"}}
    mount = {"name": "glider-store", "mountPath": "/mnt/glider", "subPath": "glider"}
    tasks, operator = rendered.config.task_pod, rendered.pod["spec"]
    assert (list(tasks.spec["volumes"]), list(tasks.container["volumeMounts"])) == ([volume], [mount])
    assert volume in operator["volumes"] and mount in rendered.container["volumeMounts"]
    assert rendered.config.storage_access.files_root == "/mnt/glider"
    for context in (tasks.spec["securityContext"], operator["securityContext"]):
        assert (context["runAsNonRoot"], context["runAsUser"], context["fsGroup"]) == (True, 65532, 65532)
        assert context["fsGroupChangePolicy"] == "OnRootMismatch"


def test_a_claim_of_other_namespaces_does_not_keep_the_operator_from_its_start(helm: Helm):
    rendered = helm.template({"storage": {"persistentVolumeClaim": {"claimName": "data"}}})
    assert rendered.config.task_pod.spec["volumes"]
    assert rendered.config.storage_access.files_root is None
    assert [volume["name"] for volume in rendered.pod["spec"]["volumes"]] == ["config", "tmp"]
    assert "fsGroup" not in rendered.pod["spec"]["securityContext"]


def test_the_explicit_configuration_wins(helm: Helm):
    config = {
        "storage": {"rawOutputDataPrefix": "s3://other/raw"},
        "taskPod": {"env": [{"name": "FLYTE_AWS_ENDPOINT", "value": "http://other"}], "envFrom": [{"secretRef": {"name": "more"}}]},
    }
    rendered = helm.template({**S3_KEYS, "taskNamespaces": ["a"], "config": config})
    assert prefixes(rendered) == ("s3://data/glider/prod/metadata", "s3://other/raw")
    assert variables(rendered)[1] == {"FLYTE_AWS_ENDPOINT": "http://other"}
    assert [one["secretRef"]["name"] for one in rendered.config.task_pod.env_from] == ["glider-store", "more"]


def test_the_network_policy_lets_the_operator_reach_the_store(helm: Helm):
    def ports(storage: dict[str, Any]) -> list[int]:
        [policy] = helm.template({"storage": storage, "networkPolicy": {"enabled": True}}).of_kind("NetworkPolicy").values()
        return [port["port"] for rule in policy["spec"]["egress"][2:] for port in rule["ports"]]

    assert ports({}) == []
    assert ports({"s3": {"bucket": "data", "endpoint": "http://minio:9000"}}) == [9000]
    assert ports({"s3": {"bucket": "data", "endpoint": "http://minio"}}) == [80]
    assert ports({"gcs": {"bucket": "data"}}) == [443]
    assert ports({"persistentVolumeClaim": {"claimName": "data"}, "operatorAccess": True}) == []


def test_for_the_history_the_operator_reaches_the_store_by_an_identity_of_its_own(helm: Helm):
    values = {
        "storage": {"s3": {"bucket": "data", "endpoint": "http://minio:9000"}, "operatorAccess": False, "secretRef": {"name": "mine"}},
        "config": {"history": {"enabled": True}},
        "networkPolicy": {"enabled": True},
    }
    rendered = helm.template(values)
    assert rendered.config.history.enabled
    assert rendered.container["envFrom"] == [{"secretRef": {"name": "mine"}}]
    [policy] = rendered.of_kind("NetworkPolicy").values()
    assert [port["port"] for rule in policy["spec"]["egress"][2:] for port in rule["ports"]] == [9000]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param({}, "expected a store, by the values storage.s3, storage.gcs or storage.azure", id="no store"),
        pytest.param(
            {"storage": {"persistentVolumeClaim": {"claimName": "data"}}},
            "expected an object store, storage.s3, storage.gcs",
            id="a volume",
        ),
    ],
)
def test_the_history_needs_an_object_store(helm: Helm, values: dict[str, Any], message: str):
    with pytest.raises(HelmError) as refused:
        helm.template({**values, "config": {"history": {"enabled": True}}})
    assert f"config.history.enabled: {message}" in str(refused.value)


@pytest.mark.parametrize("ours", [EXECUTOR_HOME, BUNDLE, PARTS, SCRATCH, POD_DATA, DIRECTORY, "/etc/glider", "/tmp", "/var/run"])
def test_a_claim_is_not_mounted_over_what_glider_uses(helm: Helm, ours: str):
    with pytest.raises(HelmError) as refused:
        helm.template({"storage": {"persistentVolumeClaim": {"claimName": "data", "mountPath": ours}}})
    assert "storage.persistentVolumeClaim.mountPath: expected a folder apart from" in str(refused.value)
    assert f"found {ours}" in str(refused.value)


@pytest.mark.parametrize(
    ("storage", "message"),
    [
        pytest.param(
            {"s3": {"bucket": "data"}, "gcs": {"bucket": "other"}},
            "storage.gcs.bucket and storage.s3.bucket: expected one of them, found 2",
            id="two stores",
        ),
        pytest.param(
            {"s3": {"endpoint": "http://minio"}},
            "storage.s3.endpoint: expected storage.s3.bucket with it, found none",
            id="a store without its bucket",
        ),
        pytest.param(
            {"persistentVolumeClaim": {"subPath": "a"}},
            "storage.persistentVolumeClaim.subPath: expected storage.persistentVolumeClaim.claimName with it, found none",
            id="a volume without its claim",
        ),
        pytest.param(
            {"s3": {"bucket": "data", "accessKeyId": "id"}},
            "storage.s3.secretAccessKey: expected storage.s3.accessKeyId and storage.s3.secretAccessKey together, found one of them",
            id="half of the keys",
        ),
        pytest.param(
            {"s3": {"bucket": "data", "existingSecret": "mine", **KEYS}},
            "storage.s3.accessKeyId and storage.s3.existingSecret: expected one of them, found both",
            id="keys beside a Secret",
        ),
        pytest.param(
            {"s3": {"bucket": "data", **KEYS}},
            "storage.s3.accessKeyId: expected taskNamespaces or config.watchNamespaces, the namespaces whose tasks get the key",
            id="keys for unknown namespaces",
        ),
        pytest.param(
            {"azure": {"container": "data"}},
            "storage.azure.accountName: expected the name of the storage account",
            id="no storage account",
        ),
    ],
)
def test_values_that_contradict_each_other_are_refused_by_name(helm: Helm, storage: dict[str, Any], message: str):
    with pytest.raises(HelmError) as refused:
        helm.template({"storage": storage})
    assert message in str(refused.value)
