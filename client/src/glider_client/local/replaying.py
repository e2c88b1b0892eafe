"""An execution of a cluster, or of its history, as documents that run on this machine: its template, its code and its real inputs.

What runs is what ran, but for what only a cluster has. One attempt is enough, and nothing is installed into this Python: packages that
the task asks for are left to a virtual environment (`venvs`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError, NotFoundError
from glider_client.conversion.fast import code_of, without_fast_execute
from glider_client.history.finding import Found
from glider_client.local.documents import Documents, documents_of
from glider_client.local.fetching import fetch_archive, fetch_code
from glider_core.api.failure import Failure
from glider_core.api.labels import API_VERSION, TEMPLATE_KIND
from glider_core.api.lifecycle import MUTABLE
from glider_core.api.phases import Phase
from glider_core.api.status import Status, parse_status

Json = Mapping[str, Any]

#: What the executor would install: packages of the task, in pip's words.
PACKAGES = "_F_RUNTIME_PACKAGES"
_ONE_ATTEMPT = {"user": 0, "system": 0}
_NO_IMAGE = "this-machine"
_REFERENCES = {"secretKeyRef": "secrets", "secretRef": "secrets", "configMapKeyRef": "configmaps", "configMapRef": "configmaps"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Original:
    """What ran: the TaskExecution as the API server has it, and its task's spec. `template`: the name of its TaskTemplate, if any."""

    execution: Json
    task: Json
    template: str = ""

    @property
    def namespace(self) -> str:
        """The execution's."""
        return str(self.execution["metadata"]["namespace"])

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages that it asks for."""
        return tuple(word for one in (self.task, self.execution["spec"]) for word in _packages_in(one))

    @property
    def python(self) -> str:
        """The version of Python that its code is for, such as 3.11; empty where that isn't known."""
        return str((self.task.get("code") or {}).get("pythonVersion") or "")

    @property
    def ended(self) -> Status:
        """How far it came."""
        return parse_status(self.execution.get("status") or {})


@dataclass(frozen=True, kw_only=True, slots=True)
class Replay:
    """What to run here, in which folder, and what somebody should know about it."""

    documents: Documents
    workdir: Path
    notes: tuple[str, ...] = ()


def original_of(found: Found) -> Original:
    """The execution that was found, with its task.

    Raises:
        ClusterError: its template isn't there, or may not be read.
    """
    template = str((found.execution["spec"].get("taskRef") or {}).get("name") or "")
    return Original(execution=found.execution, task=found.task(), template=template)


def prepare(cluster: Cluster | None, original: Original, *, code: Path | None, folder: Path, storage: str) -> Replay:
    """`original`, ready to be run here.

    Args:
        cluster: where its Secrets and ConfigMaps are; None where none is asked for them.
        original: the execution and its task.
        code: the folder with the code, instead of that which ran.
        folder: where that is unpacked.
        storage: the URI below which the data goes that it writes.

    Raises:
        ClusterError: its code isn't there, or may not be read.
        FieldError: its code isn't what it should be.
    """
    notes: list[str] = []
    namespace = original.namespace
    workdir = _place_code(cluster, original.task, namespace=namespace, code=code, folder=folder, notes=notes)
    task = _runnable(original.task)
    # what may change later is about the run on the cluster
    spec = {field: value for field, value in original.execution["spec"].items() if field not in MUTABLE}
    spec["retries"] = {**(spec.get("retries") or {}), **_ONE_ATTEMPT}
    if spec.get("env"):
        spec["env"] = _without_packages(spec["env"])
    objects: list[Json] = []
    if original.template:
        named = {"name": original.template, "namespace": namespace}
        objects.append({"apiVersion": API_VERSION, "kind": TEMPLATE_KIND, "metadata": named, "spec": task})
    else:
        spec["task"] = task
    # without its UID, so that each replay has places of its own for what it writes
    metadata = {field: value for field, value in original.execution["metadata"].items() if field != "uid"}
    objects += [
        {**original.execution, "metadata": metadata, "spec": spec},
        *_referred_to(cluster, (task, spec), namespace=namespace, notes=notes),
    ]
    documents = documents_of(objects, storage=storage)
    return Replay(documents=replace(documents, others=[]), workdir=workdir, notes=tuple(notes))


def compared(here: Status, there: Status) -> str:
    """How the end here relates to that on the cluster, in one sentence; empty where it hasn't ended there."""
    if not there.phase.terminal:
        return ""
    if here.phase is Phase.SUCCEEDED or there.phase is Phase.SUCCEEDED:
        same = here.phase is there.phase
        return f"on the cluster it {'succeeded, too' if same else f'ended as {there.phase.value}{_with(there.failure)}'}"
    if here.failure is not None and there.failure is not None and _essence(here.failure) == _essence(there.failure):
        return "the same error as on the cluster"
    return f"on the cluster it ended as {there.phase.value}{_with(there.failure)}"


def _essence(failure: Failure) -> tuple[str, str, str]:
    return failure.code, failure.origin.value, failure.headline


def _with(failure: Failure | None) -> str:
    return f" with {failure.code}: {failure.headline}" if failure is not None else ""


def _place_code(cluster: Cluster | None, task: Json, *, namespace: str, code: Path | None, folder: Path, notes: list[str]) -> Path:
    """The folder to run in."""
    if code is not None:
        return code
    if task.get("code"):
        fetch_code(cluster, task["code"], folder, namespace=namespace)
        return folder
    if uri := code_of(task):
        fetch_archive(uri, folder)
        return folder
    notes.append("its code is in its image: modules are imported from this folder; --code names another")
    return Path.cwd()


def _runnable(task: Json) -> dict[str, Any]:
    """`task` with its code in place: its own command line alone, in an image that nobody needs."""
    found = {name: value for name, value in without_fast_execute(task).items() if name != "code"}
    if found.get("env"):
        found["env"] = _without_packages(found["env"])
    if "container" in found:
        return {**found, "container": _container(found["container"])}
    pod = found["podTemplate"]
    return {**found, "podTemplate": {**pod, "spec": {**pod["spec"], "containers": [_container(one) for one in pod["spec"]["containers"]]}}}


def _container(container: Json) -> dict[str, Any]:
    found = {"image": _NO_IMAGE, **container}
    return {**found, "env": _without_packages(found["env"])} if found.get("env") else found


def _without_packages(variables: Any) -> list[Json]:
    return [variable for variable in variables if variable.get("name") != PACKAGES]


def _packages_in(document: Any) -> Iterator[str]:
    """The packages that variables in `document`, wherever they are, name."""
    match document:
        case {"name": name, "value": value} if name == PACKAGES:
            yield from str(value).split()
        case Mapping():
            for one in document.values():
                yield from _packages_in(one)
        case list() | tuple():
            for one in document:
                yield from _packages_in(one)


def _referred_to(cluster: Cluster | None, specs: tuple[Json, Json], *, namespace: str, notes: list[str]) -> Iterator[Json]:
    """The Secrets, ConfigMaps and the PodTemplate that the task needs, as far as this user may read them."""
    wanted = dict.fromkeys(reference for spec in specs for reference in (*_references(spec), *_secrets(spec), *_pod_templates(spec)))
    if cluster is None:
        if wanted:
            notes.append(f"not here, since no cluster was asked: {', '.join(f'{resource}/{name}' for resource, name in wanted)}")
        return
    for resource, name in wanted:
        try:
            found = cluster.get(f"/api/v1/namespaces/{namespace}/{resource}/{name}")
        except NotFoundError:
            continue
        except ClusterError as error:
            notes.append(str(error))
            continue
        yield {"apiVersion": "v1", "kind": {"secrets": "Secret", "configmaps": "ConfigMap"}.get(resource, "PodTemplate"), **found}


def _references(document: Any) -> Iterator[tuple[str, str]]:
    match document:
        case Mapping():
            for field, value in document.items():
                if field in _REFERENCES and isinstance(value, Mapping) and value.get("name"):
                    yield _REFERENCES[field], str(value["name"])
                else:
                    yield from _references(value)
        case list() | tuple():
            for one in document:
                yield from _references(one)


def _secrets(spec: Json) -> Iterator[tuple[str, str]]:
    for secret in spec.get("secrets") or ():
        yield "secrets", str(secret.get("secretName") or secret.get("group"))


def _pod_templates(spec: Json) -> Iterator[tuple[str, str]]:
    if name := (spec.get("podTemplateRef") or {}).get("name"):
        yield "podtemplates", str(name)
