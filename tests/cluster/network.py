"""The network namespace of the cluster with a node, and the veth pair that leads into it.

kube-proxy's rules, the pods' interfaces and all listening ports stay inside, off the machine's own network, and go away with
the namespace. The machine gets a route to the node, to the pods and to the Services, so that tests outside reach all three.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.cluster.errors import ClusterError
from tests.cluster.layout import (
    NAMESPACE,
    NODE_ADDRESS,
    POD_CIDR,
    SERVICE_CIDR,
    VETH_INSIDE_ADDRESS,
    VETH_OUTSIDE,
    VETH_OUTSIDE_ADDRESS,
)

NAMESPACE_FILE = Path("/run/netns") / NAMESPACE
ROUTED = (f"{NODE_ADDRESS}/32", POD_CIDR, SERVICE_CIDR)


def exists() -> bool:
    return NAMESPACE_FILE.exists()


def create() -> None:
    """The namespace with its addresses, unless it is there."""
    if exists():
        return
    for routed in ROUTED:
        if _ip("route", "show", routed).strip():
            raise ClusterError(f"the machine already has a route to {routed}, which the test cluster needs for itself (see `ip route`)")
    inside = ("-n", NAMESPACE)
    _ip("netns", "add", NAMESPACE)
    _ip("link", "add", VETH_OUTSIDE, "type", "veth", "peer", "name", "uplink", "netns", NAMESPACE)
    _ip("addr", "add", f"{VETH_OUTSIDE_ADDRESS}/30", "dev", VETH_OUTSIDE)
    _ip("link", "set", VETH_OUTSIDE, "up")
    _ip(*inside, "addr", "add", f"{VETH_INSIDE_ADDRESS}/30", "dev", "uplink")
    _ip(*inside, "link", "set", "uplink", "up")
    _ip(*inside, "link", "set", "lo", "up")
    _ip(*inside, "addr", "add", f"{NODE_ADDRESS}/32", "dev", "lo")
    _ip(*inside, "route", "add", "default", "via", VETH_OUTSIDE_ADDRESS)
    for routed in ROUTED:
        _ip("route", "add", routed, "via", VETH_INSIDE_ADDRESS)
    _run("nsenter", f"--net={NAMESPACE_FILE}", "--", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")


def remove() -> None:
    """The veth pair takes the machine's routes with it; the namespace takes everything inside with it."""
    if VETH_OUTSIDE in _ip("-brief", "link", "show"):
        _ip("link", "delete", VETH_OUTSIDE)
    if exists():
        _ip("netns", "delete", NAMESPACE)


def _ip(*arguments: str) -> str:
    return _run("ip", *arguments)


def _run(*command: str) -> str:
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise ClusterError(f"`{' '.join(command)}` failed: {result.stderr.strip()}")
    return result.stdout
