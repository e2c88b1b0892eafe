"""Who wins, and what a PodTemplate object says about containers that it doesn't know the names of."""

from __future__ import annotations

from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_core.config import Config, parse_config
from glider_core.render.attempt import Attempt
from glider_core.render.layering import Drafts, PodTemplate
from glider_core.render.merging import lay_over
from glider_core.render.pod import render
from tests.unit.glider_core.builders import CONFIGURATION, TASK, make_execution, resolved

OWN = {name: value for name, value in TASK.items() if name != "container"}


def base(*, containers=(), init=(), metadata=None, **spec) -> PodTemplate:
    template = {"metadata": metadata or {}, "spec": spec | {"containers": list(containers), "initContainers": list(init)}}
    return PodTemplate(namespace="default", name="base", template=template)


def rendered(*, template: PodTemplate | None = None, config: Config | None = None, **spec):
    execution = make_execution(**spec)
    config = config or Config()
    return render(Attempt(execution=execution, task=resolved(execution, config=config), number=0, config=config), base=template)


def with_sidecar(**fields):
    primary = {"name": "main", "image": "task:1", "args": ["run"]}
    beside = {"name": "beside", "image": "log:1"}
    first = {"name": "first", "image": "init:1"}
    second = {"name": "second", "image": "init:1"}
    spec = {"containers": [beside, primary], "initContainers": [first, second]}
    return OWN | {"podTemplate": {"spec": spec}, "primaryContainerName": "main"} | fields


def container(found, name, kind="containers"):
    return next(one for one in found.manifest["spec"][kind] if one["name"] == name)


@pytest.mark.parametrize(
    ("magic", "kind", "has", "has_not"),
    [
        pytest.param("default", "containers", ["main", "beside"], [], id="default is each container"),
        pytest.param("primary", "containers", ["main"], ["beside"], id="primary is the one that runs the task"),
        pytest.param("beside", "containers", ["beside"], ["main"], id="a name is that name"),
        pytest.param(
            "default-init", "initContainers", ["first", "second"], ["glider-executor"], id="default-init is each of the task's own"
        ),
        pytest.param("primary-init", "initContainers", ["first"], ["second"], id="primary-init is the first of them"),
    ],
)
def test_magic_names(magic, kind, has, has_not):
    said = [{"name": magic, "image": "unused", "workingDir": "/here"}]
    template = base(containers=said) if kind == "containers" else base(init=said)
    found = rendered(task=with_sidecar(), template=template)
    assert [container(found, name, kind).get("workingDir") for name in has] == ["/here"] * len(has)
    assert [container(found, name, kind).get("workingDir") for name in has_not] == [None] * len(has_not)
    assert container(found, "main")["image"] == "task:1"
    assert found.warnings == ()


def test_primary_wins_over_default_and_the_name_over_both():
    said = [{"name": name, "image": "unused", "workingDir": f"/{name}"} for name in ("main", "primary", "default")]
    assert container(rendered(task=with_sidecar(), template=base(containers=said)), "main")["workingDir"] == "/main"
    assert container(rendered(task=with_sidecar(), template=base(containers=said[1:])), "main")["workingDir"] == "/primary"


def test_a_container_that_the_task_has_not_is_not_added_and_told():
    found = rendered(task=with_sidecar(), template=base(containers=[{"name": "stranger", "image": "x"}]))
    assert [one["name"] for one in found.manifest["spec"]["containers"]] == ["beside", "main"]
    assert found.warnings == (
        'PodTemplate default/base: the task has no container "stranger" in containers, so the fields given for it are not used',
    )


ORDER = [
    ("configuration", "configuration"),
    ("PodTemplate", "PodTemplate default/base"),
    ("task's pod", "task"),
    ("task", "task"),
    ("execution's pod", "execution"),
    ("execution", "execution"),
]


@pytest.mark.parametrize("strongest", range(len(ORDER)))
def test_the_stronger_wins(strongest):
    said = {name: name.replace("'", "").replace(" ", "-").lower() for name, _ in ORDER[: strongest + 1]}
    config = parse_config(CONFIGURATION | {"taskPod": {"schedulerName": said["configuration"]}})
    template = base(schedulerName=said["PodTemplate"]) if "PodTemplate" in said else None
    task = with_sidecar()
    if "task's pod" in said:
        task["podTemplate"]["spec"]["schedulerName"] = said["task's pod"]
    task |= {"schedulerName": said["task"]} if "task" in said else {}
    spec: dict[str, Any] = {"podTemplate": {"spec": {"schedulerName": said["execution's pod"]}}} if "execution's pod" in said else {}
    spec |= {"schedulerName": said["execution"]} if "execution" in said else {}
    found = rendered(task=task, template=template, config=config, **spec)
    name, source = ORDER[strongest]
    assert found.manifest["spec"]["schedulerName"] == said[name]
    assert found.origins[("spec", "schedulerName")] == source


def test_an_execution_changes_containers_by_name_and_may_add_one():
    patch = {"spec": {"containers": [{"name": "beside", "image": "log:2"}, {"name": "third", "image": "x:1"}]}}
    found = rendered(task=with_sidecar(), podTemplate=patch)
    assert [(one["name"], one["image"]) for one in found.manifest["spec"]["containers"]] == [
        ("beside", "log:2"),
        ("main", "task:1"),
        ("third", "x:1"),
    ]


def test_an_added_container_needs_an_image():
    with pytest.raises(FieldError, match=r"containers\[third\].image: expected an image"):
        rendered(task=with_sidecar(), podTemplate={"spec": {"containers": [{"name": "third"}]}})


def test_every_container_is_restricted():
    found = rendered(task=with_sidecar())
    for kind in ("containers", "initContainers"):
        for one in found.manifest["spec"][kind]:
            assert one["securityContext"] == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def test_only_the_primary_container_gets_the_executor():
    found = rendered(task=with_sidecar())
    assert container(found, "main")["command"][1].endswith("start.py")
    assert "command" not in container(found, "beside")
    names = {variable["name"] for variable in container(found, "beside")["env"]}
    assert {"FLYTE_INTERNAL_EXECUTION_ID", "_F_PN"} <= names
    assert not any(name.startswith("GLIDER_") for name in names)


def test_with_the_images_own_executor_nothing_is_brought():
    spec = rendered(task=with_sidecar(executor={"mode": "Image"})).manifest["spec"]
    primary = next(one for one in spec["containers"] if one["name"] == "main")
    assert [one["name"] for one in spec["initContainers"]] == ["first", "second"]
    assert "command" not in primary
    assert primary["args"] == ["run"]
    assert "glider-executor" not in {volume["name"] for volume in spec["volumes"]}


@pytest.mark.parametrize(
    ("below", "above", "result"),
    [
        pytest.param({"a": {"x": 1, "y": 1}}, {"a": {"y": 2}}, {"a": {"x": 1, "y": 2}}, id="objects are merged"),
        pytest.param({"args": ["a", "b"]}, {"args": ["c"]}, {"args": ["c"]}, id="lists of values are replaced"),
        pytest.param({"a": {"x": 1}}, {"a": {"x": None}}, {"a": {}}, id="null takes away"),
        pytest.param(
            {"volumes": [{"name": "v", "emptyDir": {}}]},
            {"volumes": [{"name": "v", "secret": {}}, {"name": "w"}]},
            {"volumes": [{"name": "v", "secret": {}}, {"name": "w"}]},
            id="a volume of the same name is replaced as a whole",
        ),
        pytest.param(
            {"livenessProbe": {"exec": {}}}, {"livenessProbe": {"httpGet": {}}}, {"livenessProbe": {"httpGet": {}}}, id="probes too"
        ),
        pytest.param(
            {"tolerations": [{"key": "a"}]},
            {"tolerations": [{"key": "b"}, {"key": "a"}]},
            {"tolerations": [{"key": "a"}, {"key": "b"}]},
            id="tolerations add up, each once",
        ),
    ],
)
def test_one_layer_on_another(below, above, result):
    before = repr((below, above))
    assert lay_over(below, above, source="x", origins={}) == result
    assert repr((below, above)) == before


def test_the_api_servers_defaults_in_a_pod_template_are_nobodys_word():
    container = {
        "name": "default",
        "image": "unused",
        "imagePullPolicy": "Always",
        "resources": {},
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "workingDir": "/here",
    }
    defaulted = {
        "dnsPolicy": "ClusterFirst",
        "securityContext": {},
        "schedulerName": "default-scheduler",
        "terminationGracePeriodSeconds": 30,
    }
    template = base(containers=[container], restartPolicy="Always", **defaulted)
    config = parse_config(CONFIGURATION | {"taskPod": {"schedulerName": "mine"}})
    found = rendered(task=with_sidecar(), template=template, config=config)
    one = container_of(found)
    assert (one["workingDir"], "imagePullPolicy" in one, one["terminationMessagePolicy"]) == ("/here", False, "FallbackToLogsOnError")
    spec = found.manifest["spec"]
    assert (spec["restartPolicy"], spec["schedulerName"], "dnsPolicy" in spec) == ("Never", "mine", False)


def container_of(found):
    return container(found, "main")


@pytest.mark.parametrize(
    ("image", "policy", "kept"),
    [
        pytest.param("x", "Always", False, id="no tag: Always is the default"),
        pytest.param("x:latest", "Always", False, id="latest too"),
        pytest.param("host:5000/x", "Always", False, id="a port is no tag"),
        pytest.param("x:1", "IfNotPresent", False, id="any other tag: IfNotPresent is"),
        pytest.param("x@sha256:00", "IfNotPresent", False, id="a digest too"),
        pytest.param("x:1", "Always", True, id="somebody said so"),
        pytest.param("x", "Never", True, id="somebody said that"),
    ],
)
def test_a_pull_policy_counts_if_somebody_said_it(image, policy, kept):
    template = base(containers=[{"name": "primary", "image": image, "imagePullPolicy": policy}])
    found = container_of(rendered(task=with_sidecar(), template=template))
    assert found.get("imagePullPolicy") == (policy if kept else None)


def test_a_pod_template_must_not_have_the_pod_restarted():
    with pytest.raises(FieldError, match=r"PodTemplate default/base: spec.restartPolicy: expected Never"):
        rendered(task=with_sidecar(), template=base(restartPolicy="OnFailure"))


def test_what_is_alike_is_drawn_once_and_each_has_origins_of_its_own():
    execution = make_execution(env=[{"name": "X", "value": "1"}])
    attempt = Attempt(execution=execution, task=resolved(execution), number=0, config=Config())
    drafts = Drafts()
    alone = render(attempt)
    first, second = (render(attempt, draw=drafts.draw) for _ in range(2))
    assert first == second == alone
    assert first.origins == second.origins == alone.origins
    assert drafts.draw(attempt.task, None).spec is drafts.draw(attempt.task, None).spec


def env(*variables: str) -> list[dict[str, str]]:
    """`HOST=a` or the name alone."""
    return [{"name": name, "value": value} for name, _, value in (one.partition("=") for one in variables)]


@pytest.mark.parametrize(
    ("below", "above", "result"),
    [
        pytest.param(["URL"], ["HOST", "URL=$(HOST)"], ["HOST", "URL=$(HOST)"], id="the stronger layer's variables keep their order"),
        pytest.param(["A=1", "B=$(A)"], ["A=2"], ["A=2", "B=$(A)"], id="what refers to a replaced variable still follows it"),
        pytest.param(["A"], ["B=$(A)"], ["A", "B=$(A)"], id="the stronger layer can refer to the weaker one's"),
        pytest.param(["X", "URL", "Y=$(URL)"], ["HOST=$(X)", "URL"], ["X", "HOST=$(X)", "URL", "Y=$(URL)"], id="both at once"),
        pytest.param(["A", "B", "C"], ["C", "A"], ["C", "A", "B"], id="the other way round"),
    ],
)
def test_the_order_of_variables(below, above, result):
    merged = lay_over({"env": env(*below)}, {"env": env(*above)}, source="x", origins={})
    assert merged == {"env": env(*result)}


@pytest.mark.parametrize(
    ("name", "below", "above", "result"),
    [
        pytest.param(
            "envFrom",
            [{"secretRef": {"name": "a"}}, {"secretRef": {"name": "b"}}],
            [{"secretRef": {"name": "a"}}],
            [{"secretRef": {"name": "b"}}, {"secretRef": {"name": "a"}}],
            id="of two sources the later wins, so the stronger layer's come last",
        ),
        pytest.param(
            "ports",
            [{"containerPort": 80}],
            [{"containerPort": 80, "protocol": "TCP", "name": "http"}],
            [{"containerPort": 80, "protocol": "TCP", "name": "http"}],
            id="a port's protocol is TCP where it isn't given",
        ),
        pytest.param(
            "volumeMounts",
            [{"name": "a", "mountPath": "/data/"}],
            [{"name": "b", "mountPath": "/data"}],
            [{"name": "b", "mountPath": "/data"}],
            id="a slash at its end doesn't make another mount path",
        ),
    ],
)
def test_the_identity_and_order_of_other_lists(name, below, above, result):
    assert lay_over({name: below}, {name: above}, source="x", origins={}) == {name: result}


def test_sources_of_what_adds_up_stay_right_where_the_order_changes():
    origins: dict[tuple[str, ...], str] = {}
    weak = lay_over({}, {"envFrom": [{"prefix": "a"}, {"prefix": "b"}]}, source="weak", origins=origins)
    lay_over(weak, {"envFrom": [{"prefix": "a"}]}, source="strong", origins=origins)
    assert origins == {("envFrom", "[0]"): "weak", ("envFrom", "[1]"): "strong"}


def test_init_containers_run_in_the_order_of_the_execution():
    patch = {"spec": {"initContainers": [{"name": "zeroth", "image": "x:1"}, {"name": "second"}, {"name": "first"}]}}
    found = rendered(task=with_sidecar(), podTemplate=patch)
    assert [one["name"] for one in found.manifest["spec"]["initContainers"]] == ["glider-executor", "zeroth", "second", "first"]


def primary_env(**kwargs) -> dict[str, Any]:
    variables = container(rendered(**kwargs), "task")["env"]
    names = [variable["name"] for variable in variables]
    assert len(names) == len(set(names)), "each variable once"
    return {variable["name"]: (i, variable) for i, variable in enumerate(variables)}


def one_container(**fields):
    return OWN | {"container": {"image": "i", "args": ["run"], "env": fields.pop("own", [])}} | fields


@pytest.mark.parametrize(
    ("spec", "first", "then"),
    [
        pytest.param({"task": one_container(own=env("HOST=db", "URL=$(HOST)"))}, "HOST", "URL", id="a task's, over a PodTemplate's"),
        pytest.param(
            {"task": one_container(own=env("URL")), "env": env("HOST=db", "URL=$(HOST)")}, "HOST", "URL", id="an execution's, over a task's"
        ),
        pytest.param(
            {"task": one_container(own=env("RUN=$(FLYTE_INTERNAL_EXECUTION_ID)"))},
            "FLYTE_INTERNAL_EXECUTION_ID",
            "RUN",
            id="a container's own may refer to Flyte's",
        ),
        pytest.param(
            {"task": one_container(own=env("URL=$(_FSEC_DB_USER)"), secrets=[{"group": "db", "key": "user", "mount": "Env"}])},
            "_FSEC_DB_USER",
            "URL",
            id="and to those of secrets",
        ),
    ],
)
def test_a_variable_can_refer_to_another_since_it_comes_later(spec, first, then):
    found = primary_env(template=base(containers=[{"name": "primary", "env": env("URL=weak")}]), **spec)
    assert found[first][0] < found[then][0]
    assert found[then][1]["value"] != "weak"


def test_gliders_own_variables_cannot_be_replaced_by_the_containers():
    task = one_container(own=env("FLYTE_ATTEMPT_NUMBER=7", "GLIDER_EXECUTION=x"))
    found = primary_env(task=task)
    assert found["FLYTE_ATTEMPT_NUMBER"][1]["value"] == "0"
    assert found["GLIDER_EXECUTION"][1]["value"] == "default/divide"
