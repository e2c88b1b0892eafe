"""TaskExecutions and TaskTemplates from YAML files, with what an API server would add."""

from __future__ import annotations

import re
import sys
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from glider.wire.jsonform import FieldError, nothing, words
from glider_client.local.sources import binary_data_of, data_of
from glider_core.api.execution import Execution, parse_execution
from glider_core.api.fields import Fields
from glider_core.api.labels import API_VERSION, EXECUTION_KIND, GROUP, TEMPLATE_KIND
from glider_core.api.manifests import read_manifests
from glider_core.api.moments import format_time
from glider_core.config.parsing import KIND as CONFIGURATION_KIND
from glider_core.render.layering import PodTemplate

#: Standard input in place of a file, as for kubectl.
STDIN = Path("-")
#: A placeholder for the UID that only a cluster assigns, so that the same file gives the same pod each time.
NO_UID = "00000000-0000-0000-0000-000000000000"

#: A placeholder for the characters that an API server appends to a generateName.
_GENERATED = "00000"
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_MANIFESTS = "TaskExecutions, TaskTemplates and the like in YAML or JSON"
_PYTHON, _TASKS = ".py", "Python; its tasks are named in a task's args"


@dataclass(frozen=True, kw_only=True, slots=True)
class Documents:
    """The content of the files. `templates` are specs by namespace and name; `others` are objects that only a cluster uses."""

    executions: list[Execution] = field(default_factory=list)
    templates: defaultdict[str, dict[str, Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    pod_templates: dict[tuple[str, str], PodTemplate] = field(default_factory=dict)
    secrets: dict[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    config_maps: dict[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    binary_config_maps: dict[tuple[str, str], Mapping[str, bytes]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    def check_executions(self, paths: Iterable[Path]) -> None:
        """Refuse files without any execution, with an error that names their content.

        Raises:
            FieldError: there is none.
        """
        if not self.executions:
            templates = [f"{TEMPLATE_KIND} {name}" for named in self.templates.values() for name in named]
            found = words(", ".join([*templates, *self.others]) or "none")
            raise FieldError(", ".join(map(str, paths)), expected=f"at least one {EXECUTION_KIND}", found=found)

    def pod_template(self, namespace: str, name: str | None) -> PodTemplate | None:
        """The PodTemplate that an execution in `namespace` refers to, from there or else from any namespace.

        Raises:
            FieldError: there is none.
        """
        if name is None:
            return None
        named = [template for (_, known), template in self.pod_templates.items() if known == name]
        found = self.pod_templates.get((namespace, name)) or next(iter(named), None)
        if found is None:
            raise FieldError("podTemplateRef.name", expected="a PodTemplate in the files", found=name)
        return found


def read_documents(paths: Iterable[Path], *, storage: str | None, uid: Callable[[], str] = lambda: str(uuid.uuid4())) -> Documents:
    """The documents in the files at `paths`.

    Args:
        paths: the files.
        storage: the URI below which all data goes, or None where the documents and the configuration have it.
        uid: makes the UID of an execution that has none.

    Raises:
        FieldError: a file isn't YAML, a document isn't one of Kubernetes', or lacks a name. The file is named.
    """
    documents = Documents()
    for path in paths:
        for document in read_file(path):
            try:
                add_document(documents, document, storage=storage, uid=uid)
            except FieldError as error:
                raise error.within(str(path)) from error
    return documents


def documents_of(
    objects: Iterable[Mapping[str, Any]], *, storage: str | None, uid: Callable[[], str] = lambda: str(uuid.uuid4())
) -> Documents:
    """The same of objects that are in no file.

    Raises:
        FieldError: one of them isn't an object of Kubernetes'.
    """
    documents = Documents()
    for document in objects:
        add_document(documents, document, storage=storage, uid=uid)
    return documents


def read_objects(paths: Iterable[Path]) -> list[Mapping[str, Any]]:
    """The objects in the files at `paths`, as they are: for an API server, which checks them.

    Raises:
        FieldError: a file isn't YAML, or a document isn't one of Kubernetes'. The file is named.
    """
    found = []
    for path in paths:
        for document in read_file(path):
            try:
                Fields(document, path="").required_text("kind")
                metadata = Fields(document, path="").object("metadata")
                if not metadata.has("generateName"):
                    metadata.required_text("name")
            except FieldError as error:
                raise error.within(str(path)) from error
            found.append(document)
    return found


def read_file(path: Path) -> list[Mapping[str, Any]]:
    """The objects in the file at `path`, or on standard input for `-`.

    Raises:
        FieldError: kubectl couldn't read it either.
    """
    try:
        documents = read_manifests(_bytes_of(path).decode(), name=str(path))
    except UnicodeDecodeError as error:
        raise FieldError(str(path), expected=_MANIFESTS, found=words("bytes that are no text")) from error
    except FieldError as error:
        if path.suffix != _PYTHON:
            raise
        raise FieldError(str(path), expected=_MANIFESTS, found=words(_TASKS)) from error
    for document in documents:
        if path.suffix == _PYTHON and not (isinstance(document, Mapping) and "kind" in document):
            raise FieldError(str(path), expected=_MANIFESTS, found=words(_TASKS))
        if not isinstance(document, Mapping):
            raise FieldError(str(path), expected=_MANIFESTS, found=document)
    return documents


def _bytes_of(path: Path) -> bytes:
    return sys.stdin.buffer.read() if path == STDIN else path.read_bytes()


def add_document(documents: Documents, document: Any, *, storage: str | None, uid: Callable[[], str]) -> None:
    """Add one object to `documents`, as `read_documents` does.

    Raises:
        FieldError: it isn't one of Kubernetes', or lacks a name.
    """
    fields = Fields(document, path="")
    kind = fields.required_text("kind")
    if (fields.text("apiVersion") or "").partition("/")[0] == GROUP and kind not in (EXECUTION_KIND, TEMPLATE_KIND):
        raise FieldError("kind", expected=_kinds(kind), found=kind)
    metadata = fields.object("metadata")
    name, namespace = _name(metadata, "name"), _name(metadata, "namespace") if metadata.has("namespace") else "default"
    if kind == "PodTemplate":
        template = PodTemplate(namespace=namespace, name=name, template=fields.mapping("template") or {})
        documents.pod_templates[(namespace, name)] = template
        return
    if kind in ("Secret", "ConfigMap"):
        objects = documents.secrets if kind == "Secret" else documents.config_maps
        objects[(namespace, name)] = data_of(fields)
        documents.binary_config_maps[(namespace, name)] = binary_data_of(fields)
        return
    if kind not in (EXECUTION_KIND, TEMPLATE_KIND):
        documents.others.append(f"{kind} {name}")
        return
    if (found := fields.text("apiVersion")) != API_VERSION:
        raise FieldError(f"{kind} {name}: apiVersion", expected=API_VERSION, found=found or nothing())
    spec = dict(fields.mapping("spec") or {})
    if kind == TEMPLATE_KIND:
        documents.templates[namespace][name] = spec
        return
    if storage is not None:
        if spec.get("storage"):
            documents.others.append(f"spec.storage of {kind} {name}, since --storage decides where data goes here")
        spec["storage"] = {"metadataPrefix": f"{storage}/metadata", "rawOutputDataPrefix": f"{storage}/data"}
    given = {
        "name": name,
        "namespace": namespace,
        "uid": metadata.text("uid") or uid(),
        "creationTimestamp": format_time(datetime.now(UTC)),
    }
    own = {"labels": dict(metadata.strings("labels")), "annotations": dict(metadata.strings("annotations"))}
    documents.executions.append(parse_execution({"metadata": given | own, "spec": spec}))


def _kinds(kind: str) -> str:
    if kind == CONFIGURATION_KIND:
        return f"{EXECUTION_KIND} or {TEMPLATE_KIND}; the operator's configuration goes with --config"
    nearest = get_close_matches(kind, (EXECUTION_KIND, TEMPLATE_KIND), n=1)
    return f"{EXECUTION_KIND} or {TEMPLATE_KIND}" + (f" (did you mean {nearest[0]}?)" if nearest else "")


def _name(metadata: Fields, field: str) -> str:
    """A name that the API server accepts: a name that is refused there must not work here."""
    if field == "name" and not metadata.has(field) and (begun := metadata.text("generateName")):
        return _checked_name(f"{begun}{_GENERATED}", metadata.path("generateName"))
    return _checked_name(metadata.required_text(field), metadata.path(field))


def _checked_name(name: str, path: str) -> str:
    if not _NAME.fullmatch(name):
        expected = "lower-case letters, digits, - and ., with a letter or digit at both ends"
        raise FieldError(path, expected=expected, found=name)
    return name
