"""A real log in the console: live over connections that break, in its colours, with a line of nine megabytes, and as a file."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from playwright.sync_api import expect

from glider_client.cluster import paths
from glider_client.cluster.client import Cluster as Client
from tests.browser import chromium
from tests.e2e.conftest import Glider
from tests.e2e.cutting import cut_line
from tests.integration.console.conftest import PATIENCE, running_console
from tests.resources import execution, task

LINES, LONG = 40, 9 * 2**20  # of ten the kubelet begins a new file, and the API server has the last one only
TALK = f"""
import time
for number in range({LINES}):
    print(f"\\x1b[3{{number % 2 + 1}}mline {{number}}\\x1b[0m <b>", flush=True)
    time.sleep(0.05)
print("x" * {LONG})
print("10%\\r100%", end="")
"""


def test_a_log_is_followed_shown_and_downloaded(without_store: Glider, tmp_path: Path) -> None:
    server = urlsplit(Client.connect(kubeconfig=without_store.cluster.kubeconfig).server)
    with cut_line(str(server.hostname), int(server.port or 443)) as line:
        document = yaml.safe_load(without_store.cluster.kubeconfig.read_text())
        document["clusters"][0]["cluster"] |= {"server": f"https://127.0.0.1:{line.port}", "tls-server-name": server.hostname}
        kubeconfig = tmp_path / "kubeconfig"
        kubeconfig.write_text(yaml.safe_dump(document))
        client = Client.connect(kubeconfig=without_store.cluster.kubeconfig, namespace=without_store.namespace)
        client.create(paths.executions(without_store.namespace), execution("talker", task=task(["python", "-c", TALK])))
        with running_console(kubeconfig, tmp_path) as address, chromium() as browser:
            page = browser.new_context(base_url=address.rpartition("/enter")[0]).new_page()
            page.set_default_timeout(4 * PATIENCE)
            expect.set_options(timeout=4 * PATIENCE)
            page.goto(address)
            page.goto(f"/executions/{without_store.namespace}/talker?tab=logs")
            for number in (3, 20):
                expect(page.get_by_text(f"line {number} <b>", exact=True)).to_be_attached()
                line.cut()
            expect(page.get_by_text("The container has ended.")).to_be_visible()
            *lines, long, last = page.locator(".log-text").all_inner_texts()
            assert (lines, last) == ([f"line {number} <b>" for number in range(LINES)], "100%")
            assert re.fullmatch(rf"x{{65000,65536}} … {LONG:,} bytes in all; download the log for the whole", long), long[-100:]
            expect(page.locator(".ansi-green").first).to_have_text("line 1")

            with page.expect_download() as download:
                page.get_by_role("link", name="Download").click()
            assert download.value.suggested_filename == "talker-0-task.log"
            whole = Path(download.value.path()).read_bytes().split(b"\n")
            assert whole[1] == b"\x1b[32mline 1\x1b[0m <b>"
            assert [len(whole), len(whole[LINES]), whole[-1]] == [LINES + 2, LONG, b"10%\r100%"]

            without_store.kubectl("delete", "pods", "--all", "--wait")
            page.reload()
            expect(page.get_by_text("The pod of attempt 0 is gone, and its log with it.")).to_be_visible()
