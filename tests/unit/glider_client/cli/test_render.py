"""`glider render`: from files alone, the pod that the operator would create."""

from __future__ import annotations

import json
import textwrap

import pytest
import yaml
from click.testing import CliRunner

from glider_client.cli.glider import main
from glider_core.api.manifests import read_manifests
from glider_core.config import Config, parse_config
from glider_core.render.pod import render_pod
from tests.unit.glider_core.builders import CONFIGURATION, UID, execution_body, make_execution, resolved, task_document

TEMPLATE = {
    "apiVersion": "glider.dev/v1alpha1",
    "kind": "TaskTemplate",
    "metadata": {"name": "divider"},
    "spec": task_document(priorityClassName="p"),
}
BASE = {
    "apiVersion": "v1",
    "kind": "PodTemplate",
    "metadata": {"name": "base"},
    "template": {"spec": {"schedulerName": "s", "containers": []}},
}
SETTINGS = CONFIGURATION | {
    "taskPod": {"nodeSelector": {"pool": "all"}, "tolerations": [{"key": "all"}]},
    "namespaceDefaults": [{"namespaces": ["team"], "taskPod": {"nodeSelector": {"team": "yes"}}}],
    "resources": {"limits": {"memory": "512Mi"}},
}


@pytest.fixture
def run(tmp_path):
    def render(*documents, config=None, options=()):
        path = tmp_path / "x.yaml"
        path.write_text(yaml.safe_dump_all(documents))
        arguments = ["render", "-f", str(path), *options]
        if config is not None:
            (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
            arguments += ["--config", str(tmp_path / "config.yaml")]
        return CliRunner().invoke(main, arguments)

    return render


def test_exactly_the_pod_that_the_operator_would_create(run):
    result = run(execution_body(), config=SETTINGS)
    config = parse_config(SETTINGS)
    expected = render_pod(make_execution(), resolved(make_execution(), config=config), attempt=0, config=config)
    assert result.exit_code == 0, result.output
    assert yaml.safe_load(result.stdout) == expected
    assert "*id" not in result.stdout


def test_standard_input_is_a_file_too():
    document = yaml.safe_dump(execution_body())
    answer = CliRunner().invoke(main, ["render", "-f", "-"], input=document)
    assert answer.exit_code == 0, answer.output
    assert yaml.safe_load(answer.stdout)["kind"] == "Pod"
    other = CliRunner().invoke(main, ["render", "-f", "-"], input=document.replace("kind: TaskExecution", "kind: Pod"))
    assert other.output.startswith("Error: -: kind: expected TaskExecution")


def test_an_execution_that_is_in_no_cluster_has_a_uid_of_zeros(run):
    body = execution_body(taskRef={"name": "divider"})
    body["metadata"] = {"name": "divide"}
    pod = yaml.safe_load(run(body, TEMPLATE).stdout)
    assert pod["metadata"]["name"] == "divide-00000000-a0"
    assert pod["spec"]["priorityClassName"] == "p"
    assert UID not in str(pod)


def test_another_attempt_has_another_pod(run):
    assert yaml.safe_load(run(execution_body(), options=["--attempt", "2"]).stdout)["metadata"]["name"] == "divide-0f9d2c4e-a2"


def test_a_pod_template_from_the_files(run):
    assert yaml.safe_load(run(execution_body(podTemplateRef={"name": "base"}), BASE).stdout)["spec"]["schedulerName"] == "s"


def explained(result) -> dict[str, str]:
    assert result.exit_code == 0, result.output
    lines = [line for line in result.stdout.splitlines() if not line.startswith("#")]
    return {line.split(": ")[0]: line.rpartition("  # ")[2] for line in lines}


def test_each_value_has_a_source(run):
    body = execution_body(
        taskRef={"name": "divider"},
        podTemplateRef={"name": "base"},
        labels={"a": "b"},
        env=[{"name": "E", "value": "1"}],
        interruptible=True,
    )
    body["metadata"]["namespace"] = "team"
    template = TEMPLATE | {"metadata": {"name": "divider", "namespace": "team"}}
    sources = explained(run(body, template, BASE, config=SETTINGS, options=["--explain"]))
    task = "spec.containers[task]"
    assert {path: sources[path] for path in EXPECTED} == EXPECTED
    assert sources[f"{task}.env[FLYTE_INTERNAL_TASK_NAME].value"] == "Glider"


EXPECTED = {
    "metadata.name": "Glider",
    "metadata.labels.a": "execution divide",
    "spec.priorityClassName": "TaskTemplate divider",
    "spec.schedulerName": "PodTemplate default/base",
    "spec.nodeSelector.pool": "configuration",
    "spec.nodeSelector.team": "namespace defaults",
    "spec.tolerations[0].key": "configuration",
    "spec.restartPolicy": "Glider's default",
    "spec.containers[task].image": "TaskTemplate divider",
    "spec.containers[task].args": "TaskTemplate divider",
    "spec.containers[task].env[E].value": "execution divide",
    "spec.containers[task].resources.requests.cpu": "configuration resources.defaults",
    "spec.containers[task].resources.limits.memory": "configuration resources.limits",
}


def test_what_is_wrong_is_told(run):
    result = run(execution_body(inputs={"a": 1}))
    assert (result.exit_code, result.output) == (1, "Error: divide: spec.inputs.b: expected integer, found nothing\n")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        pytest.param({"taskRef": {"name": "nope"}}, 'none named "nope"', id="no such template"),
        pytest.param({"podTemplateRef": {"name": "nope"}}, "expected a PodTemplate in the files", id="no such PodTemplate"),
        pytest.param(
            {"volumeMounts": [{"name": "x", "mountPath": "/var/run/glider"}]}, "which Glider mounts", id="a mount that Glider needs"
        ),
        pytest.param({"volumes": [{"name": "glider-executor"}]}, "which is Glider's", id="a volume that Glider needs"),
    ],
)
def test_what_does_not_go_together(run, spec, words):
    result = run(execution_body(**spec))
    assert result.exit_code == 1
    assert words in result.output


def test_warnings_go_to_standard_error(run):
    result = run(execution_body(task=task_document(container={"image": "i", "args": ["{{outputPrefix}}"]})))
    assert result.exit_code == 0
    assert "{{.outputPrefix}} is filled in" in result.stderr
    assert yaml.safe_load(result.stdout)["kind"] == "Pod"


def test_without_an_execution_there_is_nothing_to_render(run):
    assert "expected at least one TaskExecution, found TaskTemplate" in run(TEMPLATE).output


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        pytest.param(
            "TaskExection", 'expected TaskExecution or TaskTemplate (did you mean TaskExecution?), found "TaskExection"', id="misspelt"
        ),
        pytest.param("Workflow", 'expected TaskExecution or TaskTemplate, found "Workflow"', id="one of Flyte's"),
        pytest.param("Configuration", "the operator's configuration goes with --config, found", id="the operator's configuration"),
    ],
)
def test_a_kind_that_glider_has_not_is_refused_beside_others_that_it_has(tmp_path, kind, message):
    text = f"{yaml.safe_dump(execution_body())}---\napiVersion: glider.dev/v1alpha1\nkind: {kind}\n"
    result = render_text(tmp_path, text)
    assert result.exit_code == 1
    assert "kind: expected" in result.output
    assert message in result.output


def test_a_configuration_that_is_refused_is_named_with_its_file(run, tmp_path):
    result = run(execution_body(), config={"apiVersion": "glider.dev/v1alpha1", "kind": "Configuration", "retries": 3})
    assert result.output == f"Error: {tmp_path / 'config.yaml'}: retries: expected an object, found 3\n"


def test_values_are_explained_as_json_writes_them(run):
    lines = run(execution_body(), options=["--explain"]).output.splitlines()
    assert "spec.automountServiceAccountToken: false  # Glider's default" in lines
    assert any(line.endswith('capabilities.drop: ["ALL"]  # Glider') for line in lines)


def test_a_generated_name_ends_in_zeros_until_a_cluster_gives_one(run):
    body = execution_body()
    body["metadata"] = {"generateName": "many-"}
    assert yaml.safe_load(run(body).stdout)["metadata"]["labels"]["glider.dev/execution"] == "many-00000"


def test_the_nearest_of_many_fields_stands_alone(run):
    body = execution_body()
    body["spec"]["input"] = body["spec"].pop("inputs", {})
    assert 'spec: expected a field that there is (did you mean inputs?), found "input"' in run(body).output


def test_the_built_in_configuration_is_the_default(run):
    image = yaml.safe_load(run(execution_body()).stdout)["spec"]["initContainers"][0]["image"]
    assert image == Config().executor.image


def test_help_says_what_it_does():
    text = textwrap.dedent(CliRunner().invoke(main, ["render", "--help"]).output)
    assert "pods that the operator would create" in text


def render_text(tmp_path, text: str, *, name: str = "x.yaml"):
    (tmp_path / name).write_text(text)
    return CliRunner().invoke(main, ["render", "-f", str(tmp_path / name)])


UNQUOTED = """
apiVersion: glider.dev/v1alpha1
kind: TaskExecution
metadata: {name: divide}
spec:
  inputs: {when: 2026-01-31T12:00:00Z, at: 12:30}
  task:
    id: {project: p, domain: d, name: t, version: v}
    interface: {inputs: {when: datetime, at: string}}
    container: {image: i, args: ["{{.inputs.when}}", "{{.inputs.at}}"]}
"""


def test_timestamps_and_times_of_day_are_text_as_kubectl_reads_them(tmp_path):
    result = render_text(tmp_path, UNQUOTED)
    assert result.exit_code == 0, result.output
    assert yaml.safe_load(result.stdout)["spec"]["containers"][0]["args"] == ["2026-01-31T12:00:00Z", "12:30"]


@pytest.mark.parametrize("value", ["y", "N", "0o7", "1e3", "08", "1_000", "12:30", "2026-01-31", "on", "~", "", "plain", "a: b"])
def test_what_is_printed_kubectl_reads_as_it_was(tmp_path, value):
    result = render_text(tmp_path, json.dumps(execution_body(env=[{"name": "A", "value": value}], annotations={"a": value})))
    (pod,) = read_manifests(result.stdout, name="stdout")
    assert {"name": "A", "value": value} in pod["spec"]["containers"][0]["env"]
    assert pod["metadata"]["annotations"]["a"] == value


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        pytest.param(
            "x.py",
            "def f(): ...\n",
            "expected TaskExecutions, TaskTemplates and the like in YAML or JSON, found Python; its tasks are named in a task's args",
            id="Python that is no YAML",
        ),
        pytest.param(
            "x.py",
            "print('hello')\n",
            "expected TaskExecutions, TaskTemplates and the like in YAML or JSON, found Python; its tasks are named in a task's args",
            id="Python that is YAML as well",
        ),
        pytest.param(
            "x.txt", "hello\n", 'expected TaskExecutions, TaskTemplates and the like in YAML or JSON, found "hello"', id="a word of text"
        ),
        pytest.param(
            "x.yaml", "a: [\n", "expected YAML or JSON as kubectl reads it, found in line 2, column 1: expected", id="half a document"
        ),
        pytest.param("x.yaml", "kind: TaskExecution\n", "metadata.name: expected a string, found nothing", id="no name"),
    ],
)
def test_what_is_no_manifest_is_told_in_a_sentence_that_names_the_file(tmp_path, name, text, message):
    result = render_text(tmp_path, text, name=name)
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {tmp_path / name}: {message}")
