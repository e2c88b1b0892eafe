"""The pages that show a beginner the way, followed on a real node: what they show is what a reader gets.

Without a store, an image of one's own or any value of the chart's, in a namespace under the restricted Pod Security Standard.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.documented.reading import Command
from tests.documented.running import follow
from tests.e2e.conftest import Glider


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Somebody with a namespace and a folder of their own."""

    namespace: str
    folder: Path
    environment: Mapping[str, str]

    def follow(self, page: str, *, only: Callable[[Command], bool] = lambda command: True) -> list[str]:
        """What differs from `page`, once this reader has done what it asks for."""
        text = (ROOT / page).read_text().replace(NAMESPACE, self.namespace)
        return follow(text, self.folder, environment=self.environment, only=only)


#: The reader's namespace in the pages.
NAMESPACE = "team-a"


@pytest.fixture
def reader(without_store: Glider, tmp_path: Path) -> Reader:
    """Whose kubeconfig names the namespace."""
    without_store.cluster.kubectl("label", "namespace", without_store.namespace, "pod-security.kubernetes.io/enforce=restricted")
    document = yaml.safe_load(without_store.cluster.kubeconfig.read_text())
    for context in document["contexts"]:
        context["context"]["namespace"] = without_store.namespace
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(document))
    programs = without_store.cluster.kubectl_path.parent
    variables = {**os.environ, "KUBECONFIG": str(kubeconfig), "PATH": os.pathsep.join((str(programs), os.environ["PATH"]))}
    folder = tmp_path / "reader"
    folder.mkdir()
    return Reader(namespace=without_store.namespace, folder=folder, environment=variables)


def is_glider(command: Command) -> bool:
    """Of the README: `test_divide.py` has what it shows of kubectl."""
    return command.typed.startswith("glider ")


@pytest.mark.parametrize("page", ["docs/first-task.md", "docs/quickstart.md"])
def test_a_reader_gets_what_the_page_shows(page: str, reader: Reader):
    assert reader.follow(page) == []


def test_a_reader_gets_what_the_readme_shows(reader: Reader):
    assert reader.follow("README.md", only=is_glider) == []
