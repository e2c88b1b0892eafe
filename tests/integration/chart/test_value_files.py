"""The files of values for the usual installations: what the chart makes of each is right for every version of Kubernetes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from glider_operator.startup.command import main
from tests.integration.chart.conftest import Helm
from tests.integration.chart.schemas import VERSIONS, mistakes
from tests.reference.values import CHART

FILES = sorted((CHART / "ci").glob("*-values.yaml"))


OLDEST, *_, NEWEST = VERSIONS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix("-values.yaml"))
def test_what_the_chart_makes_of_it_fits_all_versions(helm: Helm, path: Path):
    values = yaml.safe_load(path.read_text())
    rendered = helm.template(values, "--kube-version", OLDEST)
    assert rendered == helm.template(values, "--kube-version", NEWEST), "nothing depends on the version"
    names = Counter((one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]) for one in rendered.objects)
    assert [name for name, times in names.items() if times > 1] == []
    assert [mistake for version in VERSIONS for one in rendered.objects for mistake in mistakes(one, version=version)] == []


def test_the_crds_fit_all_versions(helm: Helm):
    crds = [one for one in helm.template(crds=True).objects if one["kind"] == "CustomResourceDefinition"]
    assert len(crds) == 2
    assert [mistake for version in VERSIONS for one in crds for mistake in mistakes(one, version=version)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix("-values.yaml"))
def test_the_operator_takes_the_configuration_and_helm_finds_nothing_to_complain_about(
    helm: Helm, path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert "0 chart(s) failed" in helm("lint", "--strict", str(CHART), "--values", str(path))
    (tmp_path / "config.yaml").write_text(helm.template(yaml.safe_load(path.read_text())).configuration)
    main(["--check", str(tmp_path / "config.yaml")], standalone_mode=False)
    assert "can be used" in capsys.readouterr().out


def test_a_mistake_would_be_found():
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": {"replicas": "two", "selectr": {}}}
    found = "\n".join(mistakes(deployment, version="1.31.0"))
    assert "replicas" in found and "selectr" in found
    execution = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": {"name": "a"}, "spec": {"inputs": 1}}
    assert "$.spec.inputs" in "\n".join(mistakes(execution, version="1.31.0"))


def test_every_file_begins_with_what_it_is_for():
    assert len(FILES) >= 13
    assert [path.name for path in FILES if not path.read_text().startswith("# ")] == []
