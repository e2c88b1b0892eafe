"""Finding and clearing what a cluster leaves on the machine, whether it was taken down or killed.

When everything is killed at once, or the machine restarts, the programs' records, containers and their shims, mounts, network
namespaces, the veth pair and cgroups remain. All of them are recognised by names and folders that only this cluster uses
(`layout`), so nothing of another container runtime on the machine is touched.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.cluster import network, node, runtime
from tests.cluster.errors import ClusterError
from tests.cluster.layout import RUN_DIR, VAR_DIR, Layout
from tests.cluster.processes import end_pids, start_time

CNI_RESULTS = Path("/var/lib/cni/results")
SANDBOXES = VAR_DIR / "containerd" / "io.containerd.grpc.v1.cri" / "sandboxes"
CONTAINER_LOGS = Path("/var/log/containers")
SHIM_SOCKETS = Path("/run/containerd/s")
KUBELET_PLUGINS = Path("/var/lib/kubelet/device-plugins")


def clear_node() -> None:
    """Everything machine-wide except the recorded programs, which must have been ended before."""
    _end_containers()
    _remove_shim_sockets()
    _unmount()
    _remove_cgroups()
    network.remove()
    _remove_namespace_folder()
    _remove_traces()
    for folder in (RUN_DIR, VAR_DIR):
        if folder.exists():
            shutil.rmtree(folder)


def clear_state(layout: Layout) -> None:
    """The checkout's state folder."""
    if layout.state.exists():
        shutil.rmtree(layout.state)


def _end_containers() -> None:
    """Shims first, so that none restarts or reports anything; then what runs in the pods' cgroups."""
    for pids in (_shims(), _pids_in_cgroups()):
        found = {pid: when for pid in pids if (when := start_time(pid)) is not None}
        end_pids(found, grace=0)


def _shims() -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_text().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if Path(arguments[0]).name.startswith("containerd-shim") and str(runtime.SOCKET) in arguments:
            yield int(folder.name)


def _cgroups() -> list[Path]:
    """The cluster's cgroups, innermost first."""
    groups = [folder for root in node.cgroups() if root.is_dir() for folder in (root, *(path for path in root.rglob("*") if path.is_dir()))]
    return sorted(groups, key=lambda folder: len(folder.parts), reverse=True)


def _pids_in_cgroups() -> set[int]:
    return {int(pid) for folder in _cgroups() for pid in (folder / "cgroup.procs").read_text().split()}


def _remove_cgroups() -> None:
    """A cgroup can be removed a moment after its last process has ended, not at once."""
    deadline = time.monotonic() + 10
    while groups := _cgroups():
        for folder in groups:
            try:
                folder.rmdir()
            except OSError as error:
                if time.monotonic() > deadline:
                    raise ClusterError(f"cgroup {folder} can't be removed: {error}") from error
        time.sleep(0.05)


def _remove_shim_sockets() -> None:
    """The sockets of all containerds' shims lie in one folder of the machine; each task's folder names its own."""
    for folder in (RUN_DIR / "containerd").glob("io.containerd.runtime.v2.task/*/*"):
        if (address := _shim_address(folder)) is not None:
            Path(address.removeprefix("unix://")).unlink(missing_ok=True)
    _remove_if_empty(SHIM_SOCKETS, SHIM_SOCKETS.parent)


def _shim_address(task: Path) -> str | None:
    """What containerd 2 writes as JSON, and containerd 1 as it is."""
    if (bootstrap := task / "bootstrap.json").exists():
        return str(json.loads(bootstrap.read_text())["address"])
    return address.read_text() if (address := task / "address").exists() else None


def _unmount() -> None:
    """Lazily, since a process outside that looks into such a mount must not keep it."""

    def ours() -> list[str]:
        return [path for path in _mounted() if path.startswith((f"{RUN_DIR}/", f"{VAR_DIR}/"))]

    if found := ours():
        subprocess.run(["umount", "--lazy", *reversed(found)], check=False)
    if remaining := ours():
        raise ClusterError(f"still mounted: {', '.join(remaining)}; unmount them and try again")


def _mounted() -> list[str]:
    """All mount points, in the order of mounting."""
    fields = [line.split(" ")[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    return [re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), field) for field in fields]


def _remove_namespace_folder() -> None:
    """`ip netns` mounts the folder of all namespaces onto itself when it makes the first; it goes with the last."""
    folder = network.NAMESPACE_FILE.parent
    if folder.is_dir() and not any(folder.iterdir()):
        subprocess.run(["umount", *(path for path in _mounted() if path == str(folder))], check=False, capture_output=True)
        folder.rmdir()


def _remove_traces() -> None:
    """What kubelet and CNI write into folders that can't be configured."""
    for sandbox in SANDBOXES.glob("*"):
        for result in CNI_RESULTS.glob(f"*-{sandbox.name}-*"):
            result.unlink()
    for link in CONTAINER_LOGS.glob("*.log"):
        if link.is_symlink() and str(link.readlink()).startswith(f"{VAR_DIR}/"):
            link.unlink()
    (KUBELET_PLUGINS / "kubelet.sock").unlink(missing_ok=True)
    _remove_if_empty(CNI_RESULTS, CNI_RESULTS.parent, CONTAINER_LOGS, KUBELET_PLUGINS, KUBELET_PLUGINS.parent)


def _remove_if_empty(*folders: Path) -> None:
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
