"""A URI with a password or a signature in it shows neither: in status, Events and the operator's log."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from glider_core.config import Config
from glider_core.config.logs import PlainFormatter
from glider_operator.controller.storing import Store
from glider_operator.telemetry.logs import JsonFormatter
from tests.unit.glider_core.builders import MINUTE, task_document
from tests.unit.glider_core.folder_store import folder_access
from tests.unit.glider_operator.controller.harness import Harness

SECRET = "c0ffee"
URIS = [f"s3://user:{SECRET}@bucket/in.pb", f"https://b.example/in.pb?X-Amz-Signature={SECRET}&X-Amz-Expires=1"]
READS = task_document(container={"image": "i", "args": ["{{.inputs.a}}"]})


@pytest.mark.parametrize("uri", URIS)
async def test_nothing_that_is_written_shows_it(uri, tmp_path):
    harness = Harness(store=Store(folder_access(tmp_path), Config()), task=READS, inputsUri=uri, executor={"mode": "Image"})
    await harness.reconcile()
    await harness.reconcile()
    assert harness.status["conditions"][0]["reason"] == "InvalidSpec"
    assert "***" in json.dumps(harness.status) and SECRET not in json.dumps(harness.status)
    assert harness.cluster.events and SECRET not in json.dumps(harness.cluster.events)


@pytest.mark.parametrize("uri", URIS)
async def test_nor_does_the_status_of_one_that_runs(uri):
    harness = Harness(inputsUri=uri, storage={"metadataPrefix": f"s3://user:{SECRET}@bucket/meta"})
    await harness.reconcile()
    await harness.pod_becomes("running", phase="Running", startedAt="2026-01-31T12:00:02Z")
    await harness.reconcile(after=MINUTE)
    assert harness.status["phase"] == "Running" and "***" in harness.status["inputsUri"]
    assert SECRET not in json.dumps(harness.status)


@pytest.mark.parametrize("formatter", [JsonFormatter(), PlainFormatter()])
@pytest.mark.parametrize("uri", URIS)
def test_nor_does_the_log(formatter, uri):
    try:
        raise ValueError(uri)
    except ValueError:
        record = logging.LogRecord("glider_operator", logging.ERROR, "x.py", 1, "%s: no", (uri,), sys.exc_info())
    assert SECRET not in formatter.format(record)
