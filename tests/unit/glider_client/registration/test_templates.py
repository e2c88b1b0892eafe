"""The TaskTemplate of a found task: name, version, image, packages, and what is refused before a cluster sees it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from glider_client.registration.errors import RegistrationError
from glider_client.registration.flytekit_tasks import DEFAULT_IMAGE
from glider_client.registration.found import FoundTask
from glider_client.registration.templates import template_of

CODE = {"sha256": "0" * 64, "uri": "s3://bucket/code.tar.gz"}


def found(**spec: Any) -> FoundTask:
    return FoundTask(
        module="app",
        name="add",
        root=Path("/"),
        full_name="app.add",
        spec={"container": {"args": ["x"]}, **spec},
        annotations={"glider.dev/cache": "{}"},
        docs="Adds.",
    )


def test_a_template_has_the_tasks_identity_docs_and_annotations() -> None:
    template = template_of(found(), namespace="shop", version="v1", image="app:1")
    metadata = template["metadata"]
    assert template["spec"]["id"] == {"project": "shop", "domain": "development", "name": "app.add", "version": "v1"}
    assert metadata["annotations"] == {"glider.dev/cache": "{}", "glider.dev/description": "Adds."}
    assert metadata["name"].startswith("add-")
    assert metadata["labels"].keys() == {"glider.dev/task-hash", "glider.dev/version-hash"}


def test_the_version_is_made_of_the_content() -> None:
    def version(task: FoundTask, **options: Any) -> str:
        return template_of(task, namespace="shop", **options)["spec"]["id"]["version"]

    same = version(found(), image="app:1")
    assert version(found(), image="app:1") == same
    assert template_of(found(), namespace="other", image="app:1")["spec"]["id"]["version"] == same
    others = [
        version(found(), image="app:2"),
        version(found(retries={"user": 1}), image="app:1"),
        version(found(), image="app:1", code=CODE),
        version(found(), image="app:1", packages=["numpy"]),
    ]
    assert len({same, *others}) == 5


@pytest.mark.parametrize(
    ("own", "image", "code", "expected"),
    [
        pytest.param("", "app:1", None, "app:1", id="a task that names none gets the one that is given"),
        pytest.param("own:1", "app:1", None, "own:1", id="a task keeps its own"),
        pytest.param("", None, CODE, None, id="none is needed where the code travels"),
        pytest.param("", "app:1", CODE, "app:1", id="but may be given"),
        pytest.param(f"{DEFAULT_IMAGE}:v2", "host:5000/app:1", None, "host:5000/app:v2", id="a part of the default image"),
        pytest.param(f"{DEFAULT_IMAGE}:v2", "app@sha256:00", None, "app:v2", id="a part of one by digest"),
    ],
)
def test_the_image(own: str, image: str | None, code: dict[str, Any] | None, expected: str | None) -> None:
    container = {"args": ["x"]} | ({"image": own} if own else {})
    template = template_of(found(container=container), namespace="shop", image=image, code=code)
    assert template["spec"]["container"].get("image") == expected


def test_the_containers_of_a_pod_get_the_image_and_the_primary_one_the_packages() -> None:
    pod = {"spec": {"containers": [{"name": "main", "args": ["x"]}, {"name": "side", "image": "side:1"}]}}
    task = FoundTask(module="a", name="b", root=Path("/"), full_name="a.b", spec={"podTemplate": pod, "primaryContainerName": "main"})
    main, side = template_of(task, namespace="n", image="app:1", packages=["x"])["spec"]["podTemplate"]["spec"]["containers"]
    assert (main["image"], main["env"]) == ("app:1", [{"name": "_F_RUNTIME_PACKAGES", "value": "x"}])
    assert side == {"name": "side", "image": "side:1"}


def test_packages_come_after_those_that_the_task_has() -> None:
    task = found(container={"args": ["x"], "env": [{"name": "_F_RUNTIME_PACKAGES", "value": "a"}, {"name": "B", "value": "b"}]})
    template = template_of(task, namespace="n", image="app:1", packages=["c>1"])
    assert template["spec"]["container"]["env"] == [{"name": "B", "value": "b"}, {"name": "_F_RUNTIME_PACKAGES", "value": "a c>1"}]


@pytest.mark.parametrize(
    ("task", "options", "expected"),
    [
        pytest.param(
            FoundTask(module="a", name="b", root=Path("/"), full_name="a.b", unsupported="is a workflow"),
            {},
            "a.b can't be run by Glider: it is a workflow",
            id="what Glider can't run",
        ),
        pytest.param(found(), {}, "app.add: expected an image, since its code is in it; pass --image", id="no image"),
        pytest.param(found(retries={"user": -1}), {"image": "a"}, "app.add: spec.retries.user: expected", id="a setting out of range"),
        pytest.param(
            found(secrets=[{"group": "A_B", "key": "c"}]), {"image": "a"}, "app.add: spec.secrets[0].secretName: expected", id="a secret"
        ),
    ],
)
def test_refuses(task: FoundTask, options: dict[str, Any], expected: str) -> None:
    with pytest.raises(RegistrationError) as refused:
        template_of(task, namespace="n", **options)
    assert str(refused.value).startswith(expected)
