"""Debian's Chromium, driven by Playwright, for the tests of the console and the pictures in the docs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.cluster import debian

PROGRAM = "/usr/bin/chromium"
#: Of root it wants no sandbox; all else keeps it from looking for servers of its own.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium without a window; it is installed where it is missing.

    Raises:
        ClusterError: it is missing and can't be installed.
    """
    debian.require({"chromium": "chromium"})
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()
