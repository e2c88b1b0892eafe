"""Secrets and ConfigMaps of a local run: from the environment, a file of variables or objects in the files."""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from glider.wire.jsonform import FieldError
from glider_client.cli.glider import main
from glider_client.local.sources import read_variables
from tests.unit.glider_core.builders import task_document

#: Tells all that it has been asked for.
SCRIPT = """
import json, os, pathlib, sys
found = {name: os.environ.get(name) for name in sys.argv[1:] if not name.startswith("file:")}
folder = pathlib.Path(os.environ.get("FLYTE_SECRETS_DEFAULT_DIR", "."))
found |= {name: (folder / name[5:]).read_text() for name in sys.argv[1:] if name.startswith("file:")}
with open(os.environ["GLIDER_TERMINATION_LOG"], "w") as log:
    json.dump({"v": 1, "outcome": "Succeeded", "outputs": found}, log)
"""
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "data": {"user": base64.b64encode(b"of an object").decode()}}
CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "db"}, "data": {"user": "of a config map"}}
IN_ENV = {"secrets": [{"group": "db", "key": "user", "mount": "Env"}]}
AS_FILE = {"secrets": [{"group": "db", "key": "user"}]}
REFERENCE = {"env": [{"name": "DB", "valueFrom": {"secretKeyRef": {"name": "db", "key": "user"}}}]}


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "script.py").write_text(SCRIPT)

    def run(asked: list[str], *objects: dict[str, Any], options=(), **spec):
        task = task_document(interface={}, container={"image": "none", "args": [sys.executable, "script.py", *asked]})
        document = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": {"name": "x"}}
        (tmp_path / "e.yaml").write_text("\n---\n".join(json.dumps(one) for one in [document | {"spec": {"task": task} | spec}, *objects]))
        return CliRunner().invoke(main, ["run", "--local", "-f", "e.yaml", *options])

    return run


def outputs(result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = yaml.safe_load(result.stdout)["outputs"]
    return found


@pytest.mark.parametrize(
    ("spec", "asked", "variable"),
    [
        pytest.param(IN_ENV, "_FSEC_DB_USER", "_FSEC_DB_USER", id="a secret in the environment"),
        pytest.param(AS_FILE, "file:db/user", "_FSEC_DB_USER", id="a secret in a file"),
        pytest.param(REFERENCE, "DB", "DB", id="a reference to a key of a Secret"),
    ],
)
class TestASecret:
    def test_from_the_environment(self, run, monkeypatch, spec, asked, variable):
        monkeypatch.setenv(variable, "of the environment")
        assert outputs(run([asked], SECRET, **spec)) == {asked: "of the environment"}

    def test_from_a_file_before_the_environment(self, run, monkeypatch, tmp_path, spec, asked, variable):
        monkeypatch.setenv(variable, "of the environment")
        (tmp_path / "secrets").write_text(f"# mine\n\nexport {variable}='of a file'\n")
        assert outputs(run([asked], options=("--secret-env", "secrets"), **spec)) == {asked: "of a file"}

    def test_from_an_object_in_the_files(self, run, spec, asked, variable):
        assert outputs(run([asked], SECRET, **spec)) == {asked: "of an object"}

    def test_that_is_nowhere_is_told_with_where_it_may_be(self, run, spec, asked, variable):
        result = run([asked], **spec)
        assert result.exit_code == 1
        assert "(SecretNotFound)" in result.stderr
        assert f"expected {variable} in the environment or in --secret-env FILE, or a Secret db with the key user" in result.stderr


def test_an_optional_secret_may_be_nowhere(run):
    assert outputs(run(["_FSEC_DB_USER"], secrets=[{"group": "db", "key": "user", "mount": "Env", "optional": True}])) == {
        "_FSEC_DB_USER": None
    }
    assert outputs(run([], secrets=[{"group": "db", "key": "user", "optional": True}])) == {}


def test_a_variable_that_names_a_secrets_file_names_it_where_it_is(run):
    spec = {"secrets": [{"group": "db", "key": "user", "envVar": "DB_FILE"}]}
    found = outputs(run(["DB_FILE"], SECRET, **spec))
    assert found["DB_FILE"].endswith("/secrets/db/user")
    assert not found["DB_FILE"].startswith("/etc/")


def test_other_variables_may_refer_to_a_secrets(run, monkeypatch):
    monkeypatch.setenv("_FSEC_DB_USER", "me")
    assert outputs(run(["URL"], env=[{"name": "URL", "value": "pg://$(_FSEC_DB_USER)"}], **IN_ENV)) == {"URL": "pg://me"}


def test_config_maps_and_all_keys_of_an_object(run):
    reference = {"name": "C", "valueFrom": {"configMapKeyRef": {"name": "db", "key": "user"}}}
    found = outputs(run(["C", "P_user"], SECRET, CONFIG, env=[reference], envFrom=[{"configMapRef": {"name": "db"}, "prefix": "P_"}]))
    assert found == {"C": "of a config map", "P_user": "of a config map"}


def test_what_the_pod_says_of_itself(run):
    fields = {"A": "metadata.labels['a']", "N": "metadata.namespace", "IP": "status.podIP"}
    env = [{"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}} for name, path in fields.items()]
    env += [{"name": "M", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}}}]
    found = outputs(run([*fields, "M"], env=env, labels={"a": "b"}, resources={"limits": {"memory": "64Mi"}}))
    assert found == {"A": "b", "N": "default", "IP": "127.0.0.1", "M": "64"}


def test_a_line_that_is_no_variable_is_named(tmp_path):
    (tmp_path / "secrets").write_text("A=1\nnothing\n")
    with pytest.raises(FieldError, match=r'secrets, line 2: expected NAME=value, found "nothing"'):
        read_variables(tmp_path / "secrets")
