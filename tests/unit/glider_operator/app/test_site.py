"""Probes and metrics, asked for over HTTP."""

from __future__ import annotations

import socket

import aiohttp
import pytest

from glider_operator.app.site import Site


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@pytest.mark.parametrize(("unready", "status", "text"), [("", 200, "ok\n"), ("may not list pods", 503, "may not list pods\n")])
async def test_ready_or_why_not(unready, status, text):
    address = free_address()
    site = Site(health_address=address, metrics_address=address, unready=lambda: unready)
    await site.start()
    try:
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://{address}/readyz") as answer:
                assert (answer.status, await answer.text()) == (status, text)
            async with session.get(f"http://{address}/healthz") as answer:
                assert answer.status == 200
            async with session.get(f"http://{address}/metrics") as answer:
                assert "glider_workqueue_depth" in await answer.text()
    finally:
        await site.close()
