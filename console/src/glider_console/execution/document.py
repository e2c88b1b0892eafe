"""One execution as a document for its page. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from glider_client.views.describing import description
from glider_console.execution.errors import errors_of
from glider_console.execution.reading import Found
from glider_console.execution.timeline import rows_of
from glider_console.execution.waiting import waiting_of
from glider_core.api.moments import format_time
from glider_core.api.yaml_form import to_yaml

Json = Mapping[str, Any]

#: From so many characters on an object is large.
_LARGE = 262_144


def document_of(found: Found, *, now: datetime) -> dict[str, Any]:
    """All that the page shows."""
    facts = found.facts
    waiting = waiting_of(facts.execution, pods=facts.pods, events=facts.events, unserved=facts.unserved, now=now)
    return {
        **description(facts, now=now),
        "reruns": [_rerun(one) for one in found.reruns],
        "timeline": [row.document() for row in rows_of(facts.execution, pods=facts.pods, events=facts.events)],
        "waiting": waiting.document() if waiting is not None else None,
        "errors": errors_of(facts.execution),
        "missing": [one.document() for one in found.missing],
        "templateGone": _template_is_gone(found),
        "archived": format_time(found.archived) if found.archived is not None else None,
    }


def version_of(document: Json) -> str:
    """Names this state of the document: a viewer that has it needs no other."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:16]


def yaml_of(found: Found) -> list[dict[str, str]]:
    """The objects as YAML: the execution, its template, and its pods from the latest on."""
    facts = found.facts
    template = [] if facts.template is None else [facts.template]
    pods = [{"apiVersion": "v1", "kind": "Pod", **pod} for pod in reversed(facts.pods)]
    return [{"kind": one["kind"], "name": one["metadata"]["name"], "text": _text_of(one)} for one in (facts.execution, *template, *pods)]


def _text_of(document: Json) -> str:
    """As YAML. One that is large as JSON, which is YAML, too: to write YAML takes seconds for a hundred thousand keys."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return text if len(text) > _LARGE else to_yaml(document)


def _rerun(execution: Json) -> dict[str, str]:
    metadata = execution["metadata"]
    phase = (execution.get("status") or {}).get("phase") or "Pending"
    return {"name": metadata["name"], "created": metadata["creationTimestamp"], "phase": phase}


def _template_is_gone(found: Found) -> bool:
    """Whether it refers to a template that isn't there: not whether the viewer may read it."""
    refers = bool((found.facts.execution.get("spec") or {}).get("taskRef"))
    return refers and found.facts.template is None and all(one.what != "The template" for one in found.missing)
