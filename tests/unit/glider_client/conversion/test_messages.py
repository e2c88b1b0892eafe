"""Back to Flyte's form: what flytekit registered comes out as it went in, and what a person wrote means the same to flytekit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flyteidl.admin import task_pb2
from flyteidl.core import identifier_pb2, security_pb2, tasks_pb2, types_pb2
from flytekit.models.task import TaskSpec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glider.wire.jsonform import FieldError
from glider_client.conversion.documents import FLYTE_SPEC, Target, template_document
from glider_client.conversion.messages import task_spec_of, without_counterpart
from tests.unit.glider_client.conversion.registered import ALL, full, registered, square


def without_original(document: dict[str, Any]) -> dict[str, Any]:
    annotations = {name: value for name, value in document["metadata"]["annotations"].items() if name != FLYTE_SPEC}
    return {**document, "metadata": {**document["metadata"], "annotations": annotations}}


@pytest.mark.parametrize("name", ALL)
def test_a_task_of_flytekits_comes_out_as_it_went_in(name: str) -> None:
    task = registered(ALL[name])
    assert task_spec_of(template_document(task, Target())) == task


@pytest.mark.parametrize("name", ALL)
def test_flytekit_reads_it_also_without_the_original(name: str) -> None:
    document = without_original(template_document(registered(ALL[name]), Target()))
    message = task_spec_of(document)
    read, expected = (TaskSpec.from_flyte_idl(one).template for one in (message, registered(ALL[name])))
    assert (read.id, read.interface, read.extended_resources) == (expected.id, expected.interface, expected.extended_resources)
    kept = ("retries", "timeout", "is_eager")
    assert [getattr(read.metadata, field) for field in kept] == [getattr(expected.metadata, field) for field in kept]
    assert getattr(read.container, "args", None) == getattr(expected.container, "args", None)
    assert without_original(template_document(message, Target()))["spec"] == document["spec"]


def test_what_was_changed_since_counts_and_the_rest_is_the_originals() -> None:
    document = template_document(registered(full), Target())
    document["spec"]["container"]["image"] = "other:2"
    document["spec"]["retries"] = {"user": 7}
    message = task_spec_of(document)
    assert message.template.container.image == "other:2"
    assert message.template.metadata.retries.retries == 7
    assert message.template.metadata.runtime == registered(full).template.metadata.runtime
    assert message.template.metadata.discovery_version == "1.0"


def test_a_template_that_a_person_wrote() -> None:
    spec = {
        "interface": {"inputs": {"a": {"type": "integer", "description": "How many."}}, "outputs": {"o0": "float"}},
        "container": {"image": "app:1", "args": ["pyflyte-execute"], "env": [{"name": "A", "value": "1"}]},
        "env": [{"name": "B", "value": "2"}],
        "timeouts": {"attempt": "90s"},
    }
    document = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskTemplate", "metadata": {"name": "t", "namespace": "ml"}, "spec": spec}
    message = task_spec_of(document)
    template = TaskSpec.from_flyte_idl(message).template
    assert (template.id.project, template.id.domain, template.id.name, template.id.version) == ("ml", "development", "t", "unversioned")
    assert template.interface.inputs["a"].description == "How many."
    assert template.container is not None
    assert template.container.env == {"A": "1", "B": "2"}
    assert template.metadata.timeout == timedelta(seconds=90)


def test_what_flyte_has_nothing_for_is_listed() -> None:
    spec = {
        "container": {"image": "i", "args": ["x"], "livenessProbe": {}, "env": [{"name": "A", "valueFrom": {}}]},
        "interface": {"inputs": {"a": {"type": "integer", "default": 1}}},
        "volumes": [],
        "retries": {"user": 1, "backoff": {}},
        "timeouts": {"total": "1h"},
    }
    of_containers = {"container.livenessProbe", "container.env.A.valueFrom"}
    assert set(without_counterpart({"spec": spec})) == {
        *of_containers,
        "interface.inputs.a.default",
        "volumes",
        "retries.backoff",
        "timeouts.total",
    }


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param(
            {"kind": "Pod", "apiVersion": "v1"}, "kind: expected TaskTemplate of glider.dev/v1alpha1, found Pod of v1", id="a Pod"
        ),
        pytest.param({}, "found no kind of no apiVersion", id="no object of Kubernetes'"),
        pytest.param(
            {"kind": "TaskTemplate", "apiVersion": "glider.dev/v1alpha1", "metadata": {"name": "t"}, "spec": {}},
            "spec.container: expected exactly one of container and podTemplate",
            id="a TaskTemplate that the operator refuses",
        ),
    ],
)
def test_what_is_no_task_template_is_refused(document: dict[str, Any], message: str) -> None:
    with pytest.raises(FieldError, match=message):
        task_spec_of(document)


def test_an_annotation_that_is_no_task_is_ignored() -> None:
    document = template_document(registered(square), Target())
    document["metadata"]["annotations"][FLYTE_SPEC] = '{"template": 7}'
    assert task_spec_of(document).template.container == registered(square).template.container


NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="{}$"), min_size=1, max_size=20)
QUANTITIES = st.sampled_from(["1", "500m", "2Gi", "0.5"])
TYPES = st.recursive(
    st.one_of(
        st.sampled_from(
            [
                types_pb2.INTEGER,
                types_pb2.FLOAT,
                types_pb2.STRING,
                types_pb2.BOOLEAN,
                types_pb2.DATETIME,
                types_pb2.DURATION,
                types_pb2.STRUCT,
            ]
        ).map(lambda simple: types_pb2.LiteralType(simple=simple)),
        st.builds(lambda name: types_pb2.LiteralType(blob={"format": name}), NAMES),
        st.builds(lambda names: types_pb2.LiteralType(enum_type={"values": names}), st.lists(NAMES, min_size=1, max_size=3, unique=True)),
    ),
    lambda inner: st.one_of(
        inner.map(lambda one: types_pb2.LiteralType(collection_type=one)),
        inner.map(lambda one: types_pb2.LiteralType(map_value_type=one)),
        st.lists(inner, min_size=1, max_size=2).map(lambda some: types_pb2.LiteralType(union_type={"variants": some})),
    ),
    max_leaves=3,
)
VARIABLES = st.dictionaries(NAMES.filter(lambda name: name not in ("y", "n", "on", "no", "off", "yes", "true", "false")), TYPES, max_size=3)
ENTRIES = st.lists(
    st.builds(
        lambda name, value: tasks_pb2.Resources.ResourceEntry(name=name, value=value),
        st.sampled_from([tasks_pb2.Resources.CPU, tasks_pb2.Resources.MEMORY, tasks_pb2.Resources.GPU]),
        QUANTITIES,
    ),
    max_size=3,
    unique_by=lambda entry: entry.name,
)
LABELS = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
SECRETS = st.builds(
    security_pb2.Secret,
    group=st.from_regex(r"[a-z]{1,8}", fullmatch=True),
    group_version=st.sampled_from(["", "v1"]),
    key=NAMES,
    mount_requirement=st.sampled_from([security_pb2.Secret.ANY, security_pb2.Secret.ENV_VAR, security_pb2.Secret.FILE]),
    env_var=st.sampled_from(["", "TOKEN"]),
)


@st.composite
def task_specs(draw: st.DrawFn) -> task_pb2.TaskSpec:
    """A task in any form that flytekit may serialize it in."""
    spec = task_pb2.TaskSpec()
    template = spec.template
    template.id.resource_type = identifier_pb2.TASK
    template.id.project, template.id.domain, template.id.name, template.id.version = "p", "d", draw(NAMES), draw(NAMES)
    template.type = draw(st.sampled_from(["python-task", "sqlalchemy"]))
    for side in (template.interface.inputs, template.interface.outputs):
        for name, kind in draw(VARIABLES).items():
            side.variables[name].type.CopyFrom(kind)
            side.variables[name].description = draw(st.one_of(st.just(name), TEXTS))
    metadata = template.metadata
    metadata.runtime.version = draw(TEXTS)
    metadata.retries.retries = draw(st.integers(0, 100))
    metadata.is_eager = draw(st.booleans())
    if draw(st.booleans()):
        metadata.interruptible = draw(st.booleans())
    if seconds := draw(st.integers(0, 86_400)):
        metadata.timeout.FromSeconds(seconds)
    metadata.tags.update(draw(st.dictionaries(NAMES, TEXTS, max_size=2)))
    if draw(st.booleans()):
        metadata.discoverable, metadata.discovery_version = True, draw(NAMES)
        metadata.cache_serializable = draw(st.booleans())
    template.security_context.secrets.extend(draw(st.lists(SECRETS, max_size=2)))
    template.custom.update(draw(st.dictionaries(NAMES, st.one_of(TEXTS, st.integers(-1000, 1000), st.booleans()), max_size=2)))
    template.config.update(draw(st.dictionaries(NAMES, TEXTS, max_size=2)))
    if draw(st.booleans()):
        template.container.image = draw(NAMES)
        template.container.args.extend(draw(st.lists(WORDS, min_size=1, max_size=4)))
        for name, value in draw(st.dictionaries(NAMES, TEXTS, max_size=2)).items():
            template.container.env.add(key=name, value=value)
        template.container.resources.requests.extend(draw(ENTRIES))
        template.container.resources.limits.extend(draw(ENTRIES))
    else:
        template.config["primary_container_name"] = "main"
        container = {"name": "main", "image": draw(NAMES), "args": draw(st.lists(WORDS, min_size=1, max_size=4))}
        template.k8s_pod.pod_spec.update({"containers": [container], "terminationGracePeriodSeconds": draw(st.integers(1, 600))})
        template.k8s_pod.metadata.labels.update(draw(st.dictionaries(LABELS, LABELS, max_size=2)))
    return spec


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(task=task_specs())
def test_there_and_back_nothing_is_lost(task: task_pb2.TaskSpec) -> None:
    document = template_document(task, Target())
    assert task_spec_of(document) == task
    bare = without_original(document)
    back = task_spec_of(bare)
    assert without_original(template_document(back, Target()))["spec"] == bare["spec"]
    assert TaskSpec.from_flyte_idl(back).to_flyte_idl().template.interface == back.template.interface
