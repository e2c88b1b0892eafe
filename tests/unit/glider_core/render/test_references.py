"""What a pod refers to."""

from __future__ import annotations

import pytest

from glider_core.render.references import Reference, ReferenceKind, references

SECRET, CONFIG_MAP = ReferenceKind.SECRET, ReferenceKind.CONFIG_MAP


def pod(*, container=None, volume=None, init=False):
    one = {"name": "x", **(container or {})}
    spec = {"containers": [{"name": "task"} if init else one], "volumes": [{"name": "v", **volume}] if volume else []}
    return {"spec": spec | ({"initContainers": [one]} if init else {})}


def variable(**source):
    return {"env": [{"name": "A", "valueFrom": source}]}


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        pytest.param(pod(), [], id="nothing"),
        pytest.param(
            pod(container=variable(secretKeyRef={"name": "s", "key": "k"})),
            [Reference(kind=SECRET, name="s", key="k")],
            id="a variable from a Secret",
        ),
        pytest.param(
            pod(container=variable(configMapKeyRef={"name": "c", "key": "k", "optional": True}), init=True),
            [Reference(kind=CONFIG_MAP, name="c", key="k", optional=True)],
            id="an optional one from a ConfigMap, in an init container",
        ),
        pytest.param(pod(container=variable(fieldRef={"fieldPath": "metadata.name"})), [], id="the downward API"),
        pytest.param(
            pod(container={"envFrom": [{"secretRef": {"name": "s"}}, {"configMapRef": {"name": "c"}, "prefix": "P"}]}),
            [Reference(kind=SECRET, name="s"), Reference(kind=CONFIG_MAP, name="c")],
            id="whole environments",
        ),
        pytest.param(pod(volume={"secret": {"secretName": "s"}}), [Reference(kind=SECRET, name="s")], id="a volume"),
        pytest.param(
            pod(volume={"configMap": {"name": "c", "items": [{"key": "a"}, {"key": "b"}]}}),
            [Reference(kind=CONFIG_MAP, name="c", key="a"), Reference(kind=CONFIG_MAP, name="c", key="b")],
            id="keys in a volume",
        ),
        pytest.param(
            pod(volume={"projected": {"sources": [{"secret": {"name": "s"}}, {"downwardAPI": {}}]}}),
            [Reference(kind=SECRET, name="s")],
            id="a projected volume",
        ),
        pytest.param(pod(volume={"emptyDir": {}}), [], id="any other volume"),
    ],
)
def test_references(manifest, expected):
    assert references(manifest) == frozenset(expected)
