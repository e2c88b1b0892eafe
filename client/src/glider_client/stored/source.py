"""Where data comes from: the store, and the operator's configuration that limits what is read of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from glider.wire.jsonform import FieldError
from glider_client.stored.rule import CONSOLE, Reach, anywhere, reach_of
from glider_client.stored.store import Store
from glider_core.api.execution import Execution
from glider_core.config import Config
from glider_core.config.loading import load_config


@dataclass(kw_only=True)
class Source:
    """The source of data.

    Attributes:
        local: whether this is the viewer's own machine, whose credentials for the store are the viewer's.
        config_file: the operator's configuration; it may change while the server runs.
        store: the store.
        reader: who reads, in messages.
    """

    local: bool = False
    config_file: Path | None = None
    store: Store = field(default_factory=Store)
    reader: str = CONSOLE
    _known: tuple[tuple[int, int], Config] | None = None

    def reach(self, execution: Execution) -> Reach:
        """What may be read for those who may get `execution`. Reads the configuration, a small file, if it has changed."""
        if self.local:
            return anywhere()
        try:
            return reach_of(execution, self.config(), reader=self.reader)
        except (FieldError, OSError) as error:
            return Reach(execution=execution, problem=f"not read: the operator's configuration can't be read by {self.reader}: {error}")

    def config(self) -> Config | None:
        """The operator's configuration, as it is now; None where the console has none.

        Raises:
            FieldError: it is refused.
            OSError: it can't be read.
        """
        if self.config_file is None:
            return None
        found = self.config_file.stat()
        version = (found.st_mtime_ns, found.st_ino)
        if self._known is None or self._known[0] != version:
            config = load_config(self.config_file)
            self._known = (version, config)
            return config
        return self._known[1]

    def usable_config(self) -> Config | None:
        """The same; None also where it is refused or can't be read, for what is shown without it as well."""
        try:
            return self.config()
        except (FieldError, OSError):
            return None
