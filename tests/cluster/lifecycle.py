"""Up, down and status of the cluster.

`up` may be called at any time: it starts what is not running, and leaves alone what is. A cluster of which nothing lives any
more was killed; its remains are cleared and a new one is made, since nobody knows what state they are in.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.cluster import api_client, archives, certificates, control_plane, debian, leftovers, network, node, runtime, services, tools
from tests.cluster import layout as layouts
from tests.cluster.errors import ClusterError
from tests.cluster.layout import BUCKET, CHECKOUT, NAMESPACE, OWNER_FILE, RUN_DIR, Layout
from tests.cluster.processes import Processes, Program, Record
from tests.cluster.runtime import Runtime

DOWN = "make cluster-down"
READY_SECONDS = 120.0


def up(*, control_plane_only: bool = False, container_runtime: Runtime | None = None) -> Layout:
    """Have the cluster running and ready; as root on Linux with a node, else a control plane only.

    Args:
        control_plane_only: no node.
        container_runtime: the node's; by default what it has, else what is built.
    """
    if sys.platform != "linux":
        raise ClusterError("the test cluster runs on Linux only; set GLIDER_TEST_KUBECONFIG to use a cluster of your own (kind, k3d, …)")
    with tools.locked("cluster"):
        has_node = os.geteuid() == 0 and not control_plane_only
        if has_node:
            debian.require(debian.NODE_TOOLS)
        layout = _claim(has_node=has_node)
        if has_node and runtime.choose(container_runtime) is Runtime.DEBIAN:
            debian.require(debian.RUNTIME_TOOLS)
        binaries = tools.build_all(with_node=has_node)
        tools.link_all(binaries, layout.bin)
        certificates.make_all(layout, control_plane.server_addresses(layout))
        _Bringup(layout, binaries).run()
        _write_env(layout)
    return layout


def down() -> None:
    """End the cluster of this checkout and remove every trace of it."""
    debian.complete_path()
    with tools.locked("cluster"):
        layout = layouts.existing()
        if layout is not None:
            _clear(layout)


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """What is so right now."""

    layout: Layout
    programs: list[Record]
    is_api_ready: bool
    is_node_ready: bool

    @property
    def is_up(self) -> bool:
        alive = all(record.is_alive() for record in self.programs)
        return bool(self.programs) and alive and self.is_api_ready and (self.is_node_ready or not self.layout.has_node)


def status() -> Status | None:
    """The state of this checkout's cluster, or None when it has none."""
    layout = layouts.existing()
    if layout is None:
        return None
    return Status(
        layout=layout,
        programs=_processes(layout).recorded(),
        is_api_ready=api_client.is_api_ready(layout),
        is_node_ready=layout.has_node and api_client.is_node_ready(layout),
    )


class _Bringup:
    """One bring-up: programs are started as early as their needs allow, and waited for as late as possible."""

    def __init__(self, layout: Layout, binaries: dict[str, Path]) -> None:
        self._layout = layout
        self._binaries = binaries
        self._processes = _processes(layout)

    def run(self) -> None:
        layout = self._layout
        etcd, api_server, *controllers = control_plane.programs(layout, self._binaries)
        if layout.has_node:
            network.create()
            node.prepare()
            self._start(runtime.program(layout, self._binaries))
        self._start(etcd, api_server, *services.programs(layout, self._binaries))
        if layout.has_node:
            self._wait("containerd", runtime.is_ready)
            archives.load_pause_image(self._binaries["pause"])
        self._wait("kube-apiserver", lambda: api_client.is_api_ready(layout))
        self._start(*controllers)
        if layout.has_node:
            self._start(*node.programs(layout, self._binaries))
        self._wait("s3", lambda: services.is_s3_ready(layout))
        self._wait("statsd", lambda: services.is_statsd_ready(layout))
        self._wait("kube-controller-manager", lambda: api_client.is_default_namespace_ready(layout))
        if layout.has_node:
            self._wait("kubelet", lambda: api_client.is_node_ready(layout))

    def _start(self, *programs: Program) -> None:
        for program in programs:
            if self._processes.ensure(program):
                print(f"started {program.name}", flush=True)

    def _wait(self, name: str, is_ready: Callable[[], bool]) -> None:
        self._processes.wait(name, is_ready, seconds=READY_SECONDS)


def _claim(*, has_node: bool) -> Layout:
    """This checkout's layout, cleared of what is dead; an error that says what to do where something alive is in the way."""
    owner = layouts.machine_owner()
    if has_node and owner is not None and owner != CHECKOUT:
        _take_over(owner)
    former = layouts.existing()
    if former is not None and not _any_alive(former):
        print("clearing what a killed cluster left …", flush=True)
        _clear(former)
        former = None
    if former is not None and former.has_node != has_node:
        kind = "with a node" if former.has_node else "without a node"
        raise ClusterError(f"this checkout's cluster runs {kind}; take it down first: {DOWN}")
    if not has_node:
        return layouts.control_plane_only()
    if former is None:
        leftovers.clear_node()
        leftovers.clear_state(layouts.with_node())
        RUN_DIR.mkdir(parents=True)
        OWNER_FILE.parent.mkdir(parents=True)
        OWNER_FILE.write_text(f"{CHECKOUT}\n")
    return layouts.with_node()


def _take_over(owner: Path) -> None:
    """Another checkout's cluster holds the machine's one node: only its own checkout ends it while both live."""
    layout = layouts.with_node()
    if _any_alive(layout) and owner.is_dir():
        raise ClusterError(f"a cluster of the checkout {owner} is running on this machine; take it down first: (cd {owner} && {DOWN})")
    print(f"clearing what the cluster of {owner} left …", flush=True)
    _end_programs(layout)
    leftovers.clear_node()


def _any_alive(layout: Layout) -> bool:
    return any(record.is_alive() for record in _processes(layout).recorded())


def _clear(layout: Layout) -> None:
    _end_programs(layout)
    if layout.has_node:
        leftovers.clear_node()
    leftovers.clear_state(layout)


def _end_programs(layout: Layout) -> None:
    """With no grace: their data is thrown away, and the API server alone would take its minute to see all its watchers off."""
    processes = _processes(layout)
    processes.end(processes.recorded(), grace=0)


def _processes(layout: Layout) -> Processes:
    return Processes(layout.records, layout.logs, NAMESPACE if layout.has_node else None)


def _write_env(layout: Layout) -> None:
    """What scripts and tests need to know, as KEY=VALUE lines that a shell can source; whole at any moment, since somebody may read it."""
    keys = services.s3_keys(layout)
    values = {
        "KUBECONFIG": layout.kubeconfig,
        "GLIDER_TEST_KUBECONFIG": layout.kubeconfig,
        "GLIDER_CLUSTER_BIN": layout.bin,
        "GLIDER_HAS_NODE": int(layout.has_node),
        "GLIDER_S3_ENDPOINT": layout.s3_endpoint,
        "GLIDER_S3_ACCESS_KEY": keys.access_key,
        "GLIDER_S3_SECRET_KEY": keys.secret_key,
        "GLIDER_S3_BUCKET": BUCKET,
        "GLIDER_STATSD_HOST": layout.address,
        "GLIDER_STATSD_PORT": layout.ports.statsd,
        "GLIDER_STATSD_LOG": layout.statsd_log,
        "GLIDER_AUDIT_LOG": layout.audit_log,
    }
    coming = layout.env_file.with_suffix(".new")
    coming.touch(mode=0o600)
    coming.write_text("".join(f"{name}={shlex.quote(str(value))}\n" for name, value in values.items()))
    coming.replace(layout.env_file)
