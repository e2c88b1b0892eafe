"""What must come from the system's packages: found on PATH, installed where that is possible, else named one by one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping

from tests.cluster.errors import ClusterError
from tests.cluster.runtime import CNI_PLUGINS

SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")

NODE_TOOLS = {
    "runc": "runc",
    "ptp": "containernetworking-plugins",
    "ip": "iproute2",
    "iptables": "iptables",
    "nsenter": "util-linux",
    "umount": "mount",
}
"""Command: the Debian package that brings it."""

RUNTIME_TOOLS = {"containerd": "containerd", "ctr": "containerd"}
IMAGE_TOOLS = {"buildah": "buildah", "mmdebstrap": "mmdebstrap"}


def complete_path() -> None:
    """Have the system's own folders on PATH, where `ip` and `iptables` lie: cron, su and other accounts leave them out."""
    folders = os.environ.get("PATH", os.defpath).split(":")
    os.environ["PATH"] = ":".join([*folders, *(folder for folder in SYSTEM_FOLDERS if folder not in folders)])


def require(tools: Mapping[str, str]) -> None:
    """Have all these commands: as root on Debian or Ubuntu by installing what is missing, elsewhere by saying what is."""
    complete_path()
    missing = {tool: package for tool, package in tools.items() if not _is_there(tool)}
    if not missing:
        return
    packages = sorted(set(missing.values()))
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        wanted = "\n".join(f"  {tool}: Debian package {package}" for tool, package in missing.items())
        raise ClusterError(f"missing:\n{wanted}\nOn Debian or Ubuntu: sudo apt-get install --no-install-recommends {' '.join(packages)}")
    print(f"installing {' '.join(packages)} with apt-get …", flush=True)
    _apt_get("update", "-qq")
    _apt_get("install", "-qq", "--yes", "--no-install-recommends", *packages)
    still_missing = [tool for tool in missing if not _is_there(tool)]
    if still_missing:
        raise ClusterError(f"after apt-get install of {' '.join(packages)}, {', '.join(still_missing)} can't be found on PATH")


def _is_there(tool: str) -> bool:
    return any((folder / tool).exists() for folder in CNI_PLUGINS) or shutil.which(tool) is not None


def _apt_get(*arguments: str) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    result = subprocess.run(["apt-get", *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if result.returncode != 0:
        raise ClusterError(f"apt-get {arguments[0]} failed:\n{result.stderr[-2000:]}")
