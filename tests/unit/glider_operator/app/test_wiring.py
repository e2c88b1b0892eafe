"""What we ask of kopf."""

from __future__ import annotations

from kopf._cogs.structs.references import Resource
from kubernetes import client

from glider_operator.app.login import connection_info
from glider_operator.app.storages import NoDiffBase, NoProgress
from glider_operator.app.wiring import build_settings

PODS = Resource(group="", version="v1", plural="pods", kind="Pod", namespaced=True, preferred=True)


def test_the_server_selects_our_pods():
    assert list(build_settings().watching.label_selectors.collect(PODS)) == ["app.kubernetes.io/managed-by=glider"]


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
