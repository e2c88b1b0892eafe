"""A failure as clients see it, and what of it is logged."""

from __future__ import annotations

import logging

import grpc
import pytest

from glider_admin.errors import Code, RefusedError
from glider_admin.rpc.errors import status_of


def test_what_a_handler_refuses_isnt_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert status_of(RefusedError(Code.NOT_FOUND, "no such task."), name="GetTask") == (grpc.StatusCode.NOT_FOUND, "no such task.")
    assert caplog.records == []


def test_what_nobody_foresaw_is_logged_with_the_rpc_and_shown_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    code, message = status_of(KeyError("a secret"), name="GetTask")
    assert code is grpc.StatusCode.INTERNAL
    assert "GetTask" in message
    assert "a secret" not in message
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage().startswith("GetTask")
    assert record.exc_info is not None
