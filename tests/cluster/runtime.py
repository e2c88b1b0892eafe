"""The node's container runtime: containerd as built from its module, or the system's package, which knows no image volumes.

The package (1.6 in Debian 12) is what many clusters still run, so it proves what Glider does without image volumes:
`python -m tests.cluster up --runtime debian`. Which of them a node was brought up with is kept in a file beside its owner's.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from tests.cluster import tools
from tests.cluster.control_plane import write_config
from tests.cluster.errors import ClusterError
from tests.cluster.layout import POD_CIDR, RUN_DIR, VAR_DIR, Layout
from tests.cluster.processes import Program

CNI_PLUGINS = (Path("/usr/lib/cni"), Path("/opt/cni/bin"), Path("/usr/libexec/cni"))
SOCKET = RUN_DIR / "containerd.sock"
PAUSE_IMAGE = "localhost/glider-pause:dev"
RUNTIME_FILE = VAR_DIR / "runtime"

#: Folders of our own, where clearing up finds them and takes no other's; no NRI, whose socket is the machine's.
_SERVICES = f"""
root = "{VAR_DIR}/containerd"
state = "{RUN_DIR}/containerd"
disabled_plugins = [
  "io.containerd.internal.v1.opt", "io.containerd.nri.v1.nri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
]
[grpc]
  address = "{SOCKET}"
[ttrpc]
  address = "{SOCKET}.ttrpc"
"""
_PACKAGED_CONFIG = f"""
version = 2
{_SERVICES}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE_IMAGE}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "@cni_plugins@"
    conf_dir = "@config@/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
      Root = "{RUN_DIR}/runc"
"""
_BUILT_CONFIG = f"""
version = 3
{_SERVICES}
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "{PAUSE_IMAGE}"
[plugins."io.containerd.cri.v1.runtime"]
  disable_apparmor = true
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = ["@cni_plugins@"]
    conf_dir = "@config@/cni"
  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    runtime_path = "@bin@/containerd-shim-runc-v2"  # else a packaged one on PATH would be taken
    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
      SystemdCgroup = false
      Root = "{RUN_DIR}/runc"
"""


class Runtime(StrEnum):
    """Where containerd is from."""

    BUILT = "built"
    DEBIAN = "debian"


def chosen() -> Runtime:
    """What the machine's node was brought up with."""
    return Runtime(RUNTIME_FILE.read_text())


def choose(runtime: Runtime | None) -> Runtime:
    """Bring a node up with `runtime`; by default with what it has, or with what is built."""
    former = chosen() if RUNTIME_FILE.exists() else None
    if former is not None and runtime not in (former, None):
        raise ClusterError(f"the node runs with containerd as {former}, not {runtime}; take it down first: make cluster-down")
    RUNTIME_FILE.write_text(former or runtime or Runtime.BUILT)
    return chosen()


def program(layout: Layout, binaries: Mapping[str, Path]) -> Program:
    """containerd; it needs no API server, so it starts beside the control plane."""
    plugins = next((folder for folder in CNI_PLUGINS if (folder / "ptp").exists()), None)
    if plugins is None:
        raise ClusterError(f"no CNI plugins in any of {', '.join(map(str, CNI_PLUGINS))}")
    write_config(layout, "cni/10-glider.conflist", _cni_config())
    is_built = chosen() is Runtime.BUILT
    config = layout.config / "containerd.toml"
    text = _BUILT_CONFIG if is_built else _PACKAGED_CONFIG
    for name, folder in {"cni_plugins": plugins, "config": layout.config, "bin": layout.bin}.items():
        text = text.replace(f"@{name}@", str(folder))
    config.write_text(text)
    binary = str(binaries["containerd"]) if is_built else "containerd"
    return Program(name="containerd", argv=[binary, f"--config={config}", "--log-level=warn"], reads=[config])


def is_ready() -> bool:
    return SOCKET.exists() and _ctr("version").returncode == 0


def import_images(archive: Path) -> None:
    """Load the images of a docker-archive into the node, where the kubelet finds them."""
    result = _ctr("images", "import", str(archive))
    if result.returncode != 0:
        raise ClusterError(f"{archive} can't be loaded into the node: {result.stderr.strip()}")


def tag_image(reference: str, another: str) -> None:
    """Give an image that the node has another name as well."""
    result = _ctr("images", "tag", "--force", _full(reference), _full(another))
    if result.returncode != 0:
        raise ClusterError(f"{reference} can't be tagged as {another} on the node: {result.stderr.strip()}")


def _full(reference: str) -> str:
    """As containerd and the kubelet call an image that `reference` names without a registry."""
    return f"docker.io/library/{reference}"


def _ctr(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = "ctr" if chosen() is Runtime.DEBIAN else str(tools.cached("ctr"))
    return subprocess.run([program, f"--address={SOCKET}", "--namespace=k8s.io", *arguments], capture_output=True, text=True)


def _cni_config() -> dict[str, object]:
    """Point to point instead of a bridge: a bridge needs the br_netfilter module for Services between pods of one node."""
    addresses = {"type": "host-local", "dataDir": f"{VAR_DIR}/cni", "ranges": [[{"subnet": POD_CIDR}]], "routes": [{"dst": "0.0.0.0/0"}]}
    return {"cniVersion": "0.4.0", "name": "glider-pods", "plugins": [{"type": "ptp", "mtu": 1500, "ipam": addresses}]}
