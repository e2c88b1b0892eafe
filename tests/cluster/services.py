"""What tasks need beside Kubernetes: an S3 server and a statsd sink, reachable under one address from pods and from outside."""

from __future__ import annotations

import json
import secrets
import socket
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.cluster.layout import BUCKET, SOURCES, Layout
from tests.cluster.processes import Program


@dataclass(frozen=True, kw_only=True, slots=True)
class S3Keys:
    """The S3 server's root account, made at bring-up."""

    access_key: str
    secret_key: str


def s3_keys(layout: Layout) -> S3Keys:
    """This cluster's keys; the first call makes them."""
    path = layout.pki / "s3-keys.json"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(S3Keys(access_key=secrets.token_hex(8), secret_key=secrets.token_hex(16)))))
    return S3Keys(**json.loads(path.read_text()))


def programs(layout: Layout, binaries: dict[str, Path]) -> list[Program]:
    (layout.s3_data / BUCKET).mkdir(parents=True, exist_ok=True)  # to the posix backend a folder is a bucket
    keys = s3_keys(layout)
    s3 = Program(
        name="s3",
        argv=[str(binaries["versitygw"]), "--port", f"{layout.address}:{layout.ports.s3}", "--quiet", "posix", str(layout.s3_data)],
        environment={"ROOT_ACCESS_KEY": keys.access_key, "ROOT_SECRET_KEY": keys.secret_key},
    )
    sink = SOURCES / "statsd_sink.py"
    statsd = Program(
        name="statsd",
        argv=[sys.executable, "-I", str(sink), layout.address, str(layout.ports.statsd), str(layout.statsd_log)],
        reads=[sink],
    )
    return [s3, statsd]


def is_s3_ready(layout: Layout) -> bool:
    try:
        socket.create_connection((layout.address, layout.ports.s3), timeout=1).close()
    except OSError:
        return False
    return True


def is_statsd_ready(layout: Layout) -> bool:
    """A closed UDP port answers the first datagram, and so fails the second; an empty one leaves no trace in the sink's file."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect((layout.address, layout.ports.statsd))
        try:
            sender.send(b"")
            time.sleep(0.02)
            sender.send(b"")
        except OSError:
            return False
        return True
