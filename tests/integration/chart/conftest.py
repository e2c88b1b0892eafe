"""`helm template` of the chart, and what it renders."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from glider_core.config import Config
from glider_core.config.loading import read_config
from tests.cluster import tools
from tests.conftest import MissingServer
from tests.reference.values import CHART

Json = dict[str, Any]
NAMESPACE = "glider-system"


class HelmError(Exception):
    """Helm refused; the text is its message."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """The objects that the chart makes of some values."""

    objects: list[Json]

    def kinds(self) -> set[str]:
        return {one["kind"] for one in self.objects}

    def of_kind(self, kind: str) -> dict[tuple[str, str], Json]:
        """Those of one kind, by namespace and name, without hooks."""
        installed = [
            one for one in self.objects if one["kind"] == kind and "helm.sh/hook" not in (one["metadata"].get("annotations") or {})
        ]
        return {(one["metadata"].get("namespace", ""), one["metadata"]["name"]): one for one in installed}

    @property
    def pod(self) -> Json:
        """The operator's pod."""
        return self._pod_of("operator")

    @property
    def console_pod(self) -> Json:
        """The console's pod."""
        return self._pod_of("console")

    @property
    def admin_pod(self) -> Json:
        """The pod of the front for flytekit's clients."""
        return self._pod_of("admin")

    def _pod_of(self, component: str) -> Json:
        pods = [one["spec"]["template"] for one in self.of_kind("Deployment").values()]
        [pod] = [one for one in pods if one["metadata"]["labels"]["app.kubernetes.io/component"] == component]
        return dict(pod)

    @property
    def container(self) -> Json:
        """The operator's own container."""
        first: Json = self.pod["spec"]["containers"][0]
        return first

    @property
    def configuration(self) -> str:
        """The operator's configuration as it reads it."""
        return str(self.of_kind("ConfigMap")[NAMESPACE, "glider"]["data"]["config.yaml"])

    @property
    def config(self) -> Config:
        """The same, parsed by the operator's parser."""
        return read_config(self.configuration.encode(), name="config.yaml")


@dataclass(frozen=True, kw_only=True, slots=True)
class Helm:
    """Helm with the chart."""

    program: Path
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str) -> str:
        """What helm writes to its standard output.

        Raises:
            HelmError: it refused.
        """
        done = subprocess.run([self.program, *arguments], env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise HelmError(done.stderr)
        return done.stdout

    def template(self, values: Mapping[str, Any] | None = None, *arguments: str, crds: bool = False) -> Rendered:
        """What the chart makes of `values`; the CRDs only if asked for, since they are long and always the same."""
        file = self.folder / "values.json"
        file.write_text(json.dumps(values or {}))
        arguments = (*arguments, *(() if crds else ("--set", "crds.install=false")))
        text = self("template", "glider", str(CHART), "--namespace", NAMESPACE, "--values", str(file), *arguments)
        return Rendered(objects=[one for one in yaml.load_all(text, Loader=yaml.CSafeLoader) if one])


@pytest.fixture
def helm(tmp_path: Path) -> Helm:
    """Helm as it is built for the cluster, since messages differ between its versions; without Go that on PATH. It knows no cluster."""
    built = tools.cached("helm") or (tools.build_all()["helm"] if shutil.which("go") else None)
    found = built or shutil.which("helm")
    if found is None:
        raise MissingServer("neither Go, which builds helm, nor helm is on PATH")
    return Helm(program=Path(found), folder=tmp_path, environment={"HOME": str(tmp_path), "KUBECONFIG": "/nonexistent"})
