"""What a pod gets whose task starts others: the front's address, and a token of its own, for the task's container alone."""

from __future__ import annotations

from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_core.config import Config, parse_config
from glider_core.render.pod import render_pod
from tests.unit.glider_core.builders import CONFIGURATION, make_execution, resolved, task_document

ADMIN = {"endpoint": "dns:///front.glider.svc:8089", "namespace": "{project}", "tokenSeconds": 900}
IN_POD = {"spec": {"containers": [{"name": "main", "image": "app", "args": ["run"]}, {"name": "beside", "image": "proxy"}]}}
FLYTEKIT = ("FLYTE_PLATFORM", "FLYTE_CREDENTIALS", "FLYTE_INTERNAL_EXECUTION_PROJECT", "FLYTE_INTERNAL_EXECUTION_DOMAIN")


def configured(**admin: Any) -> Config:
    return parse_config(CONFIGURATION | {"admin": ADMIN | admin})


def pod_of(config: Config, **spec: Any) -> dict[str, Any]:
    execution = make_execution(**spec)
    return render_pod(execution, resolved(execution, config=config), attempt=0, config=config)


def variables(container: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in container.get("env", ()) if one["name"].startswith(FLYTEKIT)}


def test_flytekit_finds_the_front_and_a_command_that_prints_the_token() -> None:
    (container,) = pod_of(configured(), eager=True)["spec"]["containers"]
    assert variables(container) == {
        "FLYTE_PLATFORM_URL": "dns:///front.glider.svc:8089",
        "FLYTE_PLATFORM_INSECURE": "false",
        "FLYTE_CREDENTIALS_AUTH_MODE": "ExternalCommand",
        "FLYTE_CREDENTIALS_COMMAND": "cat,/var/run/glider-admin/token",
        "FLYTE_INTERNAL_EXECUTION_PROJECT": "default",  # the execution's namespace, whatever its task's project
        "FLYTE_INTERNAL_EXECUTION_DOMAIN": "development",
    }


@pytest.mark.parametrize(
    ("admin", "expected"),
    [
        pytest.param({"insecure": True}, {"FLYTE_PLATFORM_INSECURE": "true"}, id="without TLS"),
        pytest.param({"caFile": "/ca/ca.crt"}, {"FLYTE_PLATFORM_CA_CERT_FILE_PATH": "/ca/ca.crt"}, id="with an authority of its own"),
    ],
)
def test_how_the_front_is_reached(admin: dict[str, Any], expected: dict[str, str]) -> None:
    (container,) = pod_of(configured(**admin), eager=True)["spec"]["containers"]
    assert expected.items() <= variables(container).items()


def test_the_token_is_short_lived_and_of_the_task_alone() -> None:
    task = task_document(eager=True, podTemplate=IN_POD, primaryContainerName="main")
    del task["container"]
    spec = pod_of(configured(), task=task)["spec"]
    source = {"serviceAccountToken": {"path": "token", "expirationSeconds": 900}}
    assert {"name": "glider-admin-token", "projected": {"sources": [source]}} in spec["volumes"]
    mounted = {
        one["name"]: [mount for mount in one.get("volumeMounts", ()) if mount["name"] == "glider-admin-token"]
        for kind in ("initContainers", "containers")
        for one in spec[kind]
    }
    mount = {"name": "glider-admin-token", "mountPath": "/var/run/glider-admin", "readOnly": True}
    assert mounted == {"glider-executor": [], "main": [mount], "beside": []}
    assert spec["automountServiceAccountToken"] is False
    assert "FLYTE_PLATFORM_URL" not in variables(spec["containers"][1])


def test_a_task_that_starts_no_others_gets_nothing_of_it() -> None:
    assert pod_of(configured()) == pod_of(Config())


def test_a_volume_of_that_name_is_refused() -> None:
    with pytest.raises(FieldError, match="expected no volume of the name glider-admin-token, which is Glider's"):
        pod_of(configured(), eager=True, volumes=[{"name": "glider-admin-token", "emptyDir": {}}])
