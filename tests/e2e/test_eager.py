"""flytekit's @eager on a real node: children run in pods of their own, outlive their parent's pod, and end with their parent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Glider, wait_until
from tests.resources import FLYTEKIT_IMAGE, RESOURCES, execution

pytestmark = pytest.mark.node

GLIDER = Path(sys.executable).parent / "glider"
CODE = """
import asyncio

from flytekit import Resources, eager, task


@task(requests=Resources(cpu="10m", mem="32Mi"), limits=Resources(cpu="2", mem="1Gi"))
async def double(x: int, seconds: int) -> int:
    await asyncio.sleep(seconds)
    return 2 * x


@eager
async def fan(count: int, seconds: int) -> int:
    return sum(await asyncio.gather(*(double(x=i, seconds=seconds) for i in range(count))))
"""


def registered(glider: Glider, folder: Path) -> str:
    """The name of the eager task's template."""
    (folder / "fanned.py").write_text(CODE)
    command = [str(GLIDER), "register", str(folder / "fanned.py"), "--image", FLYTEKIT_IMAGE, "-n", glider.namespace, "-o", "json"]
    environment = {**os.environ, "KUBECONFIG": str(glider.cluster.kubeconfig)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return str(next(row["name"] for row in json.loads(done.stdout)["items"] if row["task"] == "fanned.fan"))


def children(glider: Glider, parent: str) -> list[Mapping[str, Any]]:
    """What belongs to an execution."""
    found = glider.get("te")["items"]
    return [one for one in found if [owner["name"] for owner in one["metadata"].get("ownerReferences", ())] == [parent]]


def phases(glider: Glider, parent: str) -> list[str]:
    """Of its children."""
    return [one.get("status", {}).get("phase", "") for one in children(glider, parent)]


def test_children_outlive_their_parents_pod_and_end_with_their_parent(glider: Glider, tmp_path: Path) -> None:
    glider.kubectl("create", "rolebinding", "eager", "--clusterrole=glider-eager", f"--serviceaccount={glider.namespace}:default")
    fan = {"taskRef": {"name": registered(glider, tmp_path)}, "resources": RESOURCES, "retries": {"backoff": {"initial": "100ms"}}}
    glider.apply(
        execution("killed", inputs={"count": 3, "seconds": 2}, **fan), execution("cancelled", inputs={"count": 2, "seconds": 300}, **fan)
    )

    wait_until(lambda: len(children(glider, "killed")) == 3, what="three children")
    glider.kubectl("delete", "pod", "-l", "glider.dev/execution=killed", "--grace-period=1", "--wait=false")
    wait_until(lambda: len(children(glider, "cancelled")) == 2, what="two children")
    glider.kubectl("patch", "te", "cancelled", "--type=merge", "-p", '{"spec": {"cancel": true}}')

    status = glider.wait_for("killed")
    assert (status["phase"], status.get("outputs"), len(status["attempts"])) == ("Succeeded", {"o0": 6}, 2), status
    ended = [(one["status"]["phase"], len(one["status"]["attempts"])) for one in children(glider, "killed")]
    assert ended == [("Succeeded", 1)] * 3
    assert glider.wait_for("cancelled", "Aborted")["error"]["code"] == "Cancelled"
    wait_until(lambda: phases(glider, "cancelled") == ["Aborted", "Aborted"], what="the children to be cancelled")
    messages = {one["status"]["error"]["message"].partition(",")[0] for one in children(glider, "cancelled")}
    assert messages == {"It was cancelled"}
