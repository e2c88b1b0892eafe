"""What templates and executions may set in a pod: Kubernetes' Pod Security Standards, by the levels of the same names.

Checked by the operator itself, since a namespace without Pod Security takes any pod. Baseline also refuses what isn't in the standard and
has the same effect: a node of one's own choice, and the priority of the system. What the operator's configuration sets is its
administrator's choice, so the origin of each value counts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from glider.wire.jsonform import FieldError, nothing
from glider_core.api.restrictions import BASELINE, RESTRICTED, Restrictions
from glider_core.render.merging import Origins, Path, key_of, origin_of
from glider_core.resolve.layers import CONFIGURATION, GLIDER

Json = Mapping[str, Any]

_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")
_APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
_SYSTEM = "system-"
_DEFAULT_ACCOUNT = "default"
_ACCOUNT_FIELDS = ("serviceAccountName", "serviceAccount")

_CAPABILITIES = (
    *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP"),
    *("SETUID", "SYS_CHROOT"),
)
_SYSCTLS = (
    "kernel.shm_rmid_forced",
    *(f"net.ipv4.{name}" for name in ("ip_local_port_range", "ip_local_reserved_ports", "ip_unprivileged_port_start", "ping_group_range")),
    *(f"net.ipv4.tcp_{name}" for name in ("fin_timeout", "keepalive_intvl", "keepalive_probes", "keepalive_time", "syncookies")),
    *("net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"),
)
_PROFILES = ("RuntimeDefault", "Localhost")
_SELINUX_TYPES = ("container_t", "container_init_t", "container_kvm_t", "container_engine_t")
_VOLUMES = ("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rule:
    """`fits` holds for each value at `path`, in which `*` stands for any entry of a list."""

    path: Path
    fits: Callable[[Any], bool]
    expected: str


def _no(*paths: str, expected: str = "nothing, or false") -> Iterator[_Rule]:
    return (_Rule(path=tuple(path.split(".")), fits=lambda value: not value, expected=expected) for path in paths)


def _one_of(path: str, values: Collection[str], *, or_nothing: bool = False) -> _Rule:
    def fits(value: Any) -> bool:
        return value in values or (or_nothing and not value)

    return _Rule(path=tuple(path.split(".")), fits=fits, expected=f"one of {', '.join(values)}")


def _of_contexts() -> Iterator[_Rule]:
    """The rules of security contexts, those of pods and those of containers."""
    yield from _no(
        "securityContext.windowsOptions.hostProcess", "securityContext.seLinuxOptions.user", "securityContext.seLinuxOptions.role"
    )
    yield _one_of("securityContext.seLinuxOptions.type", _SELINUX_TYPES, or_nothing=True)
    yield _one_of("securityContext.seccompProfile.type", _PROFILES)
    yield _one_of("securityContext.appArmorProfile.type", _PROFILES)


_POD_BASELINE = (
    *_no("hostNetwork", "hostPID", "hostIPC"),
    *_no("nodeName", expected="nothing, since the scheduler finds the node"),
    *_no("volumes.*.hostPath", expected="another kind of volume"),
    _Rule(path=("priorityClassName",), fits=lambda name: not str(name).startswith(_SYSTEM), expected="no class of the system's own"),
    _one_of("securityContext.sysctls.*.name", _SYSCTLS),
    *_of_contexts(),
)
_CONTAINER_BASELINE = (
    *_no("securityContext.privileged"),
    *_no("ports.*.hostPort", expected="nothing"),
    _one_of("securityContext.capabilities.add.*", _CAPABILITIES),
    _one_of("securityContext.procMount", ("Default",), or_nothing=True),
    *_of_contexts(),
    *(
        rule
        for probe in ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop")
        for rule in _no(f"{probe}.httpGet.host", f"{probe}.tcpSocket.host", expected="nothing, which is the pod itself")
    ),
)
_USER = (
    _Rule(path=("securityContext", "runAsNonRoot"), fits=lambda value: value is True, expected="true"),
    _Rule(path=("securityContext", "runAsUser"), fits=lambda value: value != 0, expected="another user than 0"),
)
_POD_RESTRICTED = (
    *_USER,
    _Rule(
        path=("volumes", "*"),
        fits=lambda volume: any(volume.get(kind) is not None for kind in _VOLUMES),
        expected=f"a volume of one of the kinds {', '.join(_VOLUMES)}",
    ),
)
_CONTAINER_RESTRICTED = (*_USER, _one_of("securityContext.capabilities.add.*", ("NET_BIND_SERVICE",)))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Violation:
    """What is found at `path`, relative to the pod, isn't what is expected. An `owed` value isn't there, so it has no origin."""

    path: Path
    expected: str
    found: Any
    owed: bool = False


def check_pod_security(metadata: Json, spec: Json, restrictions: Restrictions, *, origins: Origins, trusted: Iterable[str] = ()) -> None:
    """Refuse what the pod may not have by `restrictions`, unless it is from the configuration, or one of the `trusted` origins.

    Raises:
        FieldError: about the first such value.
    """
    exempt = {GLIDER, CONFIGURATION, *trusted}
    _check_service_account(spec, restrictions.service_accounts, origins=origins, exempt=exempt)
    for violation in _violations(metadata, spec, restrictions.pods):
        origin = origin_of(origins, violation.path)
        if not violation.owed and origin in exempt:
            continue
        expected = f"{violation.expected}, by the configuration's restrictions.pods: {restrictions.pods}"
        source = f"{origin}: " if origin and not violation.owed else ""
        raise FieldError(f"{source}{_text(violation.path)}", expected=expected, found=violation.found)


def _check_service_account(spec: Json, allowed: tuple[str, ...] | None, *, origins: Origins, exempt: Collection[str]) -> None:
    if allowed is None:
        return
    expected = f"one of {', '.join(allowed)}" if allowed else "the one that the configuration sets, if any"
    expected += ", by the configuration's restrictions.serviceAccounts"
    given = [(field, spec[field]) for field in _ACCOUNT_FIELDS if spec.get(field)]
    for field, name in given or [(_ACCOUNT_FIELDS[0], None)]:
        origin = origin_of(origins, ("spec", field)) if name else None
        if origin in exempt or any(fnmatchcase(name or _DEFAULT_ACCOUNT, pattern) for pattern in allowed):
            continue
        source = f"{origin}: " if origin else ""
        raise FieldError(f"{source}spec.{field}", expected=expected, found=name or nothing())


def _violations(metadata: Json, spec: Json, level: str) -> Iterator[_Violation]:
    if level not in (BASELINE, RESTRICTED):
        return
    yield from _broken(_POD_BASELINE, spec, at=("spec",))
    yield from _bad_annotations(metadata.get("annotations") or {})
    containers = [(("spec", kind, f"[{one.get('name')}]"), one) for kind in _CONTAINERS for one in spec.get(kind) or ()]
    for path, container in containers:
        yield from _broken(_CONTAINER_BASELINE, container, at=path)
    if level == RESTRICTED:
        yield from _broken(_POD_RESTRICTED, spec, at=("spec",))
        for path, container in containers:
            yield from _broken(_CONTAINER_RESTRICTED, container, at=path)
            yield from _owed(container.get("securityContext") or {}, spec.get("securityContext") or {}, at=path)


def _broken(rules: Iterable[_Rule], fields: Json, *, at: Path) -> Iterator[_Violation]:
    for rule in rules:
        for path, value in _values(fields, rule.path):
            if not rule.fits(value):
                yield _Violation(path=(*at, *path), expected=rule.expected, found=value)


def _values(value: Any, path: Path, *, name: str = "") -> Iterator[tuple[Path, Any]]:
    """Each value at `path`, by the path on which its origin is kept; none where it isn't set."""
    if value is None:
        return
    if not path:
        yield (), value
    elif path[0] == "*":
        for i, item in enumerate(value if isinstance(value, Sequence) else ()):
            key = f"[{(key_of(name, item) if isinstance(item, Mapping) else '') or i}]"
            yield from (((key, *rest), found) for rest, found in _values(item, path[1:]))
    elif isinstance(value, Mapping):
        field = path[0]
        yield from (((field, *rest), found) for rest, found in _values(value.get(field), path[1:], name=field))


def _bad_annotations(annotations: Json) -> Iterator[_Violation]:
    for name, value in annotations.items():
        if name.startswith(_APP_ARMOR) and value and value != "runtime/default" and not value.startswith("localhost/"):
            yield _Violation(path=("metadata", "annotations", name), expected="runtime/default or localhost/…", found=value)


def _owed(own: Json, pods: Json, *, at: Path) -> Iterator[_Violation]:
    """What a restricted container has to set itself, or has from its pod."""
    here = (*at, "securityContext")
    escalation = own.get("allowPrivilegeEscalation")
    if escalation is not False:
        owed = escalation is None
        yield _Violation(path=(*here, "allowPrivilegeEscalation"), expected="false", found=nothing() if owed else escalation, owed=owed)
    drop = (own.get("capabilities") or {}).get("drop")
    if "ALL" not in (drop or ()):
        yield _Violation(
            path=(*here, "capabilities", "drop"), expected="ALL among them", found=nothing() if drop is None else drop, owed=drop is None
        )
    if own.get("runAsNonRoot") is None and pods.get("runAsNonRoot") is None:
        yield _Violation(path=(*here, "runAsNonRoot"), expected="true, here or in the pod's", found=nothing(), owed=True)
    if own.get("seccompProfile") is None and pods.get("seccompProfile") is None:
        expected = f"a type of {' or '.join(_PROFILES)}, here or in the pod's"
        yield _Violation(path=(*here, "seccompProfile"), expected=expected, found=nothing(), owed=True)


def _text(path: Path) -> str:
    return ".".join(path).replace(".[", "[")
