"""Questions to the API server run in threads; no viewer takes those of the others."""

from __future__ import annotations

import threading

import anyio
import pytest
from anyio import to_thread

from glider_client.cluster.client import Cluster
from glider_client.cluster.config import ClientConfig
from glider_console.access.viewer import Viewer
from glider_console.context import Clusters


def viewer(name: str) -> Viewer:
    return Viewer(key=name, name=name, entrance="token", config=ClientConfig(server="http://127.0.0.1:1"))


@pytest.mark.parametrize("other", ["ask", "ask_once"])
async def test_a_viewer_who_waits_for_a_slow_api_server_holds_up_nobody_else(other: str):
    clusters, answers = Clusters(), threading.Event()

    def slow(cluster: Cluster) -> bool:
        return answers.wait(60)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            for _ in range(200):
                group.start_soon(clusters.ask, viewer("ada"), slow)
            await anyio.wait_all_tasks_blocked()
            try:
                assert await getattr(clusters, other)(viewer("ben"), lambda cluster: "an answer") == "an answer"
                assert await to_thread.run_sync(lambda: "a file") == "a file"
            finally:
                answers.set()


async def test_all_questions_of_one_viewer_are_answered():
    clusters, found = Clusters(), []

    async def ask(number: int) -> None:
        found.append(await clusters.ask(viewer("ada"), lambda cluster: number))

    async with anyio.create_task_group() as group:
        for number in range(100):
            group.start_soon(ask, number)
    assert sorted(found) == list(range(100))
