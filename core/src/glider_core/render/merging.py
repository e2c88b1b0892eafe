"""Puts the layers of a pod on each other: objects field by field, and lists as Kubernetes' own strategic merge does.

Lists whose entries have a name are merged by it, lists of alternatives (tolerations, …) add up, and any other list, such as a
command line, is replaced as a whole. A null removes a weaker layer's value. Each value's source is kept, for
`glider render --explain`.

Order has a meaning in several lists: a variable may refer to earlier ones by `$(NAME)`, init containers run one after the other,
and of two sources in `envFrom` the later wins. So the stronger layer's order is kept (see `in_order`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Path = tuple[str, ...]
Origins = dict[Path, str]

#: The field, or fields, that identify an entry of a list.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "env": ("name",),
    "ports": ("containerPort", "protocol"),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "imagePullSecrets": ("name",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "resourceClaims": ("name",),
    "schedulingGates": ("name",),
}
#: Entries that are merged themselves; in other lists a stronger entry replaces a weaker one.
_MERGED_ENTRIES = frozenset({"containers", "initContainers"})
_ADDED_UP = frozenset({"tolerations", "envFrom"})
#: Lists in which the last entry wins, so that the stronger layer's entry comes last, also where a weaker one has it too.
_LAST_WINS = frozenset({"envFrom"})
#: What the API server takes for a field of the key that isn't given.
_KEY_DEFAULTS: Mapping[str, str] = {"protocol": "TCP"}
#: Objects of which only one kind of field may be given, so that fields of two layers don't go together.
_REPLACED = frozenset({"livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "seccompProfile", "appArmorProfile"})


def lay_over(base: Mapping[str, Any], over: Mapping[str, Any], *, source: str, origins: Origins, path: Path = ()) -> dict[str, Any]:
    """`base` with `over`, which is from `source`, on top; both stay as they are, `origins` is kept up to date."""
    result = dict(base)
    for name, value in over.items():
        here = (*path, name)
        before = result.get(name)
        if value is None:
            result.pop(name, None)
            _forget(origins, here)
        elif isinstance(value, Mapping) and name not in _REPLACED:
            result[name] = lay_over(before if isinstance(before, Mapping) else {}, value, source=source, origins=origins, path=here)
        elif isinstance(value, Sequence) and name in _KEYS:
            result[name] = _entries(name, before or [], value, source=source, origins=origins, path=here)
        elif isinstance(value, Sequence) and name in _ADDED_UP:
            result[name] = _added_up(name, before or [], value, source=source, origins=origins, path=here)
        else:
            if name in result:
                _forget(origins, here)
            result[name] = value
            origins[here] = source
    return result


def _entries(
    name: str, base: Sequence[Mapping[str, Any]], over: Sequence[Mapping[str, Any]], *, source: str, origins: Origins, path: Path
) -> list[Mapping[str, Any]]:
    result = {key_of(name, entry): entry for entry in base}
    for entry in over:
        key = key_of(name, entry)
        here = (*path, f"[{key}]")
        if name in _MERGED_ENTRIES:
            result[key] = lay_over(result.get(key, {}), entry, source=source, origins=origins, path=here)
        else:
            if key in result:
                _forget(origins, here)
            result[key] = entry
            origins[here] = source
    order = in_order([key_of(name, entry) for entry in base], [key_of(name, entry) for entry in over])
    return [result[key] for key in order]


def in_order(base: Sequence[str], over: Sequence[str]) -> list[str]:
    """The keys of two lists that are merged, each once, in the order of `over`.

    Those that only `base` has come as early as they can, since `over` may refer to them, but after what they follow in `base`, since
    they may refer to that.
    """
    stronger = list(dict.fromkeys(over))
    left = [key for key in dict.fromkeys(base) if key not in stronger]
    follows = {key: {before for before in base[: base.index(key)] if before in stronger} for key in left}
    result: list[str] = []
    for key in (None, *stronger):
        result += [key] if key is not None else []
        ready = [key for key in left if follows[key] <= set(result)]
        result += ready
        left = [key for key in left if key not in ready]
    return result


def _added_up(name: str, base: Sequence[Any], over: Sequence[Any], *, source: str, origins: Origins, path: Path) -> list[Any]:
    sources = [origins.get((*path, f"[{i}]")) for i in range(len(base))]
    entries = list(zip(base, sources, strict=True))
    for entry in over:
        if name in _LAST_WINS:
            entries = [(known, origin) for known, origin in entries if known != entry]
        if entry not in [known for known, _ in entries]:
            entries.append((entry, source))
    _forget(origins, path)
    origins |= {(*path, f"[{i}]"): origin for i, (_, origin) in enumerate(entries) if origin is not None}
    return [entry for entry, _ in entries]


def key_of(name: str, entry: Mapping[str, Any]) -> str:
    """The key of `entry` in the list `name`; nothing where it is no such list."""
    return "/".join(_key_part(entry, field) for field in _KEYS.get(name, ()))


def origin_of(origins: Origins, path: Path) -> str | None:
    """The source of the value at `path`, or of the list or object that it is in."""
    return next((origins[path[:end]] for end in range(len(path), 0, -1) if path[:end] in origins), None)


def _key_part(entry: Mapping[str, Any], field: str) -> str:
    value = str(entry.get(field) or _KEY_DEFAULTS.get(field, ""))
    return (value.rstrip("/") or "/") if field == "mountPath" else value


def _forget(origins: Origins, path: Path) -> None:
    for known in [known for known in origins if known[: len(path)] == path]:
        del origins[known]
