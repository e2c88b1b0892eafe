"""The node's programs beside its container runtime: kubelet and kube-proxy, and the cgroup of its pods.

Settings differ from the defaults where this node shares a machine with other work: own cgroup, own folders, no adjusting of
the machine's memory and connection limits, and no garbage collection of images, since there is no registry to get them back from.
"""

from __future__ import annotations

from pathlib import Path

from tests.cluster import runtime
from tests.cluster.control_plane import API_BURST, API_QPS, write_config
from tests.cluster.layout import CGROUP, NODE_ADDRESS, NODE_NAME, POD_CIDR, VAR_DIR, Layout
from tests.cluster.processes import Program

CGROUP_ROOT = Path("/sys/fs/cgroup")


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


def programs(layout: Layout, binaries: dict[str, Path]) -> list[Program]:
    return [_kubelet(layout, binaries["kubelet"]), _kube_proxy(layout, binaries["kube-proxy"])]


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
            "containerRuntimeEndpoint": f"unix://{runtime.SOCKET}",
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
