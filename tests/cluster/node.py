"""The node's programs: containerd, kubelet, kube-proxy.

Settings differ from the defaults where this node shares a machine with other work: own cgroup, own folders, no adjusting of
the machine's memory and connection limits, and no garbage collection of images, since there is no registry to get them back from.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.cluster.control_plane import API_BURST, API_QPS, write_config
from tests.cluster.errors import ClusterError
from tests.cluster.layout import CGROUP, NODE_ADDRESS, NODE_NAME, POD_CIDR, RUN_DIR, VAR_DIR, Layout
from tests.cluster.processes import Program

CGROUP_ROOT = Path("/sys/fs/cgroup")
CNI_PLUGINS = (Path("/usr/lib/cni"), Path("/opt/cni/bin"), Path("/usr/libexec/cni"))
CONTAINERD_SOCKET = RUN_DIR / "containerd.sock"
PAUSE_IMAGE = "localhost/glider-pause:dev"

CONTAINERD_CONFIG = f"""
version = 2
root = "{VAR_DIR}/containerd"
state = "{RUN_DIR}/containerd"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "{CONTAINERD_SOCKET}"
[ttrpc]
  address = "{CONTAINERD_SOCKET}.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE_IMAGE}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true  # in our folder, where clearing up finds them and takes no other's
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "@cni_plugins@"
    conf_dir = "@config@/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
      Root = "{RUN_DIR}/runc"
"""


def prepare() -> None:
    """The cgroup under which the kubelet puts all pods, so that it is known which processes and cgroups are the cluster's."""
    if _is_cgroup_v2():
        available = (CGROUP_ROOT / "cgroup.controllers").read_text().split()
        wanted = [f"+{name}" for name in ("cpuset", "cpu", "io", "memory", "hugetlb", "pids") if name in available]
        (CGROUP_ROOT / "cgroup.subtree_control").write_text(" ".join(wanted))
    for cgroup in cgroups():
        cgroup.mkdir(exist_ok=True)


def cgroups() -> list[Path]:
    """The cluster's outermost cgroups: one with cgroup v2, with v1 one in each controller's tree (of which some are links)."""
    trees = {CGROUP_ROOT} if _is_cgroup_v2() else {tree.resolve() for tree in CGROUP_ROOT.iterdir()}
    return [tree / CGROUP for tree in sorted(trees)]


def _is_cgroup_v2() -> bool:
    return (CGROUP_ROOT / "cgroup.controllers").exists()


def runtime(layout: Layout) -> Program:
    """containerd; it needs no API server, so it starts beside the control plane."""
    plugins = next((folder for folder in CNI_PLUGINS if (folder / "ptp").exists()), None)
    if plugins is None:
        raise ClusterError(f"no CNI plugins in any of {', '.join(map(str, CNI_PLUGINS))}")
    write_config(layout, "cni/10-glider.conflist", _cni_config())
    config = layout.config / "containerd.toml"
    config.write_text(CONTAINERD_CONFIG.replace("@cni_plugins@", str(plugins)).replace("@config@", str(layout.config)))
    return Program(name="containerd", argv=["containerd", f"--config={config}", "--log-level=warn"], reads=[config])


def is_runtime_ready() -> bool:
    return CONTAINERD_SOCKET.exists() and _ctr("version").returncode == 0


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


def programs(layout: Layout, binaries: dict[str, Path]) -> list[Program]:
    return [_kubelet(layout, binaries["kubelet"]), _kube_proxy(layout, binaries["kube-proxy"])]


def _full(reference: str) -> str:
    """As containerd and the kubelet call an image that `reference` names without a registry."""
    return f"docker.io/library/{reference}"


def _ctr(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["ctr", f"--address={CONTAINERD_SOCKET}", "--namespace=k8s.io", *arguments], capture_output=True, text=True)


def _cni_config() -> dict[str, object]:
    """Point to point instead of a bridge: a bridge needs the br_netfilter module for Services between pods of one node."""
    addresses = {"type": "host-local", "dataDir": f"{VAR_DIR}/cni", "ranges": [[{"subnet": POD_CIDR}]], "routes": [{"dst": "0.0.0.0/0"}]}
    return {"cniVersion": "0.4.0", "name": "glider-pods", "plugins": [{"type": "ptp", "mtu": 1500, "ipam": addresses}]}


def _kubelet(layout: Layout, binary: Path) -> Program:
    resolver = layout.config / "resolv.conf"
    resolver.write_text("# No cluster DNS: a lookup is refused at once.\nnameserver 127.0.0.1\n")
    config = write_config(
        layout,
        "kubelet.json",
        {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": NODE_ADDRESS,
            "readOnlyPort": 0,
            "tlsCertFile": f"{layout.pki}/server.crt",
            "tlsPrivateKeyFile": f"{layout.pki}/server.key",
            "authentication": {"anonymous": {"enabled": False}, "x509": {"clientCAFile": f"{layout.pki}/ca.crt"}},
            "authorization": {"mode": "Webhook"},
            "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
            "podLogsDir": f"{VAR_DIR}/pod-logs",
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": f"/{CGROUP}",
            "failCgroupV1": False,
            "failSwapOn": False,
            "oomScoreAdj": 0,
            "resolvConf": str(resolver),
            "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%", "nodefs.inodesFree": "1%"},
            "imageGCHighThresholdPercent": 100,
            "kubeAPIQPS": API_QPS,
            "kubeAPIBurst": API_BURST,
            "eventRecordQPS": 0,
        },
    )
    argv = [
        str(binary),
        f"--config={config}",
        f"--kubeconfig={layout.pki}/kubelet.kubeconfig",
        f"--root-dir={VAR_DIR}/kubelet",
        f"--hostname-override={NODE_NAME}",
        f"--node-ip={NODE_ADDRESS}",
    ]
    return Program(name="kubelet", argv=argv, reads=[config, resolver])


def _kube_proxy(layout: Layout, binary: Path) -> Program:
    keep = {
        "maxPerCore": 0,
        "min": 0,
        "tcpCloseWaitTimeout": "0s",
        "tcpEstablishedTimeout": "0s",
    }  # the machine's connection limits stay as they are
    config = write_config(
        layout,
        "kube-proxy.json",
        {
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            "mode": "iptables",
            "clientConnection": {"kubeconfig": f"{layout.pki}/kube-proxy.kubeconfig"},
            "hostnameOverride": NODE_NAME,
            "clusterCIDR": POD_CIDR,
            "conntrack": keep,
            "healthzBindAddress": "127.0.0.1:10256",
            "metricsBindAddress": "127.0.0.1:10249",
        },
    )
    return Program(name="kube-proxy", argv=[str(binary), f"--config={config}"], reads=[config])
