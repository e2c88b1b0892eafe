"""An S3 server for one run of the benchmarks: the one that GLIDER_S3_* names, else one of its own on loopback."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.ports import free_ports
from tests.cluster.tools import build_one

_START_SECONDS = 20.0


@dataclass(frozen=True, kw_only=True)
class Server:
    """A bucket. `folder` is where its objects lie as files, on a server of our own."""

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str
    folder: Path | None = None

    def environment(self) -> dict[str, str]:
        """For flytekit and for the executor."""
        return {
            "FLYTE_AWS_ENDPOINT": self.endpoint,
            "FLYTE_AWS_ACCESS_KEY_ID": self.access_key,
            "FLYTE_AWS_SECRET_ACCESS_KEY": self.secret_key,
        }


@contextmanager
def serving() -> Iterator[Server]:
    """The server, for as long as the block lasts."""
    if os.environ.get("GLIDER_S3_ENDPOINT"):
        yield Server(
            endpoint=os.environ["GLIDER_S3_ENDPOINT"],
            access_key=os.environ["GLIDER_S3_ACCESS_KEY"],
            secret_key=os.environ["GLIDER_S3_SECRET_KEY"],
            bucket=os.environ["GLIDER_S3_BUCKET"],
        )
        return
    with tempfile.TemporaryDirectory(prefix="glider-bench-s3-") as folder:
        bucket = Path(folder, "bucket")
        bucket.mkdir()
        port, keys = free_ports(1)[0], (secrets.token_hex(8), secrets.token_hex(16))
        command = [str(build_one("versitygw")), "--port", f"127.0.0.1:{port}", "--quiet", "posix", folder]
        environment = os.environ | {"ROOT_ACCESS_KEY": keys[0], "ROOT_SECRET_KEY": keys[1]}
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            _wait_for(port, process)
            yield Server(endpoint=f"http://127.0.0.1:{port}", access_key=keys[0], secret_key=keys[1], bucket="bucket", folder=bucket)
        finally:
            process.terminate()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"the S3 server doesn't answer on 127.0.0.1:{port}") from None
            time.sleep(0.05)
