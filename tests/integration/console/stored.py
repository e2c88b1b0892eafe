"""Executions with values, files and decks in a real store, where operator and executor put them, and a console that reads it."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import uvicorn
from PIL import Image

from glider import FlyteDirectory, FlyteFile
from glider.settings.reading import read_settings
from glider.storage.access import DataAccess, accessing
from glider.storage.store import Storage
from glider.types.registry import TYPES
from glider.wire.contract import DECK_FILE
from glider.wire.interface import format_type
from glider.wire.jsonform import LiteralMap
from glider_client.access.listening import listen
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.stored.source import Source
from glider_console.access.entrances import LocalEntrance
from glider_console.access.reviews import Reviews
from glider_console.app import create_app
from glider_console.context import Clusters, Console
from glider_console.history.history import History
from glider_console.settings import Settings
from glider_console.web.entering import address_of, entering
from glider_core.api.execution import parse_execution
from glider_core.api.labels import API_VERSION, EXECUTION_KIND
from glider_core.config.loading import load_config
from glider_core.resolve.storage import Paths, paths_of
from tests.conftest import S3

Json = Mapping[str, Any]


@contextmanager
def serving(cluster: Cluster, source: Source, *, history: History | None = None) -> Iterator[str]:
    """A console that reads `source` and `history`; the address that opens its one session."""
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    entrance, clusters = LocalEntrance(cluster.config, token="token", port=port), Clusters()
    reviews, kept = Reviews(clusters.ask), history or History()
    console = Console(settings=Settings(), entrance=entrance, clusters=clusters, reviews=reviews, data=source, history=kept)
    app = create_app(console, routes=entering(entrance))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield address_of(port, "token")
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        listener.close()


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """Creates executions, and keeps what they have in the store below the prefixes of the operator's configuration."""

    cluster: Cluster
    s3: S3
    config: Path

    def create(self, namespace: str, name: str, *, spec: Json, status: Json | None = None) -> Json:
        """An execution, with the status that an operator would write."""
        body = {"apiVersion": API_VERSION, "kind": EXECUTION_KIND, "metadata": {"name": name}, "spec": spec}
        made = self.cluster.create(paths.executions(namespace), body)
        return made if status is None else self.change_status(namespace, name, status)

    def change_status(self, namespace: str, name: str, status: Json) -> Json:
        """What whoever may write a status can make of it."""
        full = {"phase": "Succeeded", "attempts": [{"number": 0}], **status}
        return self.cluster.patch(f"{paths.executions(namespace, name)}/status", {"status": full})

    def paths(self, execution: Json) -> Paths:
        """Where the operator has the execution's files."""
        return paths_of(parse_execution(execution), load_config(self.config).storage, inputs_uri=None)

    def returned(self, execution: Json, values: Mapping[str, tuple[Any, Any]]) -> LiteralMap:
        """The outputs of its first attempt, by name a value and its type, written by the executor's own types."""
        places, access = self.paths(execution), Storage(read_settings(self.s3.env).storage)
        with accessing(DataAccess(storage=access, raw_prefix=places.raw_output(0))):
            literals = LiteralMap(literals={name: TYPES.to_literal(value, hint, name) for name, (value, hint) in values.items()})
        self.s3.write(places.outputs(0), literals.SerializeToString())
        return literals

    def deck(self, execution: Json, page: str, *, attempt: int = 0) -> None:
        """The deck of an attempt."""
        self.s3.write(f"{self.paths(execution).output_prefix(attempt)}/{DECK_FILE}", page.encode())


def interface_of(values: Mapping[str, tuple[Any, Any]]) -> dict[str, str]:
    """The short forms of the types."""
    return {name: format_type(TYPES.literal_type(hint)) for name, (_, hint) in values.items()}


def values_of_every_type(folder: Path) -> dict[str, tuple[Any, Any]]:
    """One output of each type that the page shows in a way of its own."""
    Image.new("RGB", (40, 30), "#c04020").save(folder / "plot.png")
    (folder / "notes.txt").write_text("first line\n<b>second line</b>\n")
    (folder / "measured.csv").write_text("hour,demand\n" + "".join(f"{hour},{hour * 1.5}\n" for hour in range(24)))
    (folder / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg' onload='parent.stolen=1'/>")
    (folder / "model.bin").write_bytes(bytes(range(256)) * 8_192)
    (folder / "shards").mkdir()
    for number in range(3):
        (folder / "shards" / f"part-{number}.txt").write_text(f"part {number}")
    frame = pd.DataFrame({"hour": range(1_000), "demand": [index / 7 for index in range(1_000)], "region": ["north"] * 1_000})
    return {
        "loss": (0.0413, float),
        "rows": (2**60, int),
        "title": ("Week 47", str),
        "long": ("x" * 9_000, str),
        "done": (True, bool),
        "when": (dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC), dt.datetime),
        "took": (dt.timedelta(minutes=90), dt.timedelta),
        "summary": ({"rows": 8760, "columns": ["hour", "demand"], "<img src=x onerror=alert(1)>": {"deep": [1, None]}}, dict),
        "history": ([number / 100 for number in range(450)], list[float]),
        "plot": (FlyteFile(str(folder / "plot.png")), FlyteFile),
        "drawing": (FlyteFile(str(folder / "drawing.svg")), FlyteFile),
        "notes": (FlyteFile(str(folder / "notes.txt")), FlyteFile),
        "measured": (FlyteFile(str(folder / "measured.csv")), FlyteFile),
        "model": (FlyteFile(str(folder / "model.bin")), FlyteFile),
        "shards": (FlyteDirectory(str(folder / "shards")), FlyteDirectory),
        "frame": (frame, pd.DataFrame),
    }
