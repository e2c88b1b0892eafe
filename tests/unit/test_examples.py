"""manifests/examples: each file has its place in the index, what it ends as, and nothing that the operator would refuse."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from glider_client.cli.glider import main
from tests.examples import FILES, FOLDER, ends_of

#: An image of ours, the public one of Python, and one that each user builds for themselves.
IMAGES = {"glider-examples:0.1.0", "python:3.11-slim", "glider-examples-flytekit:0.1.0", "unused"}
#: The one that shows how a mistake is reported.
MISTAKEN = "invalid"


def documents(path: Path):
    return list(yaml.safe_load_all(path.read_text()))


def test_the_index_has_each_file_once():
    listed = Counter(re.findall(r"^\| \[(.+?)\.yaml\]\(\1\.yaml\) \| .+ \|$", (FOLDER / "README.md").read_text(), re.MULTILINE))
    assert listed == Counter(path.stem for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
class TestEachFile:
    def test_it_begins_with_what_it_is_about_and_is_short(self, path: Path):
        lines = path.read_text().splitlines()
        assert lines[0].startswith("# ") and not lines[0].startswith("# Ends:")
        assert len(lines) <= 60
        assert [line for line in lines if len(line) > 130 and not line.startswith("  part: ")] == []

    def test_it_promises_an_end_for_each_execution(self, path: Path):
        executions = [one["metadata"]["name"] for one in documents(path) if one["kind"] == "TaskExecution"]
        assert sorted(end.execution for end in ends_of(path)) == sorted(executions)

    def test_it_is_valid_by_itself(self, path: Path):
        result = CliRunner().invoke(main, ["validate", str(path)])
        assert (result.exit_code == 0) == (path.stem != MISTAKEN), result.output
        assert "warning:" not in result.output

    def test_its_images_are_to_be_had(self, path: Path):
        assert set(re.findall(r"^ *(?:- )?image: (\S+)$", path.read_text(), re.MULTILINE)) <= IMAGES


def test_all_can_be_applied_together():
    named = Counter((one["kind"], one["metadata"]["name"]) for path in FILES for one in documents(path))
    shared = {("TaskTemplate", "divider-v1")}  # the same in both files of the divider
    assert {key for key, times in named.items() if times > 1} == shared
