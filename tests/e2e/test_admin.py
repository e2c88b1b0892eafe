"""The front for flytekit's clients as the chart installs it: unmodified pyflyte, with the token and the rights of a user alone."""

from __future__ import annotations

from pathlib import Path

from flytekit.configuration import Config
from flytekit.remote import FlyteRemote

from tests.clients.programs import pyflyte
from tests.clients.users import DOMAIN, Person
from tests.cluster.layout import NODE_ADDRESS
from tests.e2e.conftest import SYSTEM, Glider
from tests.resources import FLYTEKIT_IMAGE

CODE = """
import time

from flytekit import task


@task
def slow(name: str, seconds: int) -> str:
    time.sleep(seconds)
    return f"Hello {name}"
"""


def user(glider: Glider, endpoint: str, folder: Path) -> Person:
    """Somebody whose kubeconfig is that of a service account with the ClusterRole glider-user; `kubectl create token` makes the tokens."""
    glider.kubectl("create", "serviceaccount", "ada")
    glider.kubectl("create", "rolebinding", "ada", "--clusterrole=glider-user", f"--serviceaccount={glider.namespace}:ada")
    cluster = glider.cluster
    command = [str(cluster.kubectl_path), "--kubeconfig", str(cluster.kubeconfig), "-n", glider.namespace, "create", "token", "ada"]
    direct = {"NO_PROXY": NODE_ADDRESS}  # for kubectl: nobody else is reached
    return Person.at(folder / "home", endpoint=endpoint, command=command, project=glider.namespace, variables=direct)


def kill_the_front(glider: Glider) -> None:
    """All of its pods at once, without a moment to finish."""
    glider.cluster.kubectl(
        "-n", SYSTEM, "delete", "pods", "-l", "app.kubernetes.io/component=admin", "--grace-period=0", "--force", "--wait=false"
    )


def test_pyflyte_runs_a_task_which_goes_on_without_the_front(glider: Glider, front: str, tmp_path: Path) -> None:
    (tmp_path / "hello.py").write_text(CODE)
    ada = user(glider, front, tmp_path)
    inputs = ("--name", "Ada", "--seconds", "4")
    run = ("run", "--remote", "--image", FLYTEKIT_IMAGE, *ada.place, "--name", "lasting", "hello.py", "slow", *inputs)
    assert "lasting" in ada.run(pyflyte(), *run, folder=tmp_path)
    glider.wait_for("lasting", "Running", "Succeeded", "Failed")
    kill_the_front(glider)
    status = glider.wait_for("lasting")
    assert (status["phase"], len(status["attempts"])) == ("Succeeded", 1)
    glider.cluster.kubectl("-n", SYSTEM, "rollout", "status", "deployment/glider-admin", "--timeout=60s")
    remote = FlyteRemote(Config.auto(str(ada.home / ".flyte" / "config.yaml")), default_project=ada.project, default_domain=DOMAIN)
    found = remote.wait(remote.fetch_execution(name="lasting"))
    assert found.outputs.get("o0", str) == "Hello Ada"
