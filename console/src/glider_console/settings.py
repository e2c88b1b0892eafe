"""What the process is started with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The console's settings.

    Attributes:
        host: the address to listen on.
        port: the port; 0 for any that is free.
        static: the folder of the built front end.
        namespace: the namespace that pages begin with; empty for all.
        namespaces: those to choose from, for viewers who may not list them.
    """

    host: str = "127.0.0.1"
    port: int = 8585
    static: Path = Path(__file__).parent / "static"
    namespace: str = ""
    namespaces: tuple[str, ...] = ()
