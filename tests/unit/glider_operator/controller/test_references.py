"""What a pod refers to is looked for before it is made, and seldom twice."""

from __future__ import annotations

from typing import Any

import pytest

from glider_core.kube.errors import Forbidden, NotFound
from glider_core.render.references import Reference, ReferenceKind
from glider_operator.controller.references import BELIEVED, Missing, References, missing_reason

DB = Reference(kind=ReferenceKind.SECRET, name="db", key="password")


class Objects:
    """Answers reads of what it was given by resource, namespace and name."""

    def __init__(self, **objects) -> None:
        self.objects = objects
        self.asked: list[str] = []
        self.accepted: list[str] = []
        self.now = 0.0
        self.forbidden = False
        self.references = References(self, home="home", clock=lambda: self.now)

    async def send(self, request):
        self.accepted.append(request.accept)
        self.asked.append(request.path.removeprefix("/api/v1/namespaces/"))
        if self.forbidden:
            raise Forbidden("secrets is forbidden", quota=False)
        found = self.objects.get(self.asked[-1].replace("/", "_").replace("-", "_"))
        if found is None:
            raise NotFound(self.asked[-1])
        return found


async def test_what_is_there_is_believed_for_a_minute():
    cluster = Objects(team_secrets_db={"data": {"password": "x"}})
    for _ in range(3):
        await cluster.references.require("team", [DB])
    assert cluster.asked == ["team/secrets/db"]
    cluster.now += BELIEVED + 1
    await cluster.references.require("team", [DB])
    assert len(cluster.asked) == 2


async def test_what_is_not_there_is_looked_for_each_time():
    cluster = Objects()
    for _ in range(2):
        with pytest.raises(Missing, match='Secret "db" is not there yet') as missing:
            await cluster.references.require("team", [DB])
    assert missing.value.reason == "SecretNotFound"
    assert len(cluster.asked) == 2


async def test_a_missing_key_is_looked_for_once_more():
    cluster = Objects(team_secrets_db={"data": {"user": "x"}})
    with pytest.raises(Missing, match=r'has no key "password", which the pod needs$'):
        await cluster.references.require("team", [DB])
    cluster.objects["team_secrets_db"] = {"data": {"password": "x"}}
    await cluster.references.require("team", [DB])


async def test_a_config_map_may_hold_bytes():
    reference = Reference(kind=ReferenceKind.CONFIG_MAP, name="c", key="k")
    await Objects(team_configmaps_c={"binaryData": {"k": ""}}).references.require("team", [reference])
    with pytest.raises(Missing) as missing:
        await Objects().references.require("team", [reference])
    assert missing.value.reason == "ConfigMapNotFound"


async def test_what_is_optional_is_not_looked_for():
    cluster = Objects()
    await cluster.references.require("team", [Reference(kind=ReferenceKind.SECRET, name="db", optional=True)])
    assert cluster.asked == []


async def test_without_the_right_to_look_nothing_is_missing():
    cluster = Objects()
    cluster.forbidden = True
    await cluster.references.require("team", [DB])
    await cluster.references.require("team", [DB])
    assert len(cluster.asked) == 1


async def test_who_is_configured_without_the_right_asks_for_no_secret():
    cluster = Objects()
    references = References(cluster, look_up_secrets=False)
    await references.require("team", [DB])
    assert cluster.asked == []
    with pytest.raises(Missing, match='ConfigMap "c" is not there yet'):
        await references.require("team", [DB, Reference(kind=ReferenceKind.CONFIG_MAP, name="c")])
    assert cluster.asked == ["team/configmaps/c"]


async def test_a_pod_template_of_the_namespace_comes_before_the_operators():
    template: dict[str, Any] = {"template": {"spec": {}}}
    both = Objects(team_podtemplates_base=template, home_podtemplates_base=template)
    found = await both.references.pod_template("team", "base")
    assert found is not None
    assert found.source == "PodTemplate team/base"
    only = Objects(home_podtemplates_base=template)
    found = await only.references.pod_template("team", "base")
    assert found is not None
    assert found.source == "PodTemplate home/base"
    await only.references.pod_template("team", "base")
    assert only.asked == ["team/podtemplates/base", "home/podtemplates/base"]


async def test_a_pod_template_that_is_nowhere():
    with pytest.raises(Missing, match='no PodTemplate "base" in team and home') as missing:
        await Objects().references.pod_template("team", "base")
    assert missing.value.reason == "PodTemplateNotFound"
    assert await Objects().references.pod_template("team", None) is None


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ('pods "x" is forbidden: error looking up service account ns/late: serviceaccount "late" not found', "ServiceAccountNotFound"),
        ('pods "x" is forbidden: no PriorityClass with name late was found', "PriorityClassNotFound"),
        ('pods "x" is forbidden: pod rejected: RuntimeClass "late" not found', "RuntimeClassNotFound"),
        ('pods "x" is forbidden: User "u" cannot create resource "pods"', None),
    ],
)
def test_what_the_api_server_says_of_a_pod(message, reason):
    assert missing_reason(message) == reason


async def test_of_a_config_map_with_code_only_the_metadata_is_read():
    part = Reference(kind=ReferenceKind.CONFIG_MAP, name="code", is_code=True)
    cluster = Objects(team_configmaps_code={"metadata": {"name": "code"}})
    await cluster.references.require("team", [part])
    assert cluster.accepted == ["application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"]


async def test_who_misses_code_learns_to_register_the_task_again():
    part = Reference(kind=ReferenceKind.CONFIG_MAP, name="code", is_code=True)
    with pytest.raises(
        Missing, match=r'^ConfigMap "code" is not there yet, and holds a part of .* code: register the task again$'
    ) as missing:
        await Objects().references.require("team", [part])
    assert missing.value.reason == "ConfigMapNotFound"
