"""Which folders an execution has that no history knows."""

from __future__ import annotations

from typing import Any

import pytest

from glider_client.sdk.deleting import claimed_folders
from glider_core.history.own import folders_of
from glider_core.history.records import OwnFolders
from glider_core.history.rows import Row
from glider_core.resolve.storage import shard

UID = "0a1b2c3d-0000-4000-8000-000000000000"
METADATA = "s3://b/meta/ns/a-0a1b2c3d"
RAW = tuple(f"s3://b/raw/{shard(f'ns-a-0a1b2c3d-{number}')}/ns-a-0a1b2c3d-{number}" for number in range(3))
STATUS = {"outputsUri": f"{METADATA}/2/outputs.pb", "rawOutputDataPrefix": RAW[2], "attempts": [{"number": 1}, {"number": 2}]}


def document(*, spec: dict[str, Any] | None = None, status: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"metadata": {"namespace": "ns", "name": "a", "uid": UID}, "spec": spec or {"task": {}}, "status": status or {}}


@pytest.mark.parametrize(
    ("execution", "template", "expected"),
    [
        pytest.param(document(status=STATUS), None, OwnFolders(metadata=METADATA, raw=RAW), id="by its status, with all attempts"),
        pytest.param(document(), None, OwnFolders(), id="nothing without a store"),
        pytest.param(
            document(spec={"task": {"storage": {"metadataPrefix": "s3://b/meta/"}}}), None, OwnFolders(metadata=METADATA), id="by its task"
        ),
        pytest.param(
            document(spec={"taskRef": {"name": "t"}}, status={"attempts": [{"number": 0}]}),
            {"spec": {"storage": {"metadataPrefix": "s3://b/meta", "rawOutputDataPrefix": "s3://b/raw/"}}},
            OwnFolders(metadata=METADATA, raw=RAW[:1]),
            id="by its template",
        ),
        pytest.param(
            document(status={**STATUS, "outputsUri": "s3://b/elsewhere/0/outputs.pb"}),
            None,
            OwnFolders(metadata="s3://b/raw/ns/a-0a1b2c3d", raw=RAW),
            id="one prefix may serve for both",
        ),
    ],
)
def test_they_are_known_from_its_documents(execution, template, expected):
    claimed = claimed_folders(execution, template=template)
    assert claimed == expected
    folders_of(Row(uid=UID, namespace="ns", name="a", completed=""), claimed)  # none is anybody else's


def test_what_a_status_claims_falsely_is_refused_later():
    claimed = claimed_folders(document(status={**STATUS, "rawOutputDataPrefix": "s3://other/zz/victim"}), template=None)
    assert all(uri.startswith("s3://other/") and "/ns-a-0a1b2c3d-" in uri for uri in claimed.raw)
