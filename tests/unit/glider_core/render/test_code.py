"""What the task's code, and packages that are installed first, add to the pod."""

from __future__ import annotations

from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_core.config import Config
from glider_core.render.pod import render_pod
from glider_core.render.references import Reference, ReferenceKind, references
from tests.unit.glider_core.builders import make_execution, resolved, task_document

SHA256 = "0123456789abcdef" * 4
IN_MAPS = {"sha256": SHA256, "configMaps": ["code-0", "code-1"]}
IN_STORE = {"sha256": SHA256, "uri": "s3://bucket/$(code).tar.gz"}
ROOM = {"name": "glider-scratch", "emptyDir": {}}
ROOM_MOUNT = {"name": "glider-scratch", "mountPath": "/var/run/glider-scratch"}
PACKAGES = [{"name": "_F_RUNTIME_PACKAGES", "value": "pandas"}]


def pod_of(**fields: Any) -> dict[str, Any]:
    execution = make_execution(task=task_document(**fields))
    return render_pod(execution, resolved(execution), attempt=0, config=Config())


def added(pod: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Its volumes, or the mounts of its container, that are for code and packages."""
    found = pod["spec"].get("volumes", []) if kind == "volumes" else pod["spec"]["containers"][0]["volumeMounts"]
    return [one for one in found if one["name"] in ("glider-code", "glider-scratch")]


def variables(pod: dict[str, Any]) -> dict[str, str]:
    found = {one["name"]: one.get("value", "") for one in pod["spec"]["containers"][0]["env"]}
    return {name: value for name, value in found.items() if name.startswith(("GLIDER_CODE", "GLIDER_SCRATCH"))}


def test_config_maps_are_one_read_only_volume_of_numbered_files():
    pod = pod_of(code=IN_MAPS)
    sources = [{"configMap": {"name": f"code-{i}", "items": [{"key": "part", "path": str(i)}]}} for i in (0, 1)]
    assert added(pod, "volumes") == [{"name": "glider-code", "projected": {"sources": sources}}, ROOM]
    assert added(pod, "mounts") == [{"name": "glider-code", "mountPath": "/var/run/glider-code", "readOnly": True}, ROOM_MOUNT]
    assert variables(pod) == {
        "GLIDER_CODE_SHA256": SHA256,
        "GLIDER_CODE_PARTS": "/var/run/glider-code",
        "GLIDER_SCRATCH": "/var/run/glider-scratch",
    }


def test_an_object_in_the_store_is_only_named():
    pod = pod_of(code=IN_STORE)
    assert added(pod, "volumes") == [ROOM]
    assert added(pod, "mounts") == [ROOM_MOUNT]
    assert variables(pod) == {
        "GLIDER_CODE_SHA256": SHA256,
        "GLIDER_CODE_URI": "s3://bucket/$$(code).tar.gz",  # of which the kubelet makes what it was
        "GLIDER_SCRATCH": "/var/run/glider-scratch",
    }


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"env": PACKAGES}, id="in the task's env"),
        pytest.param({"container": task_document()["container"] | {"env": PACKAGES}}, id="in its container's"),
    ],
)
def test_packages_need_room_too(fields):
    pod = pod_of(**fields)
    assert added(pod, "volumes") == [ROOM]
    assert variables(pod) == {"GLIDER_SCRATCH": "/var/run/glider-scratch"}


def test_a_task_with_neither_gets_nothing():
    pod = pod_of()
    assert added(pod, "volumes") == added(pod, "mounts") == []
    assert variables(pod) == {}


def test_the_images_own_executor_gets_nothing_for_its_packages():
    assert added(pod_of(env=PACKAGES, executor={"mode": "Image"}, storage={"metadataPrefix": "s3://b/m"}), "volumes") == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param(
            {"volumes": [{"name": "glider-code", "emptyDir": {}}]}, "volumes: expected no volume of the name glider-code", id="volume"
        ),
        pytest.param(
            {"volumeMounts": [{"name": "x", "mountPath": "/var/run/glider-scratch"}], "volumes": [{"name": "x", "emptyDir": {}}]},
            "volumeMounts: expected nothing at /var/run/glider-scratch, which Glider mounts",
            id="path",
        ),
    ],
)
def test_what_is_gliders_is_refused(fields, message):
    with pytest.raises(FieldError) as refused:
        pod_of(code=IN_MAPS, **fields)
    assert str(refused.value).startswith(message)


def test_the_pod_needs_all_config_maps_with_code_and_nobody_reads_them():
    expected = {Reference(kind=ReferenceKind.CONFIG_MAP, name=f"code-{i}", is_code=True) for i in (0, 1)}
    assert references(pod_of(code=IN_MAPS)) == expected
