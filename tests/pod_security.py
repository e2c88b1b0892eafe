"""What a tenant sets in a pod, and from which level of the Pod Security Standards on it is refused.

Rendered in the unit tests, and compared on a real API server with what that one's own Pod Security answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

BASELINE, RESTRICTED, NEVER = "Baseline", "Restricted", "Unrestricted"


@dataclass(frozen=True, kw_only=True)
class Case:
    """`fields` of an execution are refused from `level` on, about `path`. `ours`: the standard doesn't, or not always."""

    what: str
    fields: dict[str, Any]
    level: str
    path: str = ""
    ours: bool = False


def _case(what: str, level: str, path: str = "", /, *, ours: bool = False, **fields: Any) -> Case:
    return Case(what=what, fields=fields, level=level, path=path, ours=ours)


def _pod(what: str, level: str, path: str = "", /, *, ours: bool = False, **spec: Any) -> Case:
    return _case(what, level, f"spec.{path}", ours=ours, podTemplate={"spec": spec})


def _container(what: str, level: str, path: str = "", /, *, ours: bool = False, **security: Any) -> Case:
    return _case(what, level, f"spec.containers[task].securityContext.{path}", ours=ours, containerSecurityContext=security)


def _in_container(what: str, level: str, path: str, /, **fields: Any) -> Case:
    return _pod(what, level, f"containers[task].{path}", containers=[{"name": "task", **fields}])


def _volume(kind: str, level: str, path: str = "", /, **source: Any) -> Case:
    return _case(f"a volume of the kind {kind}", level, f"spec.volumes[x]{path}", volumes=[{"name": "x", kind: source}])


_SECURE = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
_HOST = {"host": "10.0.0.1", "port": 80}

CASES = (
    _case("the node's network", BASELINE, "spec.hostNetwork", hostNetwork=True),
    _pod("the node's network by the pod's template", BASELINE, "hostNetwork", hostNetwork=True),
    _pod("the node's processes", BASELINE, "hostPID", hostPID=True),
    _pod("the node's IPC", BASELINE, "hostIPC", hostIPC=True),
    _pod("no network of the node", NEVER, hostNetwork=False, hostPID=False),
    _volume("hostPath", BASELINE, ".hostPath", path="/"),
    _volume("nfs", RESTRICTED, server="10.0.0.1", path="/"),
    _volume("iscsi", RESTRICTED, targetPortal="10.0.0.1", iqn="iqn.2001-04.com.example:disk", lun=0),
    _volume("emptyDir", NEVER),
    _volume("persistentVolumeClaim", NEVER, claimName="mine"),
    _volume("projected", NEVER, sources=[{"serviceAccountToken": {"path": "token"}}]),
    _in_container("a port of the node", BASELINE, "ports[80/TCP].hostPort", ports=[{"containerPort": 80, "hostPort": 80}]),
    _container("privilege", BASELINE, "privileged", privileged=True, allowPrivilegeEscalation=None),
    _container("a capability of the system's", BASELINE, "capabilities.add[0]", capabilities={"drop": ["ALL"], "add": ["SYS_ADMIN"]}),
    _container("all capabilities", BASELINE, "capabilities.add[1]", capabilities={"drop": ["ALL"], "add": ["CHOWN", "ALL"]}),
    _container("a usual capability", RESTRICTED, "capabilities.add[0]", capabilities={"drop": ["ALL"], "add": ["CHOWN"]}),
    _container("a low port", NEVER, capabilities={"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}),
    _container("not to drop all capabilities", RESTRICTED, "capabilities.drop", capabilities={"drop": ["NET_RAW"]}),
    _container("to drop nothing", RESTRICTED, "capabilities.drop", capabilities=None),
    _container("all of /proc", BASELINE, "procMount", ours=True, procMount="Unmasked"),
    _container("to gain privileges", RESTRICTED, "allowPrivilegeEscalation", allowPrivilegeEscalation=True),
    _container("no word about privileges", RESTRICTED, "allowPrivilegeEscalation", allowPrivilegeEscalation=None),
    _container("root", RESTRICTED, "runAsNonRoot", runAsUser=0, runAsNonRoot=False),
    _container("the user 0", RESTRICTED, "runAsUser", runAsUser=0),
    _container("another user", NEVER, runAsUser=1000),
    _case(
        "root for all containers", RESTRICTED, "spec.securityContext.runAsNonRoot", securityContext={"runAsNonRoot": False, "runAsUser": 0}
    ),
    _case("no word about root", RESTRICTED, "spec.containers[task].securityContext.runAsNonRoot", securityContext={"runAsNonRoot": None}),
    _container("no filter of system calls", BASELINE, "seccompProfile.type", seccompProfile={"type": "Unconfined"}),
    _case(
        "none for all containers",
        BASELINE,
        "spec.securityContext.seccompProfile.type",
        securityContext={"seccompProfile": {"type": "Unconfined"}},
    ),
    _case(
        "no word about the filter",
        RESTRICTED,
        "spec.containers[task].securityContext.seccompProfile",
        securityContext={"seccompProfile": None},
    ),
    _container("a filter of the node's", NEVER, seccompProfile={"type": "Localhost", "localhostProfile": "x.json"}),
    _container("no AppArmor", BASELINE, "appArmorProfile.type", appArmorProfile={"type": "Unconfined"}),
    _case(
        "no AppArmor, as it was once written",
        BASELINE,
        "metadata.annotations.container.apparmor.security.beta.kubernetes.io/task",
        annotations={"container.apparmor.security.beta.kubernetes.io/task": "unconfined"},
    ),
    _container("another type of SELinux", BASELINE, "seLinuxOptions.type", seLinuxOptions={"type": "spc_t"}),
    _container("another user of SELinux", BASELINE, "seLinuxOptions.user", seLinuxOptions={"user": "system_u"}),
    _container("a level of SELinux", NEVER, seLinuxOptions={"level": "s0:c1,c2"}),
    _case(
        "a setting of the kernel",
        BASELINE,
        "spec.securityContext.sysctls[0].name",
        securityContext={"sysctls": [{"name": "kernel.msgmax", "value": "1"}]},
    ),
    _case("a harmless one", NEVER, securityContext={"sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]}),
    _in_container("a request to another address by a probe", BASELINE, "livenessProbe.httpGet.host", livenessProbe={"httpGet": _HOST}),
    _in_container("a connection by a probe", BASELINE, "readinessProbe.tcpSocket.host", readinessProbe={"tcpSocket": _HOST}),
    _in_container("a request at the end", BASELINE, "lifecycle.preStop.httpGet.host", lifecycle={"preStop": {"httpGet": _HOST}}),
    _pod(
        "privilege beside the task",
        BASELINE,
        "containers[side].securityContext.privileged",
        containers=[{"name": "side", "image": "x:1", "securityContext": {"privileged": True, "allowPrivilegeEscalation": None}}],
    ),
    _pod(
        "privilege before the task",
        BASELINE,
        "initContainers[before].securityContext.privileged",
        initContainers=[{"name": "before", "image": "x:1", "securityContext": {"privileged": True, "allowPrivilegeEscalation": None}}],
    ),
    _pod("a container like the others", NEVER, containers=[{"name": "side", "image": "x:1", "securityContext": _SECURE}]),
    _pod("a node", BASELINE, "nodeName", ours=True, nodeName="control-plane"),
    _case("the system's priority", BASELINE, "spec.priorityClassName", ours=True, priorityClassName="system-node-critical"),
)
