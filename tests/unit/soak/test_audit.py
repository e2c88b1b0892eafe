"""What of the API server's account of its calls counts: pods' creations, others' deletions and evictions, and status writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.soak.audit import ADMIN, read

OPERATOR = "system:serviceaccount:glider-system:glider"


def call(
    verb: str, resource: str, *, user: str = OPERATOR, subresource: str = "", code: int = 200, namespace: str = "soak"
) -> dict[str, Any]:
    return {
        "stage": "ResponseComplete",
        "verb": verb,
        "user": {"username": user},
        "objectRef": {"resource": resource, "subresource": subresource, "namespace": namespace, "name": "a"},
        "responseStatus": {"code": code},
        "requestReceivedTimestamp": "2026-01-01T00:00:00Z",
    }


def test_read(tmp_path: Path):
    log = tmp_path / "audit.log"
    before = json.dumps(call("create", "pods")) + "\n"
    calls = [
        call("create", "pods", code=201),
        call("create", "pods", code=409),
        call("create", "pods", code=201, namespace="soak-2"),
        call("delete", "pods", user=ADMIN),
        call("create", "pods", user=ADMIN, subresource="eviction", code=201),
        call("create", "pods", user=ADMIN, subresource="eviction", code=429),
        call("delete", "pods"),
        call("patch", "taskexecutions", subresource="status"),
    ]
    log.write_text(before + "".join(json.dumps(one) + "\n" for one in calls))
    audit = read(log, offset=len(before), namespace="soak")
    assert audit.pods_created == {"a": 1}
    assert audit.disturbed == {"a": 2}  # and not by the operator's own deletions
    assert len(audit.status_writes["a"]) == 1
