"""What we ask of kopf."""

from __future__ import annotations

import pytest
from kopf._cogs.structs.references import Resource
from kubernetes import client

from glider_operator.app.login import connection_info
from glider_operator.app.storages import NoDiffBase, NoProgress
from glider_operator.app.wiring import build_settings

PODS = Resource(group="", version="v1", plural="pods", kind="Pod", namespaced=True, preferred=True)
EXECUTIONS = Resource(
    group="glider.dev", version="v1alpha1", plural="taskexecutions", kind="TaskExecution", namespaced=True, preferred=True
)
TEMPLATES = Resource(group="glider.dev", version="v1alpha1", plural="tasktemplates", kind="TaskTemplate", namespaced=True, preferred=True)


@pytest.mark.parametrize(
    ("instance_id", "pods", "executions"),
    [
        (None, "app.kubernetes.io/managed-by=glider,!glider.dev/instance-id", "!glider.dev/instance-id"),
        ("blue", "app.kubernetes.io/managed-by=glider,glider.dev/instance-id=blue", "glider.dev/instance-id=blue"),
    ],
)
def test_the_server_selects_what_is_ours(instance_id, pods, executions):
    selectors = build_settings(instance_id=instance_id).watching.label_selectors
    assert list(selectors.collect(PODS)) == [pods]
    assert list(selectors.collect(EXECUTIONS)) == [executions]
    assert list(selectors.collect(TEMPLATES)) == []


def test_nothing_is_kept_on_objects():
    settings = build_settings()
    assert isinstance(settings.persistence.diffbase_storage, NoDiffBase)
    assert isinstance(settings.persistence.progress_storage, NoProgress)
    assert not settings.posting.enabled
    assert settings.scanning.disabled
    assert settings.queueing.worker_limit is None


def test_kopf_gets_the_credentials_that_the_client_has():
    configuration = client.Configuration(host="https://api:6443")
    configuration.api_key = {"BearerToken": "Bearer secret"}
    info = connection_info(configuration)
    assert (info.server, info.scheme, info.token) == ("https://api:6443", "Bearer", "secret")
