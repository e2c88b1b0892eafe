"""Names from a real cluster, for shells and for kubectl."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from glider_client.cluster import paths
from tests.integration.cli import Cli, glider
from tests.resources import divider, template

pytestmark = pytest.mark.cluster
__all__ = ["glider"]

BIN = Path(sys.executable).parent


@pytest.fixture
def objects(glider: Cli) -> Cli:
    glider.create("train-1", status={"phase": "Failed"})
    glider.create("train-2", status={"phase": "Succeeded"})
    glider.create("other")
    glider.cluster.create(paths.templates(glider.namespace), template("trainer", divider()))
    return glider


def run(glider: Cli, program: str, *arguments: str, **variables: str) -> list[str]:
    environment = os.environ | {"KUBECONFIG": str(glider.real.kubeconfig)} | variables
    done = subprocess.run([str(BIN / program), *arguments], env=environment, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    return done.stdout.splitlines()


def asked(glider: Cli, words: str) -> list[str]:
    count = len(words.split(" ")) - 1
    lines = run(glider, "glider", COMP_WORDS=words, COMP_CWORD=str(count), _GLIDER_COMPLETE="bash_complete")
    return [line.partition(",")[2] for line in lines]


@pytest.mark.parametrize("command", ["describe", "get", "logs", "cancel", "replay", "rerun", "outputs", "wait", "follow", "delete"])
def test_executions(objects: Cli, command: str) -> None:
    assert asked(objects, f"glider {command} -n {objects.namespace} train") == ["train-1", "train-2"]


def test_templates(objects: Cli) -> None:
    assert asked(objects, f"glider templates -n {objects.namespace} ") == ["trainer"]
    assert "trainer" in asked(objects, f"glider run -n {objects.namespace} tra")


def test_a_name_may_be_written_as_kubectl_writes_it(objects: Cli) -> None:
    assert asked(objects, f"glider describe -n {objects.namespace} te/o") == ["te/other"]


def test_namespaces(objects: Cli) -> None:
    assert asked(objects, f"glider get -n {objects.namespace[:-1]}") == [objects.namespace]


def test_kubectl_completes_the_plugin(objects: Cli) -> None:
    lines = run(objects, "kubectl_complete-glider", "describe", "-n", objects.namespace, "train")
    assert lines == ["train-1\tFailed", "train-2\tSucceeded", ":4"]
    assert run(objects, "kubectl_complete-glider", "desc")[-1] == ":4"


def test_kubectl_runs_the_plugin(objects: Cli) -> None:
    environment = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}", "KUBECONFIG": str(objects.real.kubeconfig)}
    command = [str(objects.real.kubectl_path), "glider", "get", "-n", objects.namespace, "-o", "name"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3
    usage = subprocess.run([command[0], "glider", "--help"], env=environment, capture_output=True, text=True, timeout=60)
    assert usage.stdout.startswith("Usage: kubectl glider ")
