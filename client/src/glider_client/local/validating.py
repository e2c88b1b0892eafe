"""All that the operator would report about files, without a cluster: the API server's rules as far as the operator's own parser has them,
then what resolving and rendering come to.

Every document is checked to its end (see `mistakes`). What refers to an object that isn't in the files is a warning: it may be on the
cluster.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from glider.wire.interface import Interface
from glider.wire.jsonform import FieldError, to_literal_map
from glider_client.code.parts import part_of
from glider_client.local.documents import NO_UID, Documents, add_document, read_file
from glider_client.local.mistakes import every_error
from glider_core.api.execution import Execution, check_name, parse_spec
from glider_core.api.labels import EXECUTION_KIND, GROUP, TEMPLATE_KIND
from glider_core.api.pod_settings import LIST_KEYS
from glider_core.api.restrictions import OPTIONAL
from glider_core.api.task import TaskId, parse_task
from glider_core.config import Config
from glider_core.config.parsing import KIND as CONFIGURATION_KIND
from glider_core.config.parsing import parse_config
from glider_core.render.attempt import Attempt
from glider_core.render.layering import PodTemplate
from glider_core.render.pod import render
from glider_core.resolve.resolution import Resolved
from glider_core.resolve.resolving import resolve

Json = Mapping[str, Any]

_TOP = ("apiVersion", "kind", "metadata", "spec", "status")


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What is wrong in a file, or, as a warning, what somebody should know about it. `document` counts from 1; 0 is the file itself."""

    file: str
    document: int = 0
    kind: str = ""
    name: str = ""
    field: str = ""
    message: str
    warning: bool = False

    def __str__(self) -> str:
        what = f"{self.kind} {self.name}".strip() or (f"document {self.document}" if self.document else "")
        return ": ".join(filter(None, (self.file, what, "warning" if self.warning else "", self.message)))

    def as_json(self) -> dict[str, Any]:
        """Its documented form."""
        fields = asdict(self)
        severity = "warning" if fields.pop("warning") else "error"
        return {**fields, "severity": severity}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Document:
    """An object in a file."""

    file: str
    number: int
    content: Json

    @property
    def kind(self) -> str:
        return str(self.content.get("kind") or "")

    @property
    def metadata(self) -> Json:
        found = self.content.get("metadata")
        return found if isinstance(found, Mapping) else {}

    @property
    def namespace(self) -> str:
        return str(self.metadata.get("namespace") or "default")

    @property
    def name(self) -> str:
        return str(self.metadata.get("name") or self.metadata.get("generateName") or "")

    @property
    def is_ours(self) -> bool:
        return str(self.content.get("apiVersion") or "").partition("/")[0] == GROUP

    def problem(self, error: FieldError | str, *, warning: bool = False) -> Problem:
        field = error.field if isinstance(error, FieldError) else ""
        return Problem(
            file=self.file, document=self.number, kind=self.kind, name=self.name, field=field, message=str(error), warning=warning
        )


def validate_files(paths: Sequence[Path], *, config: Config) -> tuple[int, list[Problem]]:
    """How many documents are in the files, and all that is wrong with them."""
    problems: list[Problem] = []
    found: list[_Document] = []
    for path in paths:
        try:
            found += [_Document(file=str(path), number=number, content=one) for number, one in enumerate(read_file(path), start=1)]
        except FieldError as error:
            problems.append(Problem(file=str(path), message=str(error).removeprefix(f"{path}: ")))
    problems += _problems(found, config=config)
    places = {str(path): number for number, path in enumerate(paths)}
    return len(found), sorted(problems, key=lambda problem: (places[problem.file], problem.document))


def validate_objects(objects: Sequence[Json], *, config: Config | None) -> list[Problem]:
    """All that is wrong with objects that are in no file. Without the operator's configuration their pods aren't rendered."""
    return list(_problems([_Document(file="", number=number, content=one) for number, one in enumerate(objects, start=1)], config=config))


def _problems(found: list[_Document], *, config: Config | None) -> Iterator[Problem]:
    yield from _duplicates(found)
    documents = Documents()
    sound: list[_Document] = []
    for document in found:
        mistakes = list(_mistakes(document, documents))
        yield from mistakes
        if not mistakes:
            sound.append(document)
    for document in sound:
        yield from _code(document, found)
        own = config and config.for_namespace(document.namespace)
        yield from _of_operator(document, documents, found=found, config=own)


def _duplicates(documents: Iterable[_Document]) -> Iterator[Problem]:
    counts = Counter((one.kind, one.namespace, one.name) for one in documents if one.metadata.get("name"))
    for document in documents:
        if counts[document.kind, document.namespace, document.name] > 1:
            counts[document.kind, document.namespace, document.name] = 0
            yield document.problem(f"expected one object of that name in namespace {document.namespace}, found several")


def _mistakes(document: _Document, documents: Documents) -> Iterator[Problem]:
    """What the API server would refuse, and what the operator's parser would. A document without any is in `documents` then."""
    if document.is_ours and document.kind == CONFIGURATION_KIND:
        yield from (document.problem(error) for error in every_error(document.content, parse_config, root=""))
        return
    mistakes = [*_unknown_fields(document), *_repeated_keys(document)]
    try:
        add_document(Documents(), {**document.content, "spec": {}}, storage=None, uid=lambda: NO_UID)
    except FieldError as error:
        mistakes.append(error)
    if document.is_ours and document.kind in (EXECUTION_KIND, TEMPLATE_KIND):
        check = _check_execution if document.kind == EXECUTION_KIND else _check_template
        mistakes += every_error(document.content.get("spec"), check, root="spec")
    yield from map(document.problem, mistakes)
    if not mistakes:
        add_document(documents, document.content, storage=None, uid=lambda: NO_UID)


def _unknown_fields(document: _Document) -> Iterator[FieldError]:
    if not document.is_ours:
        return
    for name in document.content:
        if name not in _TOP:
            yield FieldError("the document", expected=f"only the fields {', '.join(_TOP)}", found=name)


def _repeated_keys(document: _Document) -> Iterator[FieldError]:
    """The API server takes each key of a list once; the operator, which meets older objects too, takes the last."""
    spec = document.content.get("spec")
    if not document.is_ours or document.kind not in (EXECUTION_KIND, TEMPLATE_KIND) or not isinstance(spec, Mapping):
        return
    for name, fields in LIST_KEYS.items():
        entries, seen = spec.get(name), set()
        for i, entry in enumerate(entries if isinstance(entries, list) else ()):
            key = "/".join(str(entry.get(field) or "") for field in fields) if isinstance(entry, Mapping) else None
            if key is not None and key in seen:
                yield FieldError(f"spec.{name}[{i}]", expected=f"each {' and '.join(fields)} once", found=key)
            seen.add(key)


def _check_execution(spec: Any) -> None:
    parse_spec(_execution(name="name", spec=spec))


def _check_template(spec: Any) -> None:
    parse_task(spec, path="spec", default_id=TaskId.of(namespace="default", name="name"))


def _execution(*, name: str, spec: Any, namespace: str = "default") -> Execution:
    documents = Documents()
    body = {"apiVersion": f"{GROUP}/v1alpha1", "kind": EXECUTION_KIND, "metadata": {"name": name, "namespace": namespace}, "spec": spec}
    add_document(documents, body, storage=None, uid=lambda: NO_UID)
    return documents.executions[0]


def _of_operator(document: _Document, documents: Documents, *, found: list[_Document], config: Config | None) -> Iterator[Problem]:
    """What the operator would refuse, or warn about, once the API server has taken it."""
    if not document.is_ours or document.kind not in (EXECUTION_KIND, TEMPLATE_KIND):
        return
    name, spec = document.name, dict(document.content.get("spec") or {})
    if document.kind == TEMPLATE_KIND:  # an execution of it, whose inputs nobody knows
        stand_in = {"taskRef": {"name": name}, "inputsUri": "s3://bucket/inputs.pb"}
        execution = _execution(name="name", spec=stand_in, namespace=document.namespace)
        config = config and replace(config, restrictions=replace(config.restrictions, templates=OPTIONAL))
    else:
        execution = _execution_of(document)
        reference = str((spec.get("taskRef") or {}).get("name") or "")
        if reference and reference not in documents.templates[document.namespace]:
            if not any(one.kind == TEMPLATE_KIND and one.name == reference for one in found):
                text = f"spec.taskRef.name: the TaskTemplate {reference} isn't in the files: the inputs and the pod aren't checked"
                yield document.problem(text, warning=True)
            return
        mistakes = list(_input_errors(execution, documents))
        yield from map(document.problem, mistakes)
        if mistakes:
            return
    if config is not None:
        yield from _rendered(document, execution, documents, config=config)


def _execution_of(document: _Document) -> Execution:
    own = Documents()
    add_document(own, document.content, storage=None, uid=lambda: NO_UID)
    return own.executions[0]


def _input_errors(execution: Execution, documents: Documents) -> Iterator[FieldError]:
    """Each input that isn't of its type, and the execution's name."""
    try:
        check_name(execution)
    except FieldError as error:
        yield error
    spec = parse_spec(execution)
    if spec.inputs.uri is not None:
        return
    interface = spec.task.interface if spec.task else _interface_of(documents.templates[execution.namespace][str(spec.template)])
    values = {**interface.defaults, **(spec.inputs.values or {})}
    for name in dict.fromkeys((*values, *interface.inputs)):
        given = {name: values[name]} if name in values else {}
        types = {name: interface.inputs[name]} if name in interface.inputs else interface.inputs
        try:
            to_literal_map(given, types, field="spec.inputs", left_out={*interface.optional, *(types if name not in types else ())})
        except FieldError as error:
            yield error


def _interface_of(spec: Any) -> Interface:
    return parse_task(spec, path="spec", default_id=TaskId.of(namespace="default", name="name")).interface


def _rendered(document: _Document, execution: Execution, documents: Documents, *, config: Config) -> Iterator[Problem]:
    resolution = resolve(execution, templates=documents.templates[execution.namespace], config=config, looked_up=True)
    if not isinstance(resolution, Resolved):
        yield document.problem(str(getattr(resolution, "message", resolution)))
        return
    reference, base = resolution.traits.pod_template_ref, None
    try:
        base = documents.pod_template(execution.namespace, reference)
    except FieldError:
        text = f"podTemplateRef.name: the PodTemplate {reference} isn't in the files: the pod is checked without it"
        yield document.problem(text, warning=True)
        base = PodTemplate(namespace=execution.namespace, name=str(reference), template={})
    inputs = dict.fromkeys(resolution.inputs_to_read, "0")  # whose values are in a file in the store
    try:
        rendered = render(Attempt(execution=execution, task=resolution, number=0, config=config, inputs=inputs), base=base)
    except FieldError as error:
        yield document.problem(error)
        return
    yield from (document.problem(warning, warning=True) for warning in rendered.warnings)


def _code(document: _Document, found: Iterable[_Document]) -> Iterator[Problem]:
    """Whether the ConfigMaps with a template's code, where they are in the files, hold that code."""
    code = (document.content.get("spec") or {}).get("code") or {}
    if document.kind != TEMPLATE_KIND or not code.get("configMaps"):
        return
    maps = {one.name: one.content for one in found if one.kind == "ConfigMap" and one.namespace == document.namespace}
    missing = [name for name in code["configMaps"] if name not in maps]
    if len(missing) == len(code["configMaps"]):
        return  # they are on the cluster
    if missing:
        yield document.problem(FieldError("spec.code.configMaps", expected="all of them in the files, or none", found=missing))
        return
    if (digest := hashlib.sha256(b"".join(part_of(maps[name]) for name in code["configMaps"])).hexdigest()) != code.get("sha256"):
        yield document.problem(FieldError("spec.code.sha256", expected=f"{digest}, that of the ConfigMaps", found=code.get("sha256")))
