"""A control plane of a test's own, on loopback: nothing else acts on what the test makes, and its settings are the test's.

It ends with the process that made it, however that ends.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cluster import api_client, certificates, control_plane, layout, tools
from tests.cluster.errors import ClusterError
from tests.cluster.ports import free_ports
from tests.cluster.processes import Program

READY_SECONDS = 60.0


@dataclass(kw_only=True)
class PrivateControlPlane:
    """A running control plane and what was started beside it."""

    layout: layout.Layout
    binaries: Mapping[str, Path]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def kubeconfig(self) -> Path:
        return self.layout.kubeconfig

    def start(self, name: str, argv: Sequence[str], *, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Runs a program until `end`; called from the main thread, since the kernel takes the end of a thread for its parent's."""
        self.layout.logs.mkdir(parents=True, exist_ok=True)
        with (self.layout.logs / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", *argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={"PATH": os.environ.get("PATH", os.defpath), "HOME": "/nonexistent", **(environment or {})},
                start_new_session=True,
            )
        return self.processes[name]

    def end(self, name: str, *, signal_number: int = signal.SIGKILL) -> None:
        """Ends a program."""
        process = self.processes.pop(name)
        process.send_signal(signal_number)
        process.wait(timeout=30)

    def restart(self, program: Program) -> None:
        """Runs a program with other settings than before."""
        if program.name in self.processes:
            self.end(program.name)
        self.start(program.name, program.argv, environment=program.environment)

    def wait(self, name: str, is_ready: Callable[[], bool]) -> None:
        """Until `is_ready`; an error with the end of the program's log if it ends first."""
        deadline = time.monotonic() + READY_SECONDS
        while not is_ready():
            if self.processes[name].poll() is not None or time.monotonic() > deadline:
                raise ClusterError(f"{name} did not become ready; its log ends:\n{self.log(name)[-3000:]}")
            time.sleep(0.05)

    def log(self, name: str) -> str:
        return (self.layout.logs / f"{name}.log").read_text(errors="replace")


@contextmanager
def private_control_plane(
    folder: Path,
    *,
    without: Sequence[str] = (),
    flags: Mapping[str, Sequence[str]] | None = None,
    scheduler: Mapping[str, Any] | None = None,
) -> Iterator[PrivateControlPlane]:
    """A control plane whose state is in `folder`.

    Args:
        folder: where its state goes.
        without: programs that are not started.
        flags: more flags by program; of a flag that comes twice the later counts.
        scheduler: the scheduler's client connection, in place of the usual.
    """
    if shutil.which("setpriv") is None:
        raise ClusterError("setpriv is missing: apt-get install util-linux")
    place = layout.Layout(has_node=False, ports=_ports(), state=folder)
    plane = PrivateControlPlane(layout=place, binaries=tools.build_all())
    certificates.make_all(place, control_plane.server_addresses(place))
    try:
        etcd, api_server, *controllers = programs(plane, flags=flags, scheduler=scheduler)
        for program in (etcd, api_server):
            plane.restart(program)
        plane.wait("kube-apiserver", lambda: api_client.is_api_ready(place))
        for program in controllers:
            if program.name not in without:
                plane.restart(program)
        plane.wait("kube-controller-manager", lambda: api_client.is_default_namespace_ready(place))
        yield plane
    finally:
        for name in reversed(list(plane.processes)):
            plane.end(name)


def programs(
    plane: PrivateControlPlane, *, flags: Mapping[str, Sequence[str]] | None = None, scheduler: Mapping[str, Any] | None = None
) -> list[Program]:
    """The control plane's programs with more flags; see `private_control_plane`."""
    usual = control_plane.programs(plane.layout, dict(plane.binaries))
    if scheduler is not None:
        config = plane.layout.config / "kube-scheduler.json"
        document = json.loads(config.read_text())
        document["clientConnection"] |= scheduler
        config.write_text(json.dumps(document))
    more = flags or {}
    return [
        Program(name=one.name, argv=[*one.argv, *more.get(one.name, ())], reads=one.reads, environment=one.environment) for one in usual
    ]


def _ports() -> layout.Ports:
    names = list(layout.Ports.__dataclass_fields__)
    return layout.Ports(**dict(zip(names, free_ports(len(names)), strict=True)))
