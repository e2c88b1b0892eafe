"""The control plane's programs: etcd, API server, controller manager, scheduler.

Their settings are Kubernetes' own defaults except where a comment says why not. All of them talk TLS with client certificates,
etcd too: on loopback anybody who has an account on the machine could reach them otherwise.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cluster.layout import KUBERNETES_SERVICE_ADDRESS, NODE_NAME, SERVICE_CIDR, Layout
from tests.cluster.processes import Program

# The audit log counts API calls in tests; health checks and the answers' start are only noise there.
AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "None", "nonResourceURLs": ["/readyz*", "/livez*", "/healthz*", "/version", "/openapi*"]},
        {"level": "Metadata"},
    ],
}

# Load tests create thousands of objects; the default of 20 queries per second would be what they measure.
API_QPS = 200
API_BURST = 400


def server_addresses(layout: Layout) -> list[str]:
    """Every name under which a server of this cluster is addressed: the API server, etcd and the kubelet share a certificate."""
    service = "kubernetes.default.svc"
    return [
        "127.0.0.1",
        layout.address,
        KUBERNETES_SERVICE_ADDRESS,
        "localhost",
        "kubernetes",
        service,
        f"{service}.cluster.local",
        NODE_NAME,
    ]


def programs(layout: Layout, binaries: dict[str, Path]) -> list[Program]:
    """In the order in which they need each other."""
    return [
        _etcd(layout, binaries["etcd"]),
        _api_server(layout, binaries["kube-apiserver"]),
        _controller_manager(layout, binaries["kube-controller-manager"]),
        _scheduler(layout, binaries["kube-scheduler"]),
    ]


def write_config(layout: Layout, name: str, document: dict[str, Any]) -> Path:
    """A configuration file; JSON is YAML. Written only when changed: kube-proxy ends itself when its file is written."""
    path = layout.config / name
    text = json.dumps(document, indent=2) + "\n"
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return path


def _etcd(layout: Layout, binary: Path) -> Program:
    client, peer = f"https://127.0.0.1:{layout.ports.etcd}", f"https://127.0.0.1:{layout.ports.etcd_peer}"
    certificate = (f"cert-file={layout.pki}/server.crt", f"key-file={layout.pki}/server.key", f"trusted-ca-file={layout.pki}/ca.crt")
    return Program(
        name="etcd",
        argv=[
            str(binary),
            "--name=glider",
            f"--data-dir={layout.state}/etcd",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=glider={peer}",
            *(f"--{option}" for option in certificate),
            "--client-cert-auth",
            *(f"--peer-{option}" for option in certificate),
            "--peer-client-cert-auth",
            "--unsafe-no-fsync",  # a test cluster's data needs not survive a power cut, and each write would wait for the disk
            "--log-level=warn",
        ],
    )


def _api_server(layout: Layout, binary: Path) -> Program:
    pki = layout.pki
    policy = write_config(layout, "audit-policy.json", AUDIT_POLICY)
    # A loopback address can't be an endpoint of the kubernetes Service; without pods nobody uses that Service.
    endpoint = [] if layout.has_node else ["--endpoint-reconciler-type=none"]
    return Program(
        name="kube-apiserver",
        argv=[
            str(binary),
            f"--bind-address={layout.address}",
            f"--advertise-address={layout.address}",
            f"--secure-port={layout.ports.api}",
            f"--etcd-servers=https://127.0.0.1:{layout.ports.etcd}",
            f"--etcd-cafile={pki}/ca.crt",
            f"--etcd-certfile={pki}/apiserver-etcd.crt",
            f"--etcd-keyfile={pki}/apiserver-etcd.key",
            f"--tls-cert-file={pki}/server.crt",
            f"--tls-private-key-file={pki}/server.key",
            f"--client-ca-file={pki}/ca.crt",
            f"--kubelet-client-certificate={pki}/apiserver-kubelet.crt",
            f"--kubelet-client-key={pki}/apiserver-kubelet.key",
            f"--kubelet-certificate-authority={pki}/ca.crt",
            "--kubelet-preferred-address-types=InternalIP",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={pki}/service-accounts.key",
            f"--service-account-signing-key-file={pki}/service-accounts.key",
            f"--service-cluster-ip-range={SERVICE_CIDR}",
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            "--allow-privileged=true",
            f"--audit-policy-file={policy}",
            f"--audit-log-path={layout.audit_log}",
            "--audit-log-maxsize=2000",  # MB: a log that rotates in the middle of a test would lose what it counts
            *endpoint,
        ],
        reads=[policy],
    )


def _controller_manager(layout: Layout, binary: Path) -> Program:
    return Program(
        name="kube-controller-manager",
        argv=[
            str(binary),
            f"--kubeconfig={layout.pki}/kube-controller-manager.kubeconfig",
            f"--service-account-private-key-file={layout.pki}/service-accounts.key",
            f"--root-ca-file={layout.pki}/ca.crt",
            "--use-service-account-credentials=true",
            f"--kube-api-qps={API_QPS}",
            f"--kube-api-burst={API_BURST}",
            "--leader-elect=false",  # there is one; electing it would cost two seconds
            "--secure-port=0",
        ],
    )


def _scheduler(layout: Layout, binary: Path) -> Program:
    kubeconfig = f"{layout.pki}/kube-scheduler.kubeconfig"
    config = write_config(
        layout,
        "kube-scheduler.json",
        {
            "apiVersion": "kubescheduler.config.k8s.io/v1",
            "kind": "KubeSchedulerConfiguration",
            "clientConnection": {"kubeconfig": kubeconfig, "qps": API_QPS, "burst": API_BURST},
            "leaderElection": {"leaderElect": False},
        },
    )
    return Program(name="kube-scheduler", argv=[str(binary), f"--config={config}", "--secure-port=0"], reads=[config])
