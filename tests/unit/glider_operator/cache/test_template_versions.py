"""Which template of a name counts: what was written later, whichever comes first."""

from __future__ import annotations

from typing import Any

from glider_operator.cache.templates import TemplateCache


def template(uid: str, version: int) -> dict[str, Any]:
    return {"metadata": {"namespace": "n", "name": "t", "uid": uid, "resourceVersion": str(version)}, "spec": {"of": uid}}


def test_an_older_tale_of_a_template_that_was_replaced_is_none():
    templates = TemplateCache()
    templates.update(template("old", 5))
    templates.update(template("new", 12))
    templates.update(template("old", 10))  # a sweep's answer, which was on its way for a while
    assert templates.of("n")["t"] == {"of": "new"}
    templates.gone("old")
    assert templates.of("n")["t"] == {"of": "new"}
    templates.gone("new")
    assert not (templates.of("n") or templates._uids or templates._known)


def test_where_versions_are_no_numbers_everything_counts_as_new():
    templates = TemplateCache()
    templates.update(template("old", 0))
    templates.update(template("new", 0))
    assert templates.of("n")["t"] == {"of": "new"}


def test_an_older_tale_wakes_nobody():
    templates = TemplateCache()
    templates.update(template("new", 12))
    templates.awaited(("n", "e"), "t")
    assert not templates.update(template("old", 10))
    assert set(templates.update(template("new", 13))) == {("n", "e")}
