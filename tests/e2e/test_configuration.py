"""A configuration that is refused does no harm: the upgrade fails and the old operator goes on; where it came another way, it is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.cluster.fixtures import Cluster, KubectlError
from tests.conftest import ROOT
from tests.e2e.conftest import EXAMPLES, SYSTEM, Glider, wait_until

OPERATOR = "--selector=app.kubernetes.io/name=glider"
REFUSED = 'leaderElection.leaseDuration: expected more than renewDeadline, which is 20s, found "15s"'


def operator_pod(cluster: Cluster) -> dict[str, Any]:
    """The operator's only pod that isn't ending."""
    pods = cluster.kubectl_json("--namespace", SYSTEM, "get", "pods", OPERATOR)["items"]
    [pod] = [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]
    return pod


def is_ready(cluster: Cluster) -> bool:
    conditions = operator_pod(cluster)["status"].get("conditions", [])
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        pytest.param("config.podRetention.failed=3days", "/config/podRetention/failed", id="what the schema can tell"),
        pytest.param("config.leaderElection.renewDeadline=20s", "pre-upgrade", id="what only the operator can tell"),
    ],
)
def test_an_upgrade_with_a_bad_configuration_fails_and_the_old_operator_goes_on(without_store: Glider, value: str, told: str):
    cluster, before = without_store.cluster, operator_pod(without_store.cluster)["metadata"]["uid"]
    upgrade = ("upgrade", "glider", str(ROOT / "charts" / "glider"), "--namespace", SYSTEM, "--wait", "--timeout", "60s")
    with pytest.raises(KubectlError, match=told):
        cluster.helm(*upgrade, "--set", value)
    if told == "pre-upgrade":
        assert REFUSED in cluster.kubectl("--namespace", SYSTEM, "logs", "job/glider-config-check")
        cluster.kubectl("--namespace", SYSTEM, "delete", "job/glider-config-check")
    assert operator_pod(cluster)["metadata"]["uid"] == before
    assert is_ready(cluster)
    without_store.apply(EXAMPLES / "divide.yaml")
    without_store.kubectl("wait", "--for=condition=Succeeded", "te/divide-ten-by-two", "--timeout=60s")


class Mounted:
    """The operator's ConfigMap, which somebody edits."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.good = self.document()

    def document(self) -> str:
        return self._cluster.kubectl_json("--namespace", SYSTEM, "get", "configmap/glider")["data"]["config.yaml"]

    def write(self, text: str) -> None:
        patch = json.dumps({"data": {"config.yaml": text}})
        self._cluster.kubectl("--namespace", SYSTEM, "patch", "configmap/glider", "--type=merge", "-p", patch)
        # the kubelet looks at a pod that changes at once, and brings the ConfigMap along
        self._cluster.kubectl("--namespace", SYSTEM, "annotate", "--overwrite", "pods", OPERATOR, f"changed={hash(text)}")

    def break_it(self) -> None:
        self.write(yaml.safe_dump(yaml.safe_load(self.good) | {"podRetention": {"failed": "3days"}}))


@pytest.fixture
def mounted(without_store: Glider) -> Iterator[Mounted]:
    mounted = Mounted(without_store.cluster)
    yield mounted
    mounted.write(mounted.good)
    wait_until(lambda: is_ready(without_store.cluster), what="the operator to be ready again")


def test_what_is_refused_stands_where_kubectl_describe_shows_it_and_stops_nobody(without_store: Glider, mounted: Mounted):
    cluster = without_store.cluster

    def described() -> bool:
        events = cluster.kubectl("--namespace", SYSTEM, "describe", "pod", operator_pod(cluster)["metadata"]["name"])
        return "ConfigurationRefused" in events and "podRetention.failed: expected a duration" in events

    mounted.break_it()
    wait_until(lambda: not is_ready(cluster), what="the operator not to be ready")
    assert described()
    without_store.apply(EXAMPLES / "divide.yaml")
    without_store.kubectl("wait", "--for=condition=Succeeded", "te/divide-ten-by-two", "--timeout=60s")

    cluster.kubectl("--namespace", SYSTEM, "delete", "pod", OPERATOR)
    wait_until(described, what="the new pod to say why it waits")
    assert not is_ready(cluster)
    mounted.write(mounted.good)
    wait_until(lambda: is_ready(cluster), what="the new pod to begin once the file is mended")
    assert sum(status["restartCount"] for status in operator_pod(cluster)["status"]["containerStatuses"]) == 0


def test_the_operators_image_has_nothing_for_an_intruder(without_store: Glider):
    script = """
import importlib.util, os, shutil, stat, sys
found = [name for name in ("apt", "apt-get", "pip", "pip3") if shutil.which(name)]
found += [os.path.join(folder, name) for folder, _, names in os.walk("/") if not folder.startswith("/proc") for name in names
          if os.lstat(os.path.join(folder, name)).st_mode & (stat.S_ISUID | stat.S_ISGID)]
sys.path.append("/usr/lib/python3/dist-packages")
found += [name for name in ("pip", "ensurepip") if importlib.util.find_spec(name)]
print(found, os.getuid(), os.getgid())
"""
    said = without_store.cluster.kubectl("--namespace", SYSTEM, "exec", "deploy/glider", "--", "/opt/glider/bin/python", "-c", script)
    assert said.strip() == "[] 65532 65532"
