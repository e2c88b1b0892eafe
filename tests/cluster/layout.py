"""Where everything lies: folders, addresses and ports of the two kinds of cluster.

A cluster with a node is machine-wide: its network namespace, its addresses and its containers exist once per machine. What
the node itself needs (sockets, container state, process records) therefore lies in fixed folders of the machine, so that any
checkout can find it, and so that a long checkout path never meets the 108 bytes of a unix socket's address. A control plane
alone lives on loopback with ports of its own and keeps everything in its checkout.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.errors import ClusterError
from tests.cluster.ports import free_ports

CHECKOUT = Path(__file__).resolve().parents[2]
SOURCES = Path(__file__).resolve().parent

NAMESPACE = "glider"
CGROUP = "glider"
NODE_NAME = "glider-node"
RUN_DIR = Path("/run/glider")
VAR_DIR = Path("/var/lib/glider")
OWNER_FILE = VAR_DIR / "owner"  # not in RUN_DIR, which a restart of the machine may empty

VETH_OUTSIDE = "glider-veth"
VETH_OUTSIDE_ADDRESS = "10.201.0.1"
VETH_INSIDE_ADDRESS = "10.201.0.2"
NODE_ADDRESS = "10.200.0.1"
POD_CIDR = "10.202.0.0/24"
SERVICE_CIDR = "10.203.0.0/24"
KUBERNETES_SERVICE_ADDRESS = "10.203.0.1"

BUCKET = "glider"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ports:
    """The ports of the programs that both kinds of cluster have."""

    api: int = 6443
    etcd: int = 2379
    etcd_peer: int = 2380
    s3: int = 7070
    statsd: int = 8125


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """Folders and addresses of one cluster; `has_node` tells which kind it is."""

    has_node: bool
    ports: Ports
    state: Path = CHECKOUT / ".cluster"

    @property
    def address(self) -> str:
        """The address at which API server, S3 and statsd are reached, from the machine and from pods alike."""
        return NODE_ADDRESS if self.has_node else "127.0.0.1"

    @property
    def records(self) -> Path:
        """Process records: machine-wide with a node, so that they outlive the checkout's folder."""
        return VAR_DIR / "processes" if self.has_node else self.state / "processes"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def config(self) -> Path:
        return self.state / "config"

    @property
    def pki(self) -> Path:
        return self.state / "pki"

    @property
    def bin(self) -> Path:
        return self.state / "bin"

    @property
    def kubeconfig(self) -> Path:
        return self.state / "kubeconfig"

    @property
    def env_file(self) -> Path:
        return self.state / "env"

    @property
    def audit_log(self) -> Path:
        return self.logs / "audit.json"

    @property
    def statsd_log(self) -> Path:
        return self.logs / "statsd-datagrams.log"

    @property
    def s3_data(self) -> Path:
        return self.state / "s3"

    @property
    def api_url(self) -> str:
        return f"https://{self.address}:{self.ports.api}"

    @property
    def s3_endpoint(self) -> str:
        return f"http://{self.address}:{self.ports.s3}"


def with_node() -> Layout:
    """The layout of the machine's one cluster with a node; its ports are fixed, since its namespace is its own."""
    return Layout(has_node=True, ports=Ports())


def control_plane_only() -> Layout:
    """The layout of this checkout's control plane on loopback; its ports are chosen once, then kept in its state folder."""
    chosen = CHECKOUT / ".cluster" / "ports.json"
    if not chosen.exists():
        names = list(Ports.__dataclass_fields__)
        chosen.parent.mkdir(parents=True, exist_ok=True)
        chosen.write_text(json.dumps(dict(zip(names, free_ports(len(names)), strict=True))))
    return Layout(has_node=False, ports=Ports(**json.loads(chosen.read_text())))


def existing() -> Layout | None:
    """The layout of this checkout's cluster, running or killed, or None when it has none."""
    if machine_owner() == CHECKOUT:
        return with_node()
    return control_plane_only() if (CHECKOUT / ".cluster" / "ports.json").exists() else None


def machine_owner() -> Path | None:
    """The checkout that the machine's cluster with a node belongs to, or None when there is no such cluster."""
    try:
        return Path(OWNER_FILE.read_text().strip())
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise ClusterError(f"{OWNER_FILE} can't be read: {error}") from error


def cache_dir() -> Path:
    """The user's cache folder: programs, images and wheels stay here from one cluster to the next."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "glider"
    root.mkdir(parents=True, exist_ok=True)
    return root
