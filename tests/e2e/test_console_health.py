"""The console's health page reads what an operator reports of itself, which its pod shows to its own loopback only."""

from __future__ import annotations

import http.cookiejar
import json
import urllib.request
from pathlib import Path
from typing import Any

from tests.e2e.conftest import Glider, wait_until
from tests.integration.console.conftest import running_console


def test_an_operator_reports_itself_through_port_forward(without_store: Glider, tmp_path: Path) -> None:
    with running_console(without_store.cluster.kubeconfig, tmp_path) as address:
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        opener.open(address).close()
        origin = address.rpartition("/enter")[0]

        def replicas() -> list[dict[str, Any]]:
            with opener.open(f"{origin}/api/health") as answer:
                return [replica for one in json.load(answer)["operators"] for replica in one["replicas"] if replica["phase"] == "Running"]

        wait_until(lambda: [one["ready"] for one in replicas()] == [True], what="the one operator to be ready")
        (replica,) = replicas()
        assert (replica["problem"], replica["debug"]["leads"], replica["debug"]["unready"]) == ("", True, None)
        assert set(replica["debug"]["watches"].values()) == {"well"}
