"""What pytest uses of all this: a cluster with kubectl and helm, the user's own or ours, and the servers beside it.

`GLIDER_TEST_KUBECONFIG` names a cluster of the user's own (kind, k3d, …), with the other `GLIDER_…` variables of `.cluster/env`
telling what stands beside it; without it ours is brought up. Tests that need no node have a control plane of their own instead
(`api_server`), so that they don't wait for those on the node, nor disturb them.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.cluster import layout as layouts
from tests.cluster import lifecycle, services, tools
from tests.cluster.errors import ClusterError
from tests.cluster.private import private_control_plane

OUR_KUBECONFIG = layouts.with_node().kubeconfig


class ClusterUnavailableError(ClusterError):
    """There is no cluster to test with, and none could be brought up."""


class KubectlError(Exception):
    """kubectl or helm failed; the text is the command and what it said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cluster:
    """A running cluster. What a user's own cluster may lack is None."""

    kubeconfig: Path
    kubectl_path: Path
    helm_path: Path
    is_ours: bool
    has_node: bool
    s3_endpoint: str | None = None
    s3_access_key: str = ""
    s3_secret_key: str = ""
    s3_bucket: str = ""
    statsd_host: str | None = None
    statsd_port: int = 8125
    statsd_log: Path | None = None
    audit_log: Path | None = None

    @classmethod
    def from_environment(cls) -> Self:
        """The cluster that `GLIDER_TEST_KUBECONFIG` names, else ours, brought up unless it is."""
        if is_users_own():
            return cls._of({**os.environ, "KUBECONFIG": os.environ["GLIDER_TEST_KUBECONFIG"]}, is_ours=False)
        try:
            former = lifecycle.status()
            without_node = former is not None and former.is_up and not former.layout.has_node
            layout = lifecycle.up(control_plane_only=without_node)
        except ClusterError as error:
            raise ClusterUnavailableError(str(error)) from error
        lines = shlex.split(layout.env_file.read_text())
        return cls._of(dict(line.split("=", 1) for line in lines), is_ours=True)

    @classmethod
    def _of(cls, env: Mapping[str, str], *, is_ours: bool) -> Self:
        return cls(
            kubeconfig=Path(env["KUBECONFIG"]),
            kubectl_path=_program("kubectl", env),
            helm_path=_program("helm", env),
            is_ours=is_ours,
            has_node=env.get("GLIDER_HAS_NODE", "1") == "1",
            s3_endpoint=env.get("GLIDER_S3_ENDPOINT"),
            s3_access_key=env.get("GLIDER_S3_ACCESS_KEY", ""),
            s3_secret_key=env.get("GLIDER_S3_SECRET_KEY", ""),
            s3_bucket=env.get("GLIDER_S3_BUCKET", ""),
            statsd_host=env.get("GLIDER_STATSD_HOST"),
            statsd_port=int(env.get("GLIDER_STATSD_PORT", "8125")),
            statsd_log=_path(env.get("GLIDER_STATSD_LOG")),
            audit_log=_path(env.get("GLIDER_AUDIT_LOG")),
        )

    def kubectl(self, *args: str, input: str | None = None) -> str:
        """What kubectl writes to its standard output; KubectlError where it fails."""
        return self._run(self.kubectl_path, args, input)

    def kubectl_json(self, *args: str) -> Any:
        """What kubectl answers, as JSON."""
        return json.loads(self.kubectl(*args, "--output=json"))

    def helm(self, *args: str) -> str:
        """What helm writes to its standard output; KubectlError where it fails."""
        return self._run(self.helm_path, args, None)

    def _run(self, program: Path, args: tuple[str, ...], standard_input: str | None) -> str:
        environment = os.environ | {"KUBECONFIG": str(self.kubeconfig)}
        result = subprocess.run([str(program), *args], env=environment, input=standard_input, capture_output=True, text=True)
        if result.returncode != 0:
            raise KubectlError(f"{program.name} {shlex.join(args)}: {(result.stderr or result.stdout).strip()}")
        return result.stdout


def is_users_own() -> bool:
    """Whether the tests are to run on a cluster of the user's own."""
    kubeconfig = os.environ.get("GLIDER_TEST_KUBECONFIG", "")
    return kubeconfig != "" and Path(kubeconfig).resolve() != OUR_KUBECONFIG


@contextmanager
def api_server(folder: Path) -> Iterator[Cluster]:
    """A control plane and an S3 server: this checkout's, where they run without a node, else new ones whose state is in `folder`."""
    former = None if is_users_own() else lifecycle.status()
    if is_users_own() or (former is not None and former.is_up and not former.layout.has_node):
        yield Cluster.from_environment()
        return
    with private_control_plane(folder) as plane:
        s3, _ = services.programs(plane.layout, dict(plane.binaries))
        plane.restart(s3)
        plane.wait(s3.name, lambda: services.is_s3_ready(plane.layout))
        keys = services.s3_keys(plane.layout)
        yield Cluster(
            kubeconfig=plane.kubeconfig,
            kubectl_path=plane.binaries["kubectl"],
            helm_path=plane.binaries["helm"],
            is_ours=True,
            has_node=False,
            s3_endpoint=plane.layout.s3_endpoint,
            s3_access_key=keys.access_key,
            s3_secret_key=keys.secret_key,
            s3_bucket=layouts.BUCKET,
            audit_log=plane.layout.audit_log,
        )


def _program(name: str, env: Mapping[str, str]) -> Path:
    """Our cluster's own, or for a user's cluster the one on PATH, else one that an earlier bring-up has built."""
    folder = env.get("GLIDER_CLUSTER_BIN")
    found = _path(str(Path(folder) / name) if folder else shutil.which(name)) or tools.cached(name)
    if found is None:
        raise ClusterUnavailableError(f"{name} is not on PATH")
    return found


def _path(name: str | None) -> Path | None:
    return Path(name) if name else None
