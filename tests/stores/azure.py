"""Azurite as a process on loopback, with a container to write to."""

from __future__ import annotations

import base64
import email.utils
import hashlib
import hmac
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.errors import ClusterError
from tests.cluster.ports import free_ports
from tests.conftest import MissingServer
from tests.stores import npm

CONTAINER = "box"
_VERSION = "2021-08-06"


@dataclass(frozen=True, kw_only=True)
class Azurite:
    """Where it is, and its one account, whose key everybody knows: Microsoft's documentation has it."""

    port: int
    account: str = "devstoreaccount1"
    key: str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/{self.account}"

    @property
    def connection_string(self) -> str:
        """As the portal shows it."""
        return f"DefaultEndpointsProtocol=http;AccountName={self.account};AccountKey={self.key};BlobEndpoint={self.endpoint};"

    def make_container(self, name: str) -> None:
        """A bucket, in Azure's words. obstore makes none."""
        date = email.utils.formatdate(usegmt=True)
        resource = f"/{self.account}/{self.account}/{name}\nrestype:container"
        text = f"PUT\n{chr(10) * 11}x-ms-date:{date}\nx-ms-version:{_VERSION}\n{resource}"
        signature = base64.b64encode(hmac.new(base64.b64decode(self.key), text.encode(), hashlib.sha256).digest()).decode()
        headers = {"x-ms-date": date, "x-ms-version": _VERSION, "Authorization": f"SharedKey {self.account}:{signature}"}
        request = urllib.request.Request(f"{self.endpoint}/{name}?restype=container", method="PUT", headers=headers)
        urllib.request.urlopen(request, timeout=20).close()


@contextmanager
def azurite(folder: Path) -> Iterator[Azurite]:
    """One of one's own, empty but for the container; `folder` gets its log.

    Raises:
        MissingServer: it can't be installed.
    """
    try:
        program = npm.installed("azurite") / "node_modules/azurite/dist/src/blob/main.js"
    except (ClusterError, OSError, subprocess.TimeoutExpired) as error:
        raise MissingServer(f"no Azurite: {error}") from error
    server = Azurite(port=free_ports(1)[0])
    options = ["--blobHost", "127.0.0.1", "--blobPort", str(server.port), "--inMemoryPersistence", "--disableTelemetry"]
    with (folder / "azurite.log").open("w") as log:
        # obstore asks for a version of the service that is younger than any Azurite
        command = ["node", str(program), *options, "--skipApiVersionCheck"]
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait(process, server.port, folder / "azurite.log")
        server.make_container(CONTAINER)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"Azurite doesn't listen:\n{log.read_text()[-2000:]}")
