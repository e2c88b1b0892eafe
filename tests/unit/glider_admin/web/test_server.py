"""The HTTP server around the application."""

from __future__ import annotations

from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_admin.web.server import bound, create_server
from glider_client.access.listening import PatientOnce


def test_clients_that_send_no_head_are_left_and_no_proxy_names_the_peer() -> None:
    front: Any = object()
    config = create_server(front, certificate=None, grace=5).config
    assert config.http_protocol_class is PatientOnce
    assert config.proxy_headers is False
    assert config.ssl is None


def test_an_address_that_is_taken_is_named() -> None:
    with bound("127.0.0.1:0") as taken, pytest.raises(FieldError, match="httpAddress: expected an address of this machine"):
        bound(f"127.0.0.1:{taken.getsockname()[1]}")
