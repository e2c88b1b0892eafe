"""Alerts, dashboard, runbooks and metrics name each other, and nothing that isn't there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.reference.metrics import metrics

CHART = ROOT / "charts" / "glider"
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((CHART / "files" / "alerts.yaml").read_text())["groups"] for rule in group["rules"]
]
RUNBOOKS = (ROOT / "docs" / "runbooks.md").read_text()
SECTIONS = {text.partition("\n")[0]: text for text in RUNBOOKS.split("\n## ")[1:]}
#: What prometheus_client itself exports of a process, and Prometheus of a target.
STANDARD = {"up", "process_resident_memory_bytes", "process_cpu_seconds_total", "process_start_time_seconds"}


def dashboard_queries() -> Iterator[str]:
    panels = json.loads((CHART / "files" / "dashboard.json").read_text())["panels"]
    yield from (target["expr"] for panel in panels for target in panel.get("targets", ()))


def names(text: str) -> set[str]:
    """The metrics in an expression, or in a page."""
    found = set(re.findall(r"\b(?:glider|process)_[a-z_]+\b", text))
    return {name.removesuffix("_bucket") for name in found}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_names_its_section_of_the_runbooks(rule: dict[str, Any]):
    assert rule["annotations"]["runbook_url"] == f"docs/runbooks.md#{rule['alert'].lower()}"
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}


def test_each_alert_has_a_section_and_each_section_an_alert():
    assert list(SECTIONS) == [rule["alert"] for rule in RULES], "in the order of alerts.yaml"


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_has_what_it_means_how_to_check_and_what_to_do(name: str):
    parts = re.findall(r"^\*\*(\w+)\.\*\*", SECTIONS[name], re.MULTILINE)
    assert parts == ["Meaning", "Check", "Do"]
    assert "```sh\n" in SECTIONS[name], "commands to paste"


@pytest.mark.parametrize(
    "text",
    [
        *(pytest.param(rule["expr"], id=rule["alert"]) for rule in RULES),
        pytest.param(" ".join(dashboard_queries()), id="the dashboard"),
        pytest.param(RUNBOOKS, id="the runbooks"),
    ],
)
def test_metrics_that_are_named_exist(text: str):
    assert names(text) <= set(metrics()) | STANDARD


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_is_about_one_release(rule: dict[str, Any]):
    """The chart puts the release's own selection in place of this text."""
    selectors = re.findall(r"\{([^}]*)\}", rule["expr"])
    assert selectors
    assert all(selector.startswith('job="glider-metrics",namespace="glider-system"') for selector in selectors)


def test_what_to_watch_lists_each_alert_once():
    section = (ROOT / "docs" / "operations.md").read_text().partition("## What to watch")[2].partition("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("|")]
    assert sorted(re.findall(r"`(Glider\w+)`", "".join(table))) == sorted(SECTIONS)


def test_links_between_sections_lead_somewhere():
    targets = set(re.findall(r"\]\(#([\w-]+)\)", RUNBOOKS))
    assert targets <= {name.lower() for name in SECTIONS}
