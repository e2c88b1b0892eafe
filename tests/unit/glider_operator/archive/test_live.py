"""What is known of executions that aren't finished: when their files of inputs are read."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from glider_core.history.retention import Facts
from glider_operator.archive.live import Live
from glider_operator.archive.working import Thread

UID = "11112222-0000"


def test_a_file_of_inputs_that_is_written_late_counts_and_is_read_once():
    one = SimpleNamespace(uid="33334444-0000", spec={"inputsUri": "s3://b/inputs.pb"})
    caches: Any = SimpleNamespace(
        executions=SimpleNamespace(live=lambda: [(("n", "reader"), one)]), templates=SimpleNamespace(of=lambda namespace: {})
    )
    transport: Any = None
    live, thread, reads = Live(transport, caches, namespaces=(None,)), Thread("test"), list[str]()
    files: dict[str, tuple[str, ...]] = {}

    def read(namespace: str, uri: str) -> tuple[str, ...]:
        reads.append(uri)
        return files.get(uri, ())

    def users() -> tuple[str, ...]:
        return asyncio.run(live.created_since(Facts(), read, thread)).references.to(UID)

    assert users() == ()
    files["s3://b/inputs.pb"] = (f"s3://b/meta/n/given-{UID[:8]}/outputs",)
    assert users() == users() == ("n/reader",)
    assert len(reads) == 2
    thread.stop()
