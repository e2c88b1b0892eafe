"""When executions used templates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from glider_operator.cache.uses import TemplateUses

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def body(template: str | None = "add", **status: str) -> dict[str, Any]:
    spec = {"taskRef": {"name": template}} if template else {"task": {}}
    metadata = {"namespace": "lab", "name": "a", "creationTimestamp": "2026-11-01T00:00:00Z"}
    return {"metadata": metadata, "spec": spec, "status": status}


def saw(*bodies: dict[str, Any]) -> TemplateUses:
    uses = TemplateUses()
    for one in bodies:
        uses.saw(one, now=lambda: NOW)
    return uses


def test_a_live_execution_uses_its_template_now() -> None:
    assert saw(body(phase="Running")).last == {("lab", "add"): NOW}


def test_a_finished_one_did_until_it_ended_and_never_takes_a_later_use_back() -> None:
    finished = body(phase="Succeeded", completionTime="2026-11-20T00:00:00Z")
    assert saw(finished).last == {("lab", "add"): datetime(2026, 11, 20, tzinfo=UTC)}
    assert saw(body(), finished).last == {("lab", "add"): NOW}


def test_one_without_a_time_of_its_end_did_when_it_was_created() -> None:
    assert saw(body(phase="Failed")).last == {("lab", "add"): datetime(2026, 11, 1, tzinfo=UTC)}


def test_a_task_that_is_written_out_uses_no_template() -> None:
    assert saw(body(template=None)).last == {}


def test_only_the_templates_that_exist_are_remembered() -> None:
    uses = saw(body(), body("gone"))
    uses.forget_others({("lab", "add"), ("lab", "new")})
    assert uses.last == {("lab", "add"): NOW}
    uses.used("lab", {"taskRef": {"name": "add"}}, when=NOW + timedelta(1))
    assert uses.last == {("lab", "add"): NOW + timedelta(1)}
