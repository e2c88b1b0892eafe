"""What somebody does right after `helm install`: the commands of the notes as they are pasted, and `helm test`."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from tests.cluster.fixtures import Cluster
from tests.e2e.conftest import SYSTEM, Glider, wait_until


def pasted(notes: str, *, cluster: Cluster, namespace: str, folder: Path) -> str:
    """What a shell prints for the notes' commands, with kubectl's current namespace being `namespace`."""
    commands = notes.partition("kubectl apply")
    script = f"{commands[1]}{commands[2]}".partition("\n\n")[0]
    own = folder / "kubeconfig"
    own.write_text(cluster.kubectl("config", "view", "--raw", "--minify", "--flatten"))
    environment = {"KUBECONFIG": str(own), "PATH": f"{cluster.kubectl_path.parent}:{os.environ['PATH']}", "HOME": os.environ["HOME"]}
    command = f"kubectl config set-context --current --namespace {namespace} >/dev/null\n{script}"
    done = subprocess.run(["bash", "-e", "-c", command], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_first_commands_of_the_notes_and_helm_test_run_a_task(without_store: Glider, tmp_path: Path):
    cluster, namespace = without_store.cluster, without_store.namespace
    notes = cluster.helm("get", "notes", "glider", "--namespace", SYSTEM)
    printed = pasted(notes, cluster=cluster, namespace=namespace, folder=tmp_path)
    assert "taskexecution.glider.dev/hello condition met" in printed
    assert "Succeeded" in printed.splitlines()[-1]
    assert without_store.status("hello")["outputs"] == {"o0": "hello, world"}

    tested = cluster.helm("test", "glider", "--namespace", SYSTEM, "--timeout", "90s")
    assert set(re.findall(r"^Phase: +(\w+)", tested, re.MULTILINE)) == {"Succeeded"}

    def left() -> str:
        return cluster.kubectl("--namespace", SYSTEM, "get", "pods,serviceaccounts", "-o", "name")

    wait_until(lambda: "glider-test" not in left(), what="Helm's test to be gone")
