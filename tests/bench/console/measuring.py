"""CPU and memory while something goes on, and how soon somebody sees a page."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.console.crowd import NAMESPACE
from tests.bench.operator.accounts import cpu_of_all
from tests.browser import chromium
from tests.cluster.ports import free_ports

PAGE = f"/api/executions?namespace={NAMESPACE}&limit=100"
_LOADS = 5


@dataclass(kw_only=True)
class Running:
    """The console's process, and where it answers."""

    pid: int
    address: str


@contextmanager
def console(kubeconfig: Path) -> Iterator[Running]:
    """A console that has just been started, and answers."""
    [port] = free_ports(1)
    command = [sys.executable, "-m", "tests.bench.console.server", str(kubeconfig), str(port)]
    with subprocess.Popen(command) as process:
        running = Running(pid=process.pid, address=f"http://127.0.0.1:{port}")
        try:
            _wait_until_up(running.address)
            yield running
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_until_up(address: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            _get(f"{address}/api/viewer")
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the console doesn't answer")


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as response:
        body: bytes = response.read()
        return body


def seconds_to_page(running: Running) -> float:
    """How long the API takes for a page."""
    began = time.monotonic()
    _get(running.address + PAGE)
    return time.monotonic() - began


async def cpu_shares(pids: Mapping[str, int], work: Awaitable[object]) -> dict[str, float]:
    """The share of one CPU that each process takes while `work` goes on."""
    began, before = time.monotonic(), cpu_of_all(pids)
    await work
    took, after = time.monotonic() - began, cpu_of_all(pids)
    return {name: (after[name] - before[name]) / took for name in pids}


def paints(running: Running) -> tuple[float, float]:
    """Seconds until Chromium has painted something, and until the first row is there: medians of a few loads."""
    found: list[tuple[float, float]] = []
    with chromium() as browser:
        for _ in range(_LOADS):
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(f"{running.address}/executions?namespace={NAMESPACE}")
            page.locator("tr[data-uid]").first.wait_for()
            row: float = page.evaluate("performance.now()")
            paint: float = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
            found.append((paint / 1000, row / 1000))
            page.close()
    middle = len(found) // 2
    return sorted(paint for paint, _ in found)[middle], sorted(row for _, row in found)[middle]


async def paints_elsewhere(running: Running) -> tuple[float, float]:
    """The same without blocking the loop: Playwright has a loop of its own."""
    return await asyncio.to_thread(paints, running)
