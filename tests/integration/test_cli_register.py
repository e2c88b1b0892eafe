"""`glider register` and `glider template` on a real API server, as a person sees them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from tests.cluster.fixtures import Cluster

pytestmark = pytest.mark.cluster

GLIDER = Path(sys.executable).parent / "glider"
HELLO = '''
from glider import task

@task(retries=2)
def add(a: int, b: int = 2) -> int:
    """Adds."""
    return a + b

def double(a: int) -> int:
    return 2 * a
'''
WORKFLOWS = """
from flytekit import map_task, task, workflow

@task
def add(a: int) -> int:
    return a + 1

@workflow
def twice(a: int) -> int:
    return add(a=add(a=a))

mapped = map_task(add)
"""

Glider = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "hello.py").write_text(HELLO)
    return tmp_path


@pytest.fixture
def glider(crds: Cluster, namespace: str, project: Path) -> Glider:
    """The command in the project's folder, with a kubeconfig whose context has the namespace."""
    document = yaml.safe_load(crds.kubeconfig.read_text())
    document["contexts"][0]["context"]["namespace"] = namespace
    kubeconfig = project.parent / f"{project.name}.kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(document))

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "KUBECONFIG": str(kubeconfig), **variables}
        return subprocess.run([str(GLIDER), *arguments], cwd=project, env=environment, capture_output=True, text=True, check=False)

    return run


def templates(cluster: Cluster, namespace: str) -> list[dict[str, Any]]:
    return json.loads(cluster.kubectl("-n", namespace, "get", "tasktemplates", "-o", "json"))["items"]


def config_maps(cluster: Cluster, namespace: str) -> list[str]:
    found = json.loads(cluster.kubectl("-n", namespace, "get", "configmaps", "-o", "json"))["items"]
    return [one["metadata"]["name"] for one in found if one["metadata"]["name"].startswith("glider-code-")]


def test_a_file_is_registered_with_its_code(crds: Cluster, namespace: str, glider: Glider) -> None:
    first, again = glider("register", "hello.py"), glider("register", "hello.py")
    (template,) = templates(crds, namespace)
    name, code = template["metadata"]["name"], template["spec"]["code"]
    assert (first.returncode, first.stdout, first.stderr) == (0, f"created   {name}  hello.add\n", "")
    assert (again.returncode, again.stdout) == (0, f"unchanged {name}  hello.add\n")
    assert "image" not in template["spec"]["container"]
    assert (code["configMaps"], code["pythonVersion"]) == (config_maps(crds, namespace), f"3.{sys.version_info.minor}")
    assert template["spec"]["retries"] == {"user": 2}


def test_a_change_of_the_code_is_another_version(crds: Cluster, namespace: str, glider: Glider, project: Path) -> None:
    glider("register", "hello.py")
    (project / "hello.py").write_text(HELLO.replace("a + b", "a - b"))
    assert glider("register", "hello.py").stdout.startswith("created ")
    assert len(templates(crds, namespace)) == len(config_maps(crds, namespace)) == 2


def test_a_plain_function_is_registered_by_its_name(crds: Cluster, namespace: str, glider: Glider) -> None:
    assert glider("register", "-m", "hello", "--name", "double", "-o", "name").stdout.startswith("tasktemplate.glider.dev/double-")
    (template,) = templates(crds, namespace)
    assert template["spec"]["id"] | {"version": ""} == {
        "project": namespace,
        "domain": "development",
        "name": "hello.double",
        "version": "",
    }


def test_the_same_version_with_other_content_is_refused(glider: Glider, project: Path) -> None:
    assert glider("register", "hello.py", "--version", "v1").returncode == 0
    (project / "hello.py").write_text(HELLO.replace("retries=2", "retries=3"))
    refused = glider("register", "hello.py", "--version", "v1")
    assert refused.returncode == 1
    lines = refused.stderr.splitlines()
    assert lines[0].startswith("Error: the version v1 of hello.add is in the namespace ")
    assert "  spec.retries.user: there 2, here 3" in lines
    assert any(line.startswith("  spec.code.sha256: there ") for line in lines)
    assert lines[-1] == "Pass another --version, or none: then the version is made of the content."


def test_a_dry_run_writes_nothing(crds: Cluster, namespace: str, glider: Glider) -> None:
    found = glider("register", "hello.py", "--dry-run")
    assert found.stdout.startswith("created ")
    assert found.stdout.endswith(" (dry run)\n")
    assert (templates(crds, namespace), config_maps(crds, namespace)) == ([], [])


def test_json_is_for_programs(namespace: str, glider: Glider) -> None:
    (row,) = json.loads(glider("register", "hello.py", "-o", "json").stdout)["items"]
    assert row | {"name": "", "version": ""} == {
        "name": "",
        "namespace": namespace,
        "task": "hello.add",
        "version": "",
        "outcome": "created",
    }


def test_what_is_printed_is_what_is_registered(crds: Cluster, namespace: str, glider: Glider, project: Path) -> None:
    """Kubectl applies it; then there is nothing left to do, but that the template owns the ConfigMap."""
    printed = glider("register", "hello.py", "-o", "yaml", "-n", namespace).stdout
    kinds = [one["kind"] for one in yaml.safe_load_all(printed)]
    assert kinds == ["ConfigMap", "TaskTemplate"]
    (project / "all.yaml").write_text(printed)
    crds.kubectl("apply", "--server-side", "-f", str(project / "all.yaml"))
    (project / "all.yaml").unlink()
    assert glider("register", "hello.py").stdout.startswith("unchanged ")
    (name,) = config_maps(crds, namespace)
    owners = json.loads(crds.kubectl("-n", namespace, "get", "configmap", name, "-o", "json"))["metadata"]["ownerReferences"]
    assert [owner["kind"] for owner in owners] == ["TaskTemplate"]


def test_nothing_is_asked_of_a_cluster_to_print(glider: Glider) -> None:
    printed = glider("register", "hello.py", "-o", "yaml", KUBECONFIG="/nowhere")
    assert (printed.returncode, printed.stderr) == (0, "")


def test_what_glider_can_not_run_is_named(crds: Cluster, namespace: str, glider: Glider, project: Path) -> None:
    (project / "flows.py").write_text(WORKFLOWS)
    found = glider("register", "flows.py")
    assert found.returncode == 0, found.stderr
    assert [line.split()[-1] for line in found.stdout.splitlines()] == ["flows.add"]
    flow, mapped = found.stderr.splitlines()
    assert flow == "not registered: flows.twice is a workflow; Glider runs tasks, and its tasks are registered by themselves"
    assert mapped.startswith("not registered: flows.map_add_")
    assert mapped.endswith(" is a map task, which needs a workflow engine; the task that it maps is registered by itself")


def test_code_goes_into_a_store(cluster: Cluster, crds: Cluster, namespace: str, glider: Glider) -> None:
    if cluster.s3_endpoint is None:
        pytest.skip("the cluster has no S3 server beside it")
    variables = {
        "FLYTE_AWS_ENDPOINT": cluster.s3_endpoint,
        "FLYTE_AWS_ACCESS_KEY_ID": cluster.s3_access_key,
        "FLYTE_AWS_SECRET_ACCESS_KEY": cluster.s3_secret_key,
    }
    prefix = f"s3://{cluster.s3_bucket}/{namespace}"
    assert glider("register", "hello.py", "--storage", prefix, **variables).returncode == 0
    again = glider("register", "hello.py", GLIDER_STORAGE_PREFIX=prefix, **variables)
    assert again.stdout.startswith("unchanged ")
    (template,) = templates(crds, namespace)
    code = template["spec"]["code"]
    assert code["uri"] == f"{prefix}/code/{code['sha256']}.tar.gz"
    assert config_maps(crds, namespace) == []
    with tarfile.open(fileobj=BytesIO(Storage(read_settings(variables).storage).read(code["uri"]))) as tar:
        assert tar.getnames() == ["hello.py"]


def test_the_image_may_have_the_code(crds: Cluster, namespace: str, glider: Glider) -> None:
    refused = glider("register", "hello.py", "--no-code")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "Error: hello.add: expected an image, since its code is in it; pass --image, or container_image=…\n"
    assert glider("register", "hello.py", "--no-code", "--image", "app:1").returncode == 0
    (template,) = templates(crds, namespace)
    assert ("code" in template["spec"], template["spec"]["container"]["image"]) == (False, "app:1")


def test_requirements_go_into_the_template(crds: Cluster, namespace: str, glider: Glider, project: Path) -> None:
    (project / "requirements.txt").write_text("numpy >= 1\n")
    (project / "hello.py").write_text(f'# /// script\n# dependencies = ["rich"]\n# ///\n{HELLO}')
    assert glider("register", "hello.py", "--requirements", "requirements.txt", "--packages", "attrs < 30").returncode == 0
    (template,) = templates(crds, namespace)
    assert template["spec"]["container"]["env"] == [{"name": "_F_RUNTIME_PACKAGES", "value": "rich attrs<30 numpy>=1"}]


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        pytest.param((), 2, "expected a file, a folder or -m MODULE, found none. Try: glider register .", id="nothing to register"),
        pytest.param(("none.py",), 2, "none.py: expected a Python file, a folder or a module's name, found nothing there", id="no file"),
        pytest.param(
            ("hello.py", "--name", "ad"), 2, "expected a task ad, found the functions add, double; did you mean add?", id="no such task"
        ),
        pytest.param(("hello.py", "--storage", "s4://b"), 1, 'the scheme "s4" in "s4://b"', id="a store of a kind that there isn't"),
        pytest.param(("hello.py", "-n", "nowhere"), 1, "there is no namespace 'nowhere'", id="no such namespace"),
        pytest.param(("hello.py", "--as", "nobody"), 1, "the user 'nobody' may not get configmaps in the namespace", id="no rights"),
        pytest.param(("hello.py", "--context", "none"), 1, "none", id="no such context"),
        pytest.param(("hello.py", "--packages", "./x"), 2, "'--packages': expected a requirement by name or URL, found ./x", id="packages"),
    ],
)
def test_refuses(glider: Glider, arguments: tuple[str, ...], code: int, expected: str) -> None:
    refused = glider("register", *arguments)
    assert (refused.returncode, refused.stdout) == (code, ""), refused.stderr
    assert expected in refused.stderr
    assert "Traceback" not in refused.stderr


def test_one_template_is_printed(glider: Glider) -> None:
    printed = glider("template", "hello.py:add", "--image", "app:1", "--version", "v1", KUBECONFIG="/nowhere")
    document = yaml.safe_load(printed.stdout)
    assert (document["metadata"]["namespace"], document["spec"]["id"]["version"]) == ("default", "v1")
    as_json = glider("template", "hello:add", "--image", "app:1", "--version", "v1", "-o", "json")
    assert json.loads(as_json.stdout) == document
    refused = glider("template", "hello.py")
    assert (refused.returncode, refused.stderr.splitlines()[-1]) == (2, "Error: expected MODULE:TASK or PATH.py:TASK, found hello.py")
