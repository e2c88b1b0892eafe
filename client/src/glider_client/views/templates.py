"""One TaskTemplate for people: what it takes and returns, and how it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from glider.wire.interface import format_type
from glider_client.views.describing import ago
from glider_client.views.tables import aligned, one_line
from glider_core.api.task import parse_interface
from glider_core.api.template_names import DESCRIPTION
from glider_core.api.yaml_form import to_yaml

Json = Mapping[str, Any]

_SHOWN_AS_THEY_ARE = ("retries", "timeouts", "resources", "accelerator", "interruptible", "env", "secrets", "code")


def described(template: Json, *, now: datetime) -> Iterator[str]:
    """The lines."""
    metadata, spec = template["metadata"], template["spec"]
    identity = spec.get("id") or {}
    yield f"Template:   {metadata['namespace']}/{metadata['name']}"
    if identity.get("name"):
        yield f"Task:       {identity['name']}, version {identity.get('version')}"
    yield f"Type:       {spec.get('type', 'python-task')}"
    yield f"Created:    {ago(metadata['creationTimestamp'], now)}"
    container = spec.get("container") or {}
    if image := container.get("image"):
        yield f"Image:      {image}"
    if docs := (metadata.get("annotations") or {}).get(DESCRIPTION):
        yield from ("Docs:", *(f"  {line}".rstrip() for line in str(docs).splitlines()))
    yield from _table("Inputs", list(input_rows(spec)))
    yield from _table("Outputs", list(output_rows(spec)))
    settings = {name: spec[name] for name in _SHOWN_AS_THEY_ARE if spec.get(name) is not None}
    if container.get("resources"):
        settings.setdefault("resources", container["resources"])
    if settings:
        yield from ("Settings:", *(f"  {line}" for line in to_yaml(settings).rstrip().splitlines()))
    yield f"Run it:     glider run {metadata['name']}{_options(spec)}"


def input_rows(spec: Json) -> Iterator[list[str]]:
    """Name, type, default and docs of each input."""
    interface = parse_interface(spec.get("interface") or {}, path="spec.interface")
    for name, kind in interface.inputs.items():
        default = (
            _json(interface.defaults[name]) if name in interface.defaults else "optional" if name in interface.optional else "required"
        )
        yield [name, format_type(kind), default, _docs(spec, "inputs", name)]


def output_rows(spec: Json) -> Iterator[list[str]]:
    """Name, type and docs of each output."""
    interface = parse_interface(spec.get("interface") or {}, path="spec.interface")
    for name, kind in interface.outputs.items():
        yield [name, format_type(kind), _docs(spec, "outputs", name)]


def _options(spec: Json) -> str:
    interface = parse_interface(spec.get("interface") or {}, path="spec.interface")
    needed = (name for name in interface.inputs if name not in interface.defaults and name not in interface.optional)
    return "".join(f" --{name} …" for name in needed)


def _docs(spec: Json, side: str, name: str) -> str:
    form = ((spec.get("interface") or {}).get(side) or {}).get(name)
    return one_line(str(form.get("description") or "")) if isinstance(form, Mapping) else ""


def _json(value: Any) -> str:
    import json

    return f"default {one_line(json.dumps(value, ensure_ascii=False), most=60)}"


def _table(title: str, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        yield f"{title}:"
        yield from (f"  {line}" for line in aligned(rows, gap="  "))
