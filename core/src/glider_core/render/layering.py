"""The pod that the layers make together: its containers, and each layer's fields for each of them.

The task and the execution have the list of containers. The layers below them, PodTemplate objects among those, name containers by
their own names or by their roles: `default` (all), `primary` (the task's), `default-init` and `primary-init`, as in Flyte. A
container of a PodTemplate object that the task doesn't have isn't added, which is Flyte's rule too, but there is a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from glider.wire.jsonform import FieldError, nothing
from glider_core.api.remembered import Remembered
from glider_core.render.defaulted import without_defaults
from glider_core.render.merging import Origins, in_order, lay_over
from glider_core.resolve.layers import EVERY, EVERY_INIT, PRIMARY, PRIMARY_INIT, Layer
from glider_core.resolve.resolution import Resolved

Json = Mapping[str, Any]

_MAGIC = frozenset({EVERY, PRIMARY, EVERY_INIT, PRIMARY_INIT})
_KINDS = ("initContainers", "containers")
#: How many kinds of executions there may be at a time before each is drawn anew.
_DRAFTS = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What the layers come to. `origins` gives the layer of each value by its path."""

    metadata: dict[str, Any]
    spec: dict[str, Any]
    origins: Origins
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PodTemplate:
    """A core/v1 PodTemplate object that a task or the configuration refers to."""

    namespace: str
    name: str
    template: Json = field(repr=False)

    @property
    def source(self) -> str:
        """Its name where sources are shown."""
        return f"PodTemplate {self.namespace}/{self.name}"


def draft(task: Resolved, base: PodTemplate | None) -> Draft:
    """All layers of `task` on each other, with those of the object `base` between the defaults and the task's own.

    Raises:
        FieldError: a container that an execution adds has no image, or the pod would be restarted.
    """
    named = [Layer(source=base.source, template=without_defaults(base.template))] if base else []
    below, above = [*task.default_layers, *named], task.own_layers
    origins: Origins = {}
    tree: dict[str, Any] = {}
    for layer in (*below, *above):
        tree = lay_over(tree, _without_containers(layer.template), source=layer.source, origins=origins)
    spec = dict(tree.get("spec") or {})
    if spec.get("restartPolicy") != "Never":
        source = origins.get(("spec", "restartPolicy"), "the pod")
        raise FieldError(f"{source}: spec.restartPolicy", expected="Never, since an attempt is one pod", found=spec.get("restartPolicy"))
    for kind in _KINDS:
        if containers := _containers(kind, below, above, primary=task.primary, origins=origins):
            spec[kind] = containers
    return Draft(metadata=dict(tree.get("metadata") or {}), spec=spec, origins=origins, warnings=tuple(_unused(base, spec)))


class Drafts:
    """Draws what executions that are alike have in common once, for the last kinds of them."""

    def __init__(self) -> None:
        self._drawn: Remembered[Draft] = Remembered(most=_DRAFTS)

    def draw(self, task: Resolved, base: PodTemplate | None) -> Draft:
        """As `draft`; its origins are the caller's own, for what the caller adds."""
        drawn = self._drawn.get(task.default_layers, task.own_layers, base)
        if drawn is None:
            drawn = draft(task, base)
            self._drawn.add(drawn, task.default_layers, task.own_layers, base)
        return replace(drawn, origins=dict(drawn.origins))


def _without_containers(template: Json) -> dict[str, Any]:
    spec = {name: value for name, value in (template.get("spec") or {}).items() if name not in _KINDS}
    metadata = {name: (template.get("metadata") or {}).get(name) or {} for name in ("labels", "annotations")}
    return {"metadata": metadata, "spec": spec}


def _containers(kind: str, below: list[Layer], above: Iterable[Layer], *, primary: str, origins: Origins) -> list[dict[str, Any]]:
    names: list[str] = []
    for layer in above:
        names = in_order(names, [str(one["name"]) for one in _of(layer, kind)])
    containers = []
    for i, name in enumerate(names):
        if kind == "containers":
            aliases = (EVERY, PRIMARY, name) if name == primary else (EVERY, name)
        else:
            aliases = (EVERY_INIT, PRIMARY_INIT, name) if i == 0 else (EVERY_INIT, name)
        container: dict[str, Any] = {"name": name}
        path = ("spec", kind, f"[{name}]")
        for layer, wanted in [*((layer, aliases) for layer in below), *((layer, (name,)) for layer in above)]:
            for alias in dict.fromkeys(wanted):
                for entry in _of(layer, kind):
                    if entry["name"] == alias:
                        fields = {key: value for key, value in entry.items() if key != "name"}
                        container = lay_over(container, fields, source=layer.source, origins=origins, path=path)
        if not container.get("image"):
            raise FieldError(
                f"spec.podTemplate.spec.{kind}[{name}].image", expected="an image for a container that is new", found=nothing()
            )
        containers.append(container)
    return containers


def _of(layer: Layer, kind: str) -> list[Json]:
    return list((layer.template.get("spec") or {}).get(kind) or ())


def _unused(base: PodTemplate | None, spec: Json) -> Iterable[str]:
    if base is None:
        return
    for kind in _KINDS:
        there = {container["name"] for container in spec.get(kind) or ()} | _MAGIC
        for container in (base.template.get("spec") or {}).get(kind) or ():
            if container["name"] not in there:
                yield f'{base.source}: the task has no container "{container["name"]}" in {kind}, so the fields given for it are not used'
