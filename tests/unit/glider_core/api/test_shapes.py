"""Objects of core/v1 that somebody writes are checked by shape, wherever they can be written."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_core.api.shapes import check_shape
from glider_core.config import Config, parse_config
from glider_core.resolve.resolution import Refused, Resolved
from glider_core.resolve.resolving import resolve
from tests.reference.shapes import TABLE, current_table
from tests.unit.glider_core.builders import CONFIGURATION, make_execution, task_document

Place = Callable[[dict[str, Any]], dict[str, Any]]


def container(fields: dict[str, Any]) -> dict[str, Any]:
    return {"name": "primary", "image": "i", "args": ["x"], **fields}


#: Where fields of a pod can be said by a task or an execution: the resource's spec, and the path of the fields in messages.
SETTINGS = [
    pytest.param(lambda said: {"task": task_document(**said)}, "spec.task", id="a task"),
    pytest.param(lambda said: said, "spec", id="an execution"),
]
SPECS = [
    pytest.param(lambda said: {"podTemplate": {"spec": said}}, "spec.podTemplate.spec", id="an execution's podTemplate"),
    pytest.param(
        lambda said: {"task": task_of({"podTemplate": {"spec": {"containers": [container({})], **said}}})},
        "spec.task.podTemplate.spec",
        id="a task's podTemplate",
    ),
]
CONTAINERS = [
    pytest.param(lambda said: {"task": task_of({"container": container(said)})}, "spec.task.container", id="a task's container"),
    pytest.param(
        lambda said: {"podTemplate": {"spec": {"containers": [container(said)]}}},
        "spec.podTemplate.spec.containers[0]",
        id="a container of a podTemplate",
    ),
    pytest.param(
        lambda said: {"podTemplate": {"spec": {"initContainers": [container(said)]}}},
        "spec.podTemplate.spec.initContainers[0]",
        id="an init container of a podTemplate",
    ),
]


def task_of(fields: dict[str, Any]) -> dict[str, Any]:
    task = task_document(**fields)
    if "podTemplate" in fields:
        del task["container"]
    return task


def refusal(spec: dict[str, Any]) -> str:
    resolution = resolve(make_execution(**spec), templates={}, config=Config())
    assert isinstance(resolution, Refused), resolution
    return resolution.message


BOTH = [
    pytest.param(
        {"volumes": [{"name": "a", "secret": "foo"}]}, 'volumes[0].secret: expected an object (core/v1 SecretVolumeSource), found "foo"'
    ),
    pytest.param({"volumes": [{"name": "a", "configMap": "foo"}]}, "volumes[0].configMap: expected an object (core/v1 ConfigMap"),
    pytest.param(
        {"volumes": [{"name": "a", "projected": {"sources": "foo"}}]},
        'volumes[0].projected.sources: expected a list of objects (core/v1 VolumeProjection), found "foo"',
    ),
    pytest.param(
        {"volumes": [{"name": "a", "configmap": {"name": "b"}}]}, "volumes[0]: expected a field of core/v1 Volume (did you mean configMap?)"
    ),
    pytest.param({"volumes": [{"secret": {"secretName": "b"}}]}, "volumes[0].name: expected a string, found nothing"),
    pytest.param({"volumes": [None]}, "volumes[0]: expected an object (core/v1 Volume), found null"),
    pytest.param(
        {"tolerations": [{"key": "a", "tolerationSeconds": "1"}]},
        'tolerations[0].tolerationSeconds: expected a whole number (64 bits), found "1"',
    ),
    pytest.param({"affinity": {"nodeAffinity": []}}, "affinity.nodeAffinity: expected an object (core/v1 NodeAffinity), found []"),
    pytest.param({"securityContext": {"runAsUser": "root"}}, 'securityContext.runAsUser: expected a whole number (64 bits), found "root"'),
    pytest.param({"securityContext": {"runAsUser": True}}, "securityContext.runAsUser: expected a whole number (64 bits), found true"),
    pytest.param({"nodeSelector": {"a": 1}}, "nodeSelector.a: expected a string, found 1"),
    pytest.param({"nodeSelector": {"a": False}}, "nodeSelector.a: expected a string, found false (YAML makes false of an unquoted n"),
    pytest.param({"dnsConfig": {"nameservers": "1.1.1.1"}}, 'dnsConfig.nameservers: expected a list of strings, found "1.1.1.1"'),
    pytest.param(
        {"imagePullSecrets": ["registry"]}, 'imagePullSecrets[0]: expected an object (core/v1 LocalObjectReference), found "registry"'
    ),
    pytest.param({"hostAliases": [{"hostnames": ["a"]}]}, "hostAliases[0].ip: expected a string, found nothing"),
]
OF_CONTAINERS = [
    pytest.param(
        {"envFrom": [{"secretRef": "store"}]}, 'envFrom[0].secretRef: expected an object (core/v1 SecretEnvSource), found "store"'
    ),
    pytest.param({"envFrom": "store"}, 'envFrom: expected a list of objects (core/v1 EnvFromSource), found "store"'),
    pytest.param({"env": [{"name": "A", "valueFrom": "db"}]}, 'env[0].valueFrom: expected an object (core/v1 EnvVarSource), found "db"'),
    pytest.param({"env": [{"name": "A", "value": 1}]}, "env[0].value: expected a string, found 1"),
    pytest.param(
        {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "b"}}}]},
        "env[0].valueFrom.secretKeyRef.key: expected a string, found nothing",
    ),
    pytest.param({"volumeMounts": [{"name": "a", "mountPath": ["/x"]}]}, 'volumeMounts[0].mountPath: expected a string, found ["/x"]'),
    pytest.param({"resources": {"limits": {"cpu": "two"}}}, 'resources.limits.cpu: expected a quantity such as 500m or 2Gi, found "two"'),
    pytest.param(
        {"resources": {"limit": {"cpu": "2"}}}, "resources: expected a field of core/v1 ResourceRequirements (did you mean limits?)"
    ),
]


@pytest.mark.parametrize(("place", "path"), [*SETTINGS, *SPECS])
@pytest.mark.parametrize(("said", "message"), BOTH)
def test_what_a_pod_is_given(place: Place, path: str, said: dict[str, Any], message: str):
    assert refusal(place(said)).startswith(f"{path}.{message}")


@pytest.mark.parametrize(("place", "path"), [*SETTINGS, *CONTAINERS])
@pytest.mark.parametrize(("said", "message"), OF_CONTAINERS)
def test_what_a_container_is_given(place: Place, path: str, said: dict[str, Any], message: str):
    assert refusal(place(said)).startswith(f"{path}.{message}")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        pytest.param({"ports": [{"containerPort": "80"}]}, 'ports[0].containerPort: expected a whole number (32 bits), found "80"'),
        pytest.param(
            {"livenessProbe": {"httpGet": {"port": []}}}, "livenessProbe.httpGet.port: expected a number (32 bits) or a name, found []"
        ),
        pytest.param({"lifecycle": {"preStop": {"exec": {"command": "x"}}}}, "lifecycle.preStop.exec.command: expected a list of strings"),
        pytest.param(
            {"securityContext": {"capabilities": {"drop": "ALL"}}}, "securityContext.capabilities.drop: expected a list of strings"
        ),
        pytest.param({"imagee": "x"}, ": expected a field of core/v1 Container (did you mean image?)"),
    ],
)
@pytest.mark.parametrize(("place", "path"), CONTAINERS)
def test_what_only_a_container_has(place: Place, path: str, said: dict[str, Any], message: str):
    assert refusal(place(said)).replace(f"{path}: ", f"{path}.: ").startswith(f"{path}.{message}")


@pytest.mark.parametrize(("said", "message"), [*BOTH, *OF_CONTAINERS])
def test_the_configuration_says_it_of_all_pods(said: dict[str, Any], message: str):
    with pytest.raises(FieldError) as refused:
        parse_config({**CONFIGURATION, "taskPod": said})
    assert str(refused.value).startswith(f"taskPod.{message}")


def test_a_template_is_read_by_the_same_rules():
    template = task_document(envFrom=[{"secretRef": "store"}])
    resolution = resolve(make_execution(taskRef={"name": "t"}), templates={"t": template}, config=Config())
    assert isinstance(resolution, Refused)
    assert resolution.message.startswith("TaskTemplate t: spec.envFrom[0].secretRef: expected an object")


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"volumes": [{"name": "a", "emptyDir": {"sizeLimit": 1}}]}, id="a quantity that YAML takes for a number"),
        pytest.param({"volumes": [{"name": "a", "emptyDir": None}], "affinity": None}, id="null, which says nothing"),
        pytest.param({"nodeSelector": {"a": None}}, id="null, which takes away what a weaker layer says"),
        pytest.param({"resources": {"limits": {"cpu": 1.5}}}, id="an amount that is a number"),
    ],
)
def test_what_is_of_the_right_shape(said: dict[str, Any]):
    assert isinstance(resolve(make_execution(**said), templates={}, config=Config()), Resolved)


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("int32", 2**31 - 1, True),
        ("int32", 2**31, False),
        ("int64", 2**63 - 1, True),
        ("int64", 2**63, False),
        ("int64", -(2**63) - 1, False),
    ],
)
def test_an_integer_has_as_many_bits_as_in_go(kind: str, value: int, fits: bool):
    with contextlib.nullcontext() if fits else pytest.raises(FieldError, match="p: expected a whole number"):
        check_shape(value, kind, path="p")


@pytest.mark.parametrize("port", [8080, 2**31 - 1, "http"])
def test_a_port_is_a_number_or_a_name(port: object):
    check_shape({"httpGet": {"port": port}}, "Probe", path="p")


@pytest.mark.parametrize("port", [2**31, -(2**31) - 1, 10**30, 80.0, True, None, ["http"]], ids=str)
def test_a_port_has_as_many_bits_as_in_go(port: object):
    with pytest.raises(FieldError, match=r"^p: expected a number \(32 bits\) or a name, found "):
        check_shape(port, "port", path="p")


@pytest.mark.parametrize(
    "time",
    [
        "2026-01-31T12:00:00Z",
        "2024-02-29T23:59:59.123456+14:00",
        "0001-01-01T00:00:00-23:59",
    ],
)
def test_a_time_is_of_rfc_3339(time: str):
    check_shape(time, "time", path="p")


@pytest.mark.parametrize(
    "time",
    [
        pytest.param("", id="nothing"),
        pytest.param("b", id="a word"),
        pytest.param("1h", id="a duration"),
        pytest.param(1767225600, id="seconds since 1970"),
        pytest.param("2026-01-31", id="a day"),
        pytest.param("2026-01-31T12:00:00", id="no zone"),
        pytest.param("2026-01-31 12:00:00Z", id="a space for the T"),
        pytest.param("2026-01-31t12:00:00z", id="small letters"),
        pytest.param("2026-01-31T12:00:00.Z", id="a fraction without digits"),
        pytest.param("2026-01-31T24:00:00Z", id="an hour that no day has"),
        pytest.param("2026-01-31T12:00:60Z", id="a leap second"),
        pytest.param("2026-01-31T12:00:00+25:00", id="a zone that no place has"),
        pytest.param("2026-02-29T12:00:00Z", id="a day that no month has"),
        pytest.param("10000-01-01T00:00:00Z", id="a year of five digits"),
        pytest.param("2026-01-31T12:00:00Z\n", id="a line break behind it"),
        pytest.param("٢٠٢٦-01-31T12:00:00Z", id="digits of another script"),
    ],
)
def test_what_isnt_a_time_is_refused(time: object):
    with pytest.raises(FieldError, match=r"^p: expected a time such as 2026-01-31T12:00:00Z, found "):
        check_shape(time, "time", path="p")


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"creationTimestamp": "b"}, 'creationTimestamp: expected a time such as 2026-01-31T12:00:00Z, found "b"'),
        ({"deletionTimestamp": 1}, "deletionTimestamp: expected a time such as 2026-01-31T12:00:00Z, found 1"),
        ({"managedFields": [{"time": "b"}]}, 'managedFields[0].time: expected a time such as 2026-01-31T12:00:00Z, found "b"'),
        ({"managedFields": ["a"]}, 'managedFields[0]: expected an object (core/v1 ManagedFieldsEntry), found "a"'),
        ({"labels": {"a": 1}}, "labels.a: expected a string, found 1"),
    ],
)
def test_the_metadata_of_an_ephemeral_volumes_claim(metadata: dict[str, Any], message: str):
    volume = {"name": "a", "ephemeral": {"volumeClaimTemplate": {"metadata": metadata, "spec": {}}}}
    assert refusal({"volumes": [volume]}).startswith(f"spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.{message}")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a%2fb", "A", "a_b", "-a", "a..b", "a" * 254, 1])
@pytest.mark.parametrize(("place", "path"), SPECS)
def test_a_runtime_class_has_a_name_that_the_api_server_can_look_up(place: Place, path: str, name: object):
    assert refusal(place({"runtimeClassName": name})).startswith(f"{path}.runtimeClassName: expected the name of an object: ")


def test_metadata_as_kubectl_writes_it_has_a_creation_time_that_is_null():
    check_shape({"creationTimestamp": None}, "ObjectMeta", path="p")


def test_the_table_is_what_the_kubernetes_client_says():
    assert TABLE.read_text() == current_table(), "run 'make generate'"
