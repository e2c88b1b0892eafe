"""What we ask of kopf, and of the watchers of pods."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from kopf._cogs.structs.references import Resource
from kubernetes import client

from glider_core.config import Config
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.controller import Controller
from glider_operator.kopf_adapter.handlers import build_settings, pod_watchers
from glider_operator.kopf_adapter.login import connection_info
from glider_operator.kopf_adapter.persistence import NoDiffBase, NoProgress
from tests.unit.glider_operator.controller.fakes import FakeCluster

EXECUTIONS = Resource(
    group="glider.dev", version="v1alpha1", plural="taskexecutions", kind="TaskExecution", namespaced=True, preferred=True
)
TEMPLATES = Resource(group="glider.dev", version="v1alpha1", plural="tasktemplates", kind="TaskTemplate", namespaced=True, preferred=True)


def watched_pods(config: Config) -> list[tuple[str | None, str]]:
    transport: Any = FakeCluster()
    watchers = pod_watchers(Controller(Cluster(transport), config), transport, config)
    return [(watcher.watched.namespace, watcher.watched.selector) for watcher in watchers]


@pytest.mark.parametrize(
    ("instance_id", "pods", "executions"),
    [
        (None, "app.kubernetes.io/managed-by=glider,!glider.dev/instance-id", "!glider.dev/instance-id"),
        ("blue", "app.kubernetes.io/managed-by=glider,glider.dev/instance-id=blue", "glider.dev/instance-id=blue"),
    ],
)
def test_the_server_selects_what_is_ours(instance_id, pods, executions):
    watching = build_settings(instance_id=instance_id).watching
    selectors, fields = watching.label_selectors, watching.field_selectors
    assert watched_pods(replace(Config(), instance_id=instance_id)) == [(None, pods)]
    assert list(selectors.collect(EXECUTIONS)) == [executions]
    assert list(selectors.collect(TEMPLATES)) == []
    not_over = "status.phase!=Succeeded,status.phase!=Failed,status.phase!=Aborted,status.phase!=TimedOut"
    assert list(fields.collect(EXECUTIONS)) == [not_over]
    assert list(fields.collect(TEMPLATES)) == []


def test_namespaces_that_are_watched_have_a_watcher_each():
    assert [namespace for namespace, _ in watched_pods(replace(Config(), watch_namespaces=("blue", "green")))] == ["blue", "green"]


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
