"""The TaskTemplate of a task that was found: its document, its version, and its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from glider.wire.contract import ENV_RUNTIME_PACKAGES
from glider.wire.jsonform import FieldError
from glider_client.registration.errors import RegistrationError
from glider_client.registration.flytekit_tasks import DEFAULT_IMAGE
from glider_client.registration.found import FoundTask
from glider_core.api.labels import API_VERSION, TEMPLATE_KIND
from glider_core.api.task import parse_task
from glider_core.api.template_names import DESCRIPTION, LONGEST_DESCRIPTION, content_version, template_labels, template_name

Json = Mapping[str, Any]

_DOMAIN = "development"


def template_of(
    found: FoundTask,
    *,
    namespace: str,
    version: str | None = None,
    image: str | None = None,
    code: Json | None = None,
    packages: Sequence[str] = (),
) -> dict[str, Any]:
    """The TaskTemplate, as it is applied.

    Args:
        found: the task.
        namespace: where it goes.
        version: its version in Flyte's terms; by default the hash of all that it is.
        image: the image of a task that names none.
        code: `spec.code`.
        packages: what is to be installed before the task's module is imported, as arguments for pip without spaces.

    Raises:
        RegistrationError: Glider can't run it, there is no image for it, or a setting makes no sense.
    """
    found.check()
    spec = _with_image(found, image=image, packages=(*found.packages, *packages), needed=code is None)
    if code is not None:
        spec = {**spec, "code": dict(code)}
    version = version or content_version(spec)
    identity = {"project": namespace, "domain": _DOMAIN, "name": found.full_name, "version": version}
    annotations = {**found.annotations} | ({DESCRIPTION: found.docs[:LONGEST_DESCRIPTION]} if found.docs else {})
    return {
        "apiVersion": API_VERSION,
        "kind": TEMPLATE_KIND,
        "metadata": {
            "name": template_name(task=found.full_name, version=version),
            "namespace": namespace,
            "labels": dict(template_labels(task=found.full_name, version=version)),
            **({"annotations": annotations} if annotations else {}),
        },
        "spec": _checked(found, {"id": identity, **spec}),
    }


def _checked(found: FoundTask, spec: dict[str, Any]) -> dict[str, Any]:
    """What the operator refuses at the first execution is refused here."""
    try:
        parse_task(spec, path="spec")
    except FieldError as error:
        raise RegistrationError(f"{found.full_name}: {error}") from error
    return spec


def _with_image(found: FoundTask, *, image: str | None, packages: Sequence[str], needed: bool) -> dict[str, Any]:
    spec = dict(found.spec)
    if "container" in spec:
        return {**spec, "container": _container(found, spec["container"], image=image, packages=packages, needed=needed)}
    pod, primary = spec["podTemplate"], spec.get("primaryContainerName", "primary")
    containers = [
        _container(found, container, image=image, packages=packages if container.get("name") == primary else (), needed=needed)
        for container in pod["spec"].get("containers") or ()
    ]
    return {**spec, "podTemplate": {**pod, "spec": {**pod["spec"], "containers": containers}}}


def _container(found: FoundTask, container: Json, *, image: str | None, packages: Sequence[str], needed: bool) -> dict[str, Any]:
    own = str(container.get("image") or "")
    if (not own and needed) or own.startswith(DEFAULT_IMAGE):
        if not image:
            raise RegistrationError(f"{found.full_name}: expected an image, since its code is in it; pass --image, or container_image=…")
        own = image if not own else own.replace(DEFAULT_IMAGE, _repository(image))
    own = own or image or ""
    written = {**({"image": own} if own else {}), **{name: part for name, part in container.items() if name != "image"}}
    if packages:
        environment = [variable for variable in written.get("env") or () if variable["name"] != ENV_RUNTIME_PACKAGES]
        already = [variable["value"] for variable in written.get("env") or () if variable["name"] == ENV_RUNTIME_PACKAGES]
        written["env"] = [*environment, {"name": ENV_RUNTIME_PACKAGES, "value": " ".join([*already, *packages])}]
    return written


def _repository(image: str) -> str:
    """The image's name without its tag or digest."""
    name, at, _ = image.partition("@")
    return name if at else name[: name.rfind(":")] if ":" in name.rpartition("/")[2] else name
