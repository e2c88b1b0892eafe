"""Clients may send numbers that an enum of flyteidl's doesn't have, and addresses of any length: refused before anything is looked up."""

from __future__ import annotations

from typing import Any, cast

import pytest
from flyteidl.admin import execution_pb2
from flyteidl.service import dataproxy_pb2

from glider.wire.jsonform import FieldError
from glider_admin.front import Call
from glider_admin.handlers.downloads import create_download_link, create_download_location
from glider_admin.handlers.executions import update_execution

NO_CALL = cast(Call, None)
UNKNOWN: Any = 99


async def test_an_unknown_state() -> None:
    with pytest.raises(FieldError, match="state: expected EXECUTION_ACTIVE or EXECUTION_ARCHIVED, found 99"):
        await update_execution(NO_CALL, execution_pb2.ExecutionUpdateRequest(state=UNKNOWN))


async def test_an_unknown_artifact() -> None:
    with pytest.raises(FieldError, match="artifact_type: expected ARTIFACT_TYPE_DECK, found 99"):
        await create_download_link(NO_CALL, dataproxy_pb2.CreateDownloadLinkRequest(artifact_type=UNKNOWN))


async def test_an_address_that_is_longer_than_any_of_a_store() -> None:
    request = dataproxy_pb2.CreateDownloadLocationRequest(native_url=f"s3://bucket/{'a/b-12345678/' * 1000}c")
    with pytest.raises(FieldError, match="native_url: expected at most 2,048 characters, found 13,013"):
        await create_download_location(NO_CALL, request)
