"""`glider get --history`, and `glider history check`, against a real S3 server: the same as before the executions were gone."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from glider_core.api.moments import format_time
from glider_core.archive.index import Index
from glider_core.archive.records import Records
from glider_core.history.layout import index_uri
from glider_core.history.queries import Query
from glider_core.history.segments import decode_rows
from tests.integration.cli import Cli, glider
from tests.integration.test_history_verbs import Site, site
from tests.unit.glider_core.builders import SECOND

pytestmark = pytest.mark.cluster
__all__ = ["Cli", "glider", "site"]

NOW = datetime.now(UTC)
TIMES = {"startTime": format_time(NOW), "completionTime": format_time(NOW + 5 * SECOND), "duration": "5s"}
FORMS = [
    ("-o", "name"),
    ("-o", "json"),
    ("-o", "jsonpath={.items[*].metadata.name}"),
    ("-o", "custom-columns=NAME:.metadata.name,PHASE:.status.phase,POD:.status.attempts[*].podName"),
    ("-l", "team=a", "-o", "name"),
    ("--phase", "failed", "-o", "json"),
    ("--field-selector", "status.phase!=Failed", "-o", "name"),
    ("--since", "1h", "-o", "name"),
]


def cells(text: str) -> list[list[str]]:
    """The cells, of which the last is the age: it may differ by a second."""
    return [re.split(r"\s{2,}", line.strip())[:-1] for line in text.splitlines()]


def ended(site: Site) -> list[dict[str, Any]]:
    """Two executions, of which kubectl's order, by the name, is that of the history, by the end."""
    attempt = {"number": 1, "podName": "bad-1", "nodeName": "node-1", "startTime": "2026-01-31T12:00:01Z"}
    failed = {"type": "Succeeded", "status": "False", "reason": "OOMKilled", "message": "m", "lastTransitionTime": "2026-01-31T12:00:06Z"}
    bad = {
        **TIMES,
        "completionTime": format_time(NOW + 6 * SECOND),
        "duration": "6s",
        "phase": "Failed",
        "attempts": [attempt],
        "conditions": [failed],
    }
    return [
        site.glider.create("bad", labels={"team": "b"}, status=bad),
        site.glider.create("good", labels={"team": "a"}, status={**TIMES, "phase": "Succeeded", "outputs": {"o0": 5.0}}),
    ]


def test_all_forms_are_those_of_what_was_on_the_cluster(site: Site):
    documents = ended(site)
    before = {form: site.run("get", *form) for form in FORMS}
    tables = {form: cells(site.run("get", *form)) for form in [(), ("-o", "wide"), ("good", "bad"), ("--no-headers",)]}
    one = {form: site.run("get", "bad", "-o", form) for form in ("json", "yaml")}
    for document in documents:
        site.archive(document)
    for form, printed in before.items():
        alone = site.without_cluster("get", *form)
        assert (alone.exit_code, alone.stdout, alone.stderr) == (0, printed, ""), form
    for form, table in tables.items():
        assert cells(site.without_cluster("get", *form).stdout) == table, form
    assert json.loads(site.without_cluster("get", "bad", "-o", "json").stdout) == json.loads(one["json"])
    assert yaml.safe_load(site.run("get", "bad", "-o", "yaml")) == yaml.safe_load(one["yaml"])
    everywhere = site.without_cluster("get", "-A").stdout.splitlines()
    assert [line.split()[:2] for line in everywhere] == [
        ["NAMESPACE", "NAME"],
        [site.glider.namespace, "bad"],
        [site.glider.namespace, "good"],
    ]


def test_a_name_that_is_gone_is_shown_beside_one_that_is_there(site: Site):
    bad, _ = ended(site)
    site.archive(bad)
    result = site.glider("get", "good", "bad", "nothing", env=site.env)
    assert [line.split()[:2] for line in result.stdout.splitlines()] == [["NAME", "PHASE"], ["good", "Succeeded"], ["bad", "Failed"]]
    assert result.exit_code == 1
    assert "bad is from the history: " in result.stderr
    assert "'nothing'" in result.stderr
    without = site.glider("get", "bad")
    assert (without.exit_code, without.stderr.split(".")[0]) == (
        1,
        f"Error: there is no TaskExecution 'bad' in the namespace '{site.glider.namespace}'",
    )


def test_what_cannot_be_read_is_named_and_the_rest_is_shown(site: Site):
    for document in ended(site):
        site.archive(document)
    records, index = Records(site.storage, site.prefix), Index(site.storage, site.prefix)
    bad, good = index.rows(Query())
    site.storage.write(records.uri(bad), b"half")
    found = site.without_cluster("get", "-o", "json")
    assert found.exit_code == 1
    assert [one["metadata"]["name"] for one in json.loads(found.stdout)["items"]] == ["good"]
    assert found.stderr.startswith(f"Error: {site.glider.namespace}/bad: {records.uri(bad)}: expected an ExecutionRecord")
    for segment in site.storage.files(index_uri(site.prefix)):
        if decode_rows(site.storage.read(f"{index_uri(site.prefix)}/{segment}")) == [good]:
            site.storage.write(f"{index_uri(site.prefix)}/{segment}", b"half")
    found = site.without_cluster("get", "-o", "name")
    assert (found.exit_code, found.stdout) == (1, "taskexecution.glider.dev/bad\n")
    assert "expected a whole segment of the index" in found.stderr
    records.delete(bad)
    check = ("history", "check", "-A", "--history-prefix", site.prefix)
    assert site.glider(*check, env=site.env).stdout.splitlines()[-1] == "1 records, 3 differences"
    assert site.run(*check, "--repair").splitlines() == ["1 records, 3 differences, 3 repaired"]
    assert site.run(*check).splitlines() == ["1 records, 0 differences"]
    assert site.without_cluster("get", "-o", "name").stdout == "taskexecution.glider.dev/good\n"


def test_a_store_that_refuses(site: Site):
    result = site.glider("get", "--history", env={**site.env, "FLYTE_AWS_SECRET_ACCESS_KEY": "wrong"})
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: the history at {site.prefix} can't be read: {site.prefix}/v1/_index/{site.glider.namespace}")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["-w"], "-w: expected executions on the cluster, found --history", id="a watch"),
        pytest.param(
            ["--phase", "Running"], "expected Succeeded, Failed, Aborted or TimedOut, since the history has what has ended", id="a phase"
        ),
        pytest.param(["--field-selector", "spec.x=1"], "expected status.phase=PHASE or status.phase!=PHASE", id="another field"),
        pytest.param(["-l", "a=b=c"], "expected a label selector such as team=a", id="no selector"),
    ],
)
def test_what_the_history_does_not_have(glider: Cli, arguments: list[str], message: str):
    result = glider("get", "--history", *arguments, env={"GLIDER_HISTORY_PREFIX": "s3://bucket/history"})
    assert result.exit_code in (1, 2)
    assert message in " ".join(result.stderr.split())
