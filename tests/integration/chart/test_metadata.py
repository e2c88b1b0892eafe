"""Chart.yaml is what Helm and Artifact Hub show of the chart: it fits what the chart has."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.integration.chart.conftest import Helm
from tests.integration.chart.schemas import VERSIONS, mistakes
from tests.reference.values import CHART

METADATA: dict[str, Any] = yaml.safe_load((CHART / "Chart.yaml").read_text())


def listed(name: str) -> list[dict[str, Any]]:
    """A list that Artifact Hub reads."""
    items: list[dict[str, Any]] = yaml.safe_load(METADATA["annotations"][f"artifacthub.io/{name}"])
    return items


def test_helms_own_checks_find_nothing_to_recommend(helm: Helm):
    assert "[" not in helm("lint", "--strict", str(CHART)), "neither a warning nor a recommendation"


def test_the_icon_is_the_charts_own_picture():
    kind, _, data = METADATA["icon"].partition(";base64,")
    assert kind == "data:image/svg+xml"
    assert base64.b64decode(data) == (CHART / "icon.svg").read_bytes()


def test_the_oldest_version_is_the_first_that_the_schemas_are_tried_for():
    assert METADATA["kubeVersion"] == f">={VERSIONS[0]}-0"


def test_the_images_are_those_of_the_values(helm: Helm):
    rendered = helm.template({"console": {"enabled": True}, "admin": {"enabled": True}})
    beside = [pod["spec"]["containers"][0]["image"] for pod in (rendered.console_pod, rendered.admin_pod)]
    assert [one["image"] for one in listed("images")] == [rendered.container["image"], rendered.config.executor.image, *beside]


def test_the_crds_are_those_of_the_chart():
    crds = [yaml.safe_load(path.read_text()) for path in (CHART / "files" / "crds").glob("*.yaml")]
    found = {(one["spec"]["names"]["kind"], one["spec"]["versions"][0]["name"], one["metadata"]["name"]) for one in crds}
    assert {(one["kind"], one["version"], one["name"]) for one in listed("crds")} == found


def test_the_examples_are_right():
    assert [mistake for one in listed("crdsExamples") for mistake in mistakes(one, version=VERSIONS[0])] == []


def test_the_links_lead_to_pages_that_there_are():
    pages = [one["url"].removeprefix(f"{METADATA['home']}/") for one in listed("links")]
    assert [page for page in pages if not (ROOT / page).is_file()] == []


@pytest.mark.parametrize("change", listed("changes"), ids=lambda change: change["description"][:40])
def test_each_change_has_a_kind_that_artifact_hub_knows(change: dict[str, str]):
    assert change["kind"] in ("added", "changed", "deprecated", "removed", "fixed", "security")
    assert change["description"]
