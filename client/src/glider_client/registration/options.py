"""What `glider.task(…)` of a plain function may set, in the words of a TaskTemplate.

The options are flytekit's, so that moving a task is a change of import. Their values are flytekit's objects where the user has
flytekit (`Resources`, `Secret`, `PodTemplate`, …), or plain dicts with the same fields.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Any

from glider.wire.durations import format_duration
from glider_client.conversion.specs import CACHE
from glider_client.registration.errors import RegistrationError

Json = dict[str, Any]

_MARK = "__glider_task__"
_AMOUNTS = {"cpu": "cpu", "mem": "memory", "gpu": "gpu", "ephemeral_storage": "ephemeral-storage"}
_MOUNTS = {0: None, 1: "Env", 2: "File", "ANY": None, "ENV_VAR": "Env", "FILE": "File"}
#: What concerns flytekit alone, or is read by the executor in the pod.
_WITHOUT_EFFECT = frozenset({"enable_deck", "disable_deck", "deck_fields", "docs", "pickle_untyped", "node_dependency_hints"})
_CACHING = frozenset({"cache", "cache_version", "cache_serialize", "cache_ignore_input_vars"})
_RESOURCES = frozenset({"resources", "requests", "limits"})
_POD = frozenset({"pod_template", "container_image", "environment"})


def options_of(function: object) -> Mapping[str, Any] | None:
    """What `glider.task` has left at a function; None where nothing declares it a task."""
    found = getattr(function, _MARK, None)
    return found if isinstance(found, Mapping) else None


def settings_of(options: Mapping[str, Any]) -> Json:
    """The fields of a TaskTemplate's spec that `options` set; those of the container are `containers_of`'s.

    Raises:
        RegistrationError: there is no such option, or its value is of no use.
    """
    spec: Json = {}
    for name, value in options.items():
        if name in _WITHOUT_EFFECT | _CACHING | _RESOURCES | _POD or value is None:
            continue
        if (write := _FIELDS.get(name)) is None:
            raise RegistrationError(f"task({name}=…): {_unknown(name)}")
        spec |= write(value)
    return spec


def containers_of(options: Mapping[str, Any], *, args: list[str]) -> Json:
    """The fields that describe the pod: `container`, or `podTemplate` and `primaryContainerName`.

    Raises:
        RegistrationError: an option's value is of no use.
    """
    container: Json = {"args": args}
    if image := image_of(options.get("container_image")):
        container = {"image": image, **container}
    if environment := options.get("environment"):
        container["env"] = [{"name": str(name), "value": str(value)} for name, value in environment.items()]
    if resources := _resources(options):
        container["resources"] = resources
    template = options.get("pod_template")
    return {"container": container} if template is None else _in_pod_template(template, container)


def annotations_of(options: Mapping[str, Any]) -> dict[str, str]:
    """What is kept of the cache's settings."""
    cache = options.get("cache")
    if not cache:
        return {}
    version = getattr(cache, "version", None) or options.get("cache_version") or ""
    ignored = getattr(cache, "_ignored_inputs", None) or getattr(cache, "ignored_inputs", None) or options.get("cache_ignore_input_vars")
    ignored = [ignored] if isinstance(ignored, str) else list(ignored or ())
    serializable = bool(getattr(cache, "serialize", False) or options.get("cache_serialize"))
    kept = {"version": version} | ({"serialize": True} if serializable else {}) | ({"ignoreInputs": ignored} if ignored else {})
    return {CACHE: json.dumps(kept)}


def image_of(image: Any) -> str:
    """The image's name, of flytekit's ImageSpec the one under which flytekit pushes it; empty where there is none."""
    return "" if image is None else image if isinstance(image, str) else str(image.image_name())


def _timeouts(value: Any) -> Json:
    duration = value if isinstance(value, timedelta) else timedelta(seconds=value)
    return {"timeouts": {"attempt": format_duration(duration)}} if duration else {}


def _secrets(value: Any) -> Json:
    return {"secrets": [_secret(secret) for secret in value]} if value else {}


def _secret(secret: Any) -> Json:
    mount = _member(secret, "mount_requirement")
    mount = getattr(mount, "name", None) or getattr(mount, "value", mount) or 0
    found = {
        "group": _member(secret, "group"),
        "key": _member(secret, "key"),
        "groupVersion": _member(secret, "group_version"),
        "mount": _MOUNTS.get(mount),
        "envVar": _member(secret, "env_var"),
    }
    return {name: text for name, text in found.items() if text}


def _accelerator(value: Any) -> Json:
    if isinstance(value, str):
        return {"accelerator": {"device": value}}
    if isinstance(value, Mapping):
        return {"accelerator": dict(value)}
    message = value.to_flyte_idl()
    found: Json = {"device": message.device} if message.device else {}
    if message.partition_size:
        found["partitionSize"] = message.partition_size
    elif message.unpartitioned:
        found["unpartitioned"] = True
    return {"accelerator": found}


def _shared_memory(value: Any) -> Json:
    return {} if value is False else {"sharedMemory": {} if value is True else {"sizeLimit": str(value)}}


#: Options that are fields of the spec.
_FIELDS: Mapping[str, Callable[[Any], Json]] = {
    "retries": lambda value: {"retries": {"user": int(value)}} if value else {},
    "timeout": _timeouts,
    "interruptible": lambda value: {"interruptible": bool(value)},
    "secret_requests": _secrets,
    "pod_template_name": lambda value: {"podTemplateRef": {"name": str(value)}},
    "accelerator": _accelerator,
    "shared_memory": _shared_memory,
    "labels": lambda value: {"labels": dict(value)} if value else {},
    "annotations": lambda value: {"annotations": dict(value)} if value else {},
}
_KNOWN = frozenset(_FIELDS) | _WITHOUT_EFFECT | _CACHING | _RESOURCES | _POD


def _unknown(name: str) -> str:
    near = get_close_matches(name, _KNOWN, n=1)
    meant = f", did you mean {near[0]}?" if near else ""
    return f"expected an option that a plain function can have ({', '.join(sorted(_KNOWN))}), found {name}{meant}"


def _resources(options: Mapping[str, Any]) -> Json:
    both = options.get("resources")
    amounts = {"requests": _amounts(options.get("requests")), "limits": _amounts(options.get("limits"))}
    if both is not None:
        if amounts["requests"] or amounts["limits"]:
            raise RegistrationError("task(resources=…): expected resources alone, found it beside requests or limits")
        amounts = {"requests": _amounts(both, place=0), "limits": _amounts(both, place=1)}
    return {kind: found for kind, found in amounts.items() if found}


def _amounts(resources: Any, *, place: int | None = None) -> dict[str, str]:
    """Of requests or limits. In `resources` a pair is both; a single amount is requested."""
    found = {}
    for option, name in _AMOUNTS.items():
        amount = _member(resources, option)
        if place is not None:
            pair = amount if isinstance(amount, list | tuple) else (amount, None)
            amount = pair[place]
        if amount is not None:
            found[name] = str(amount)
    return found


def _in_pod_template(template: Any, container: Json) -> Json:
    """The template with the task's own container in it, which is the primary one."""
    primary = _member(template, "primary_container_name") or "primary"
    spec = dict(_plain(_member(template, "pod_spec") or {}))
    containers = [dict(other) for other in spec.get("containers") or ()]
    own = next((other for other in containers if other.get("name") == primary), None)
    if own is None:
        own = {"name": primary}
        containers.append(own)
    environment = [*container.get("env", ()), *(own.get("env") or ())]
    own |= {**container, "image": own.get("image") or container.get("image")} | ({"env": environment} if environment else {})
    if own["image"] is None:
        del own["image"]
    metadata = {kind: dict(found) for kind in ("labels", "annotations") if (found := _member(template, kind))}
    pod = {"spec": {**spec, "containers": containers}} | ({"metadata": metadata} if metadata else {})
    return {"podTemplate": pod} | ({"primaryContainerName": primary} if primary != "primary" else {})


def _plain(pod_spec: Any) -> Any:
    """A core/v1 PodSpec as JSON, also where it is an object of the kubernetes package."""
    if isinstance(pod_spec, Mapping):
        return pod_spec
    from kubernetes.client import ApiClient  # the user's module has imported it, too

    return ApiClient().sanitize_for_serialization(pod_spec)  # type: ignore[no-untyped-call]


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
