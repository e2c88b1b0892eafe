"""TaskExecutions and TaskTemplates from YAML files, with what an API server would add."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from glider.wire.jsonform import FieldError, nothing
from glider_operator.model.execution import Execution
from glider_operator.model.fields import Fields
from glider_operator.model.labels import API_VERSION, EXECUTION_KIND, TEMPLATE_KIND
from glider_operator.resolve.resolving import TEMPLATE_GRACE


@dataclass(frozen=True, kw_only=True, slots=True)
class Documents:
    """What the files hold. `templates` are specs by namespace and name; `others` are things that only a cluster has a use for."""

    executions: list[Execution] = field(default_factory=list)
    templates: defaultdict[str, dict[str, Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    others: list[str] = field(default_factory=list)


def read_documents(paths: Iterable[Path], *, storage: str) -> Documents:
    """The documents in the files at `paths`, with all data below the URI `storage`.

    Raises:
        FieldError: a document isn't one of Kubernetes', or lacks a name.
        yaml.YAMLError: a file isn't YAML.
    """
    documents = Documents()
    for path in paths:
        for document in yaml.safe_load_all(path.read_text()):
            if document is not None:
                _add(documents, document, storage=storage)
    return documents


def _add(documents: Documents, document: Any, *, storage: str) -> None:
    fields = Fields(document, path="")
    kind = fields.required_text("kind")
    metadata = fields.object("metadata")
    name, namespace = metadata.required_text("name"), metadata.text("namespace") or "default"
    if kind not in (EXECUTION_KIND, TEMPLATE_KIND):
        documents.others.append(f"{kind} {name}")
        return
    if (found := fields.text("apiVersion")) != API_VERSION:
        raise FieldError(f"{kind} {name}: apiVersion", expected=API_VERSION, found=found or nothing())
    spec = dict(fields.mapping("spec") or {})
    if kind == TEMPLATE_KIND:
        documents.templates[namespace][name] = spec
        return
    spec["storage"] = {"metadataPrefix": f"{storage}/metadata", "rawOutputDataPrefix": f"{storage}/data"}
    documents.executions.append(_execution(namespace, name, spec))


def _execution(namespace: str, name: str, spec: dict[str, Any]) -> Execution:
    # all the templates there will be are there, so none is waited for
    created = datetime.now(UTC) - TEMPLATE_GRACE
    return Execution(namespace=namespace, name=name, uid=str(uuid.uuid4()), created=created, spec=spec)
