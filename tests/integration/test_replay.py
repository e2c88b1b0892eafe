"""`glider replay` against a real API server: what ran on the cluster, with its code and its inputs, on this machine."""

from __future__ import annotations

import base64
import io
import sys
import tarfile
import textwrap
import zipfile
from pathlib import Path
from typing import Any

import pexpect
import pytest
import yaml
from click.testing import Result

from glider.wire.jsonform import to_literal_map
from glider_client.cluster import paths
from glider_core.api.labels import TEMPLATES
from glider_core.api.task import TaskId, parse_task
from tests.integration.cli import Cli, glider
from tests.resources import task

pytestmark = pytest.mark.cluster
__all__ = ["glider"]

HELLO = """
from glider import task
from greetings.words import word

@task
def greet(name: str, times: int = 1) -> str:
    return shout(name, times)

def shout(name: str, times: int) -> str:
    limit = 3
    if times > limit:
        raise ValueError(f"{times} times is too often")
    return " ".join([word(name)] * times)
"""
WORDS = """
def word(name: str) -> str:
    return f"hello {name}"
"""
ERROR = {"code": "USER:RuntimeError", "kind": "NON_RECOVERABLE", "origin": "USER"}
MESSAGE = "Trace:\n\n    …\n\nMessage:\n\n    ValueError: {} times is too often"


def write_project(folder: Path, *, limit: int = 3) -> None:
    (folder / "greetings").mkdir(parents=True)
    (folder / "greetings" / "__init__.py").touch()
    (folder / "greetings" / "words.py").write_text(WORDS)
    (folder / "hello.py").write_text(HELLO.replace("limit = 3", f"limit = {limit}"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder, which is the current one of what runs here; the code that ran is in another."""
    here = tmp_path / "here"
    here.mkdir()
    write_project(tmp_path / "registered")
    monkeypatch.chdir(here)
    return tmp_path


def register(glider: Cli, project: Path, *options: str) -> str:
    """The name of the TaskTemplate of `greet`."""
    registering = glider.start("register", str(project / "registered" / "hello.py"), *options)  # a process of its own, for its modules
    _, err = registering.communicate(timeout=60)
    assert registering.returncode == 0, err
    return next(
        one["metadata"]["name"] for one in glider.cluster.items(paths.templates(glider.namespace)) if "greet" in one["metadata"]["name"]
    )


def run_once(glider: Cli, template: str, *, name: str = "greet-1", times: int = 5, **spec: Any) -> None:
    """An execution that has failed, as an operator reports it."""
    inputs = {} if "inputsUri" in spec else {"inputs": {"name": "ada", "times": times}}
    document = {
        "apiVersion": "glider.dev/v1alpha1",
        "kind": "TaskExecution",
        "metadata": {"name": name},
        "spec": {"taskRef": {"name": template}, "retries": {"user": 3}, **inputs, **spec},
    }
    glider.cluster.create(paths.executions(glider.namespace), document)
    glider.write(name, {"phase": "Failed", "error": {**ERROR, "message": MESSAGE.format(times)}})


def replay(glider: Cli, *arguments: str, env: dict[str, str] | None = None) -> tuple[int, Any, str]:
    """Its exit code, what it printed to standard output, and to standard error."""
    process = glider.start("replay", *arguments)
    out, err = process.communicate(timeout=120)
    return process.returncode, yaml.safe_load(out), err


def test_a_task_that_failed_fails_here_with_the_same_error(glider: Cli, project: Path) -> None:
    run_once(glider, register(glider, project))
    code, ended, err = replay(glider, "greet-1")
    assert (code, ended) == (1, None), err
    assert "ValueError: 5 times is too often (USER:RuntimeError)" in err
    assert '    raise ValueError(f"{times} times is too often")' in err
    assert err.splitlines()[-1] == "the same error as on the cluster"
    assert "Retrying" not in err


def test_with_the_code_of_a_folder_it_succeeds_once_that_is_repaired(glider: Cli, project: Path) -> None:
    run_once(glider, register(glider, project))
    write_project(project / "repaired", limit=10)
    code, ended, err = replay(glider, "te/greet-1", "--code", str(project / "repaired"))
    assert code == 0, err
    assert ended == {"outputs": {"o0": " ".join(["hello ada"] * 5)}}
    assert err.splitlines()[-1] == "on the cluster it ended as Failed with USER:RuntimeError: ValueError: 5 times is too often"


def test_json_is_the_execution_as_it_ended_here(glider: Cli, project: Path) -> None:
    run_once(glider, register(glider, project))
    code, ended, err = replay(glider, "greet-1", "-o", "json")
    assert code == 1, err
    assert (ended["kind"], ended["metadata"]["name"], ended["status"]["phase"]) == ("TaskExecution", "greet-1", "Failed")
    assert {field: ended["status"]["error"][field] for field in ERROR} == ERROR


def test_another_error_than_on_the_cluster_is_named(glider: Cli, project: Path) -> None:
    run_once(glider, register(glider, project))
    write_project(project / "other", limit=10)
    (project / "other" / "greetings" / "words.py").write_text("import nothing_of_that_name\n")
    code, _, err = replay(glider, "greet-1", "--code", str(project / "other"), "--in-process")
    assert code == 1
    assert "on the cluster it ended as Failed with USER:RuntimeError: ValueError: 5 times is too often" in err


def test_the_debugger_stops_at_the_users_line(glider: Cli, project: Path) -> None:
    run_once(glider, register(glider, project), times=7)
    arguments = ["replay", "greet-1", "--pdb", "--kubeconfig", str(glider.real.kubeconfig), "-n", glider.namespace]
    terminal = pexpect.spawn(str(Path(sys.executable).parent / "glider"), arguments, encoding="utf-8", timeout=120, dimensions=(40, 200))
    terminal.expect_exact("(Pdb) ")
    assert '-> raise ValueError(f"{times} times is too often")' in (terminal.before or "")
    terminal.sendline("p times, limit")
    terminal.expect_exact("(7, 3)")
    terminal.sendline("q")
    terminal.expect_exact("the same error as on the cluster")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 1


def test_inputs_may_be_a_file_that_the_user_can_read(glider: Cli, project: Path) -> None:
    template = register(glider, project)
    spec = glider.cluster.get(paths.templates(glider.namespace, template))["spec"]
    types = parse_task(spec, path="spec", default_id=TaskId.of(namespace="x", name="y")).interface.inputs
    file = project / "inputs.pb"
    file.write_bytes(to_literal_map({"name": "eve", "times": 2}, types, field="inputs").SerializeToString())
    run_once(glider, template, inputsUri=f"file://{file}")
    code, ended, err = replay(glider, "greet-1")
    assert (code, ended) == (0, {"outputs": {"o0": "hello eve hello eve"}}), err


ASKING = """
import os
def ask(name: str) -> str:
    return f"{name} {os.environ['TOKEN']} {os.environ['LEVEL']}"
"""


def asking(**fields: Any) -> dict[str, Any]:
    arguments = ["pyflyte-execute", "--inputs", "{{.input}}", "--output-prefix", "{{.outputPrefix}}"]
    arguments += ["--raw-output-data-prefix", "{{.rawOutputDataPrefix}}", "--task-module", "asking", "--task-name", "ask"]
    return task(arguments, inputs={"name": "string"}, outputs={"o0": "string"}, **fields)


def test_secrets_and_config_maps_are_read_with_the_users_rights_and_the_code_from_this_folder(glider: Cli, project: Path) -> None:
    (project / "here" / "asking.py").write_text(ASKING)
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "data": {"token": base64.b64encode(b"s3cret").decode()}}
    glider.cluster.create(f"/api/v1/namespaces/{glider.namespace}/secrets", secret)
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "levels"}, "data": {"LEVEL": "high"}}
    glider.cluster.create(paths.config_maps(glider.namespace), config_map)
    env = [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "db", "key": "token"}}}]
    glider.create("ask", task=asking(env=env, envFrom=[{"configMapRef": {"name": "levels"}}]), inputs={"name": "ada"})
    code, ended, err = replay(glider, "ask")
    assert (code, ended) == (0, {"outputs": {"o0": "ada s3cret high"}}), err
    assert "its code is in its image: modules are imported from this folder" in err


def test_the_code_of_a_fast_registered_task_comes_from_its_archive(glider: Cli, project: Path) -> None:
    archive = project / "fast.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        data = ASKING.encode()
        member = tarfile.TarInfo("asking.py")
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    spec = asking(env=[{"name": "TOKEN", "value": "t"}, {"name": "LEVEL", "value": "l"}])
    prefix = ["pyflyte-fast-execute", "--additional-distribution", f"file://{archive}", "--dest-dir", "/nowhere/to/write", "--"]
    spec["container"]["args"] = [*prefix, *spec["container"]["args"]]
    glider.create("ask", task=spec, inputs={"name": "ada"})
    code, ended, err = replay(glider, "ask")
    assert (code, ended) == (0, {"outputs": {"o0": "ada t l"}}), err


def wheel(folder: Path) -> Path:
    """A package that is nowhere but in the file that this returns."""
    path = folder / "replayed_package-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("replayed_package.py", "WORD = 'packaged'\n")
        info = "replayed_package-1.0.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: replayed-package\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def test_packages_are_in_an_environment_of_their_own(glider: Cli, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(project / "cache"))
    code = textwrap.dedent("""
        import sys
        def ask(name: str) -> str:
            import replayed_package
            return f"{name} {replayed_package.WORD} {sys.prefix}"
    """)
    (project / "here" / "asking.py").write_text(code)
    glider.create("ask", task=asking(env=[{"name": "_F_RUNTIME_PACKAGES", "value": str(wheel(project))}]), inputs={"name": "ada"})
    without, _, err = replay(glider, "ask")
    assert without == 1
    assert "not installed here:" in err
    assert "--venv makes an environment with them" in err
    for _ in "12":  # the second time it is there
        exit_code, ended, err = replay(glider, "ask", "--venv")
        assert exit_code == 0, err
        name, word, prefix = ended["outputs"]["o0"].split()
        assert (name, word) == ("ada", "packaged")
        assert prefix.startswith(str(project / "cache"))


def test_packages_that_there_are_not_are_reported_with_the_resolvers_words(
    glider: Cli, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(project / "cache"))
    glider.create("ask", task=asking(env=[{"name": "_F_RUNTIME_PACKAGES", "value": str(project / "gone.whl")}]), inputs={"name": "ada"})
    code, _, err = replay(glider, "ask", "--venv")
    assert code == 1
    assert "--venv: expected packages that can be installed" in err
    assert "gone.whl" in err


def gone(glider: Cli) -> None:
    for one in glider.cluster.items(paths.config_maps(glider.namespace)):
        if one["metadata"]["name"].startswith("glider-code-"):
            glider.cluster.delete(paths.config_maps(glider.namespace, one["metadata"]["name"]))


def test_errors_are_one_sentence(glider: Cli, project: Path) -> None:
    result: Result = glider("replay", "nowhere")
    assert result.exit_code == 1
    assert "nowhere" in result.stderr
    run_once(glider, register(glider, project))
    gone(glider)
    result = glider("replay", "greet-1")
    assert result.exit_code == 1
    assert "ConfigMap" in result.stderr
    for one in glider.cluster.items(paths.templates(glider.namespace)):
        glider.cluster.delete(paths.templates(glider.namespace, one["metadata"]["name"]))
    result = glider("replay", "greet-1")
    assert result.exit_code == 1
    assert TEMPLATES[:4].lower() in result.stderr.lower()
    assert "Traceback" not in result.output
