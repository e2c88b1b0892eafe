"""What a native task may ask for: current_context(), with the names of flytekit's ExecutionParameters, and its decks.

A context has decks and a deck adds itself to the running task's, so both are here. Decks are HTML that a task leaves about
itself, as deck.html beside its outputs.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from enum import Enum
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from glider.settings.model import Identity, SecretsSettings, StatsdSettings
from glider.telemetry.logs import LOGGER, USER_LOGGER
from glider.wire.contract import ENV_RAW_OUTPUT_PREFIX

if TYPE_CHECKING:
    from glider.runtime.checkpoint import Checkpoint
    from glider.runtime.secrets import SecretsManager
    from glider.telemetry.stats import Stats


@dataclass(frozen=True, kw_only=True, slots=True)
class ExecutionId:
    """Which execution."""

    project: str
    domain: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskId:
    """Which task."""

    project: str
    domain: str
    name: str
    version: str


class DeckField(str, Enum):
    """The decks that a task gets without making them."""

    INPUT = "Input"
    OUTPUT = "Output"
    SOURCE_CODE = "Source Code"
    TIMELINE = "Timeline"
    DEPENDENCIES = "Dependencies"


class Deck:
    """One tab of deck.html.

    Args:
        name: what the tab is called.
        html: what it shows; trusted, and not escaped.
        auto_add_to_deck: add it to the running task's decks.
    """

    def __init__(self, name: str, html: str | None = "", auto_add_to_deck: bool = True) -> None:
        self._name = name
        self._html = html or ""
        if auto_add_to_deck:
            current_context().decks.append(self)

    def append(self, html: str) -> Deck:
        """Adds to what it shows."""
        self._html = f"{self._html}\n{html}"
        return self

    @property
    def name(self) -> str:
        """What the tab is called."""
        return self._name

    @property
    def html(self) -> str:
        """What it shows."""
        return self._html

    @staticmethod
    def publish() -> None:
        """Stores the decks as they are now, while the task goes on."""
        from glider.outcome.report import store_deck
        from glider.storage.access import current_access

        context = current_context()
        if not context.enable_deck:
            LOGGER.warning("Deck.publish() does nothing, since the task has no decks: use @task(enable_deck=True)")
            return
        store_deck(current_access().storage, context.output_metadata_prefix)


class TimelineDeck(Deck):
    """What took how long."""

    def __init__(self) -> None:
        super().__init__(DeckField.TIMELINE.value, auto_add_to_deck=False)
        self.time_info: list[Mapping[str, Any]] = []

    def append_time_info(self, info: Mapping[str, Any]) -> None:
        """Adds a row: a mapping with Name, WallTime and ProcessTime, in seconds."""
        self.time_info.append(info)

    @property
    def html(self) -> str:
        """A table."""
        from glider.runtime.deckpage import table

        rows = [(row["Name"], f"{row['WallTime']:.6f}", f"{row['ProcessTime']:.6f}") for row in self.time_info]
        return table(("Name", "Wall Time(s)", "Process Time(s)"), rows) if rows else ""


@dataclass(frozen=True, kw_only=True)
class ExecutionContext:
    """The surroundings of a running task. `deck_fields` are the default decks that it wants, None where it wants no decks;
    `attributes` is what flytekit's plugins would add; `local` means that there is no task.
    """

    identity: Identity = field(default_factory=Identity)
    statsd: StatsdSettings = field(default_factory=lambda: StatsdSettings(disabled=True))
    secrets_settings: SecretsSettings = field(default_factory=SecretsSettings)
    raw_output_prefix: str = ""
    output_metadata_prefix: str = ""
    checkpoint_path: str | None = None
    prev_checkpoint: str | None = None
    deck_fields: frozenset[str] | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    local: bool = False
    execution_date: datetime = field(default_factory=lambda: datetime.now(timezone.utc))

    @property
    def execution_id(self) -> ExecutionId:
        """The execution's project, domain and name."""
        identity = self.identity
        return ExecutionId(project=identity.execution_project, domain=identity.execution_domain, name=identity.execution_name)

    @property
    def task_id(self) -> TaskId:
        """The task's project, domain, name and version."""
        identity = self.identity
        return TaskId(project=identity.task_project, domain=identity.task_domain, name=identity.task_name, version=identity.task_version)

    @property
    def attempt(self) -> int:
        """Which try this is, from 0."""
        return self.identity.attempt

    @property
    def logging(self) -> logging.Logger:
        """The task's logger."""
        return USER_LOGGER

    @cached_property
    def stats(self) -> Stats:
        """The task's statsd handle, made when first needed."""
        from glider.telemetry.stats import user_stats
        from glider.version import __version__

        return user_stats(self.statsd, self.identity, api_version=__version__.replace(".", "_"))

    @cached_property
    def working_directory(self) -> str:
        """A folder for the task's temporary files, made when first needed."""
        import tempfile

        return tempfile.mkdtemp(prefix="glider-work-")

    @cached_property
    def secrets(self) -> SecretsManager:
        """The task's secrets."""
        from glider.runtime.secrets import SecretsManager

        return SecretsManager(self.secrets_settings, local=self.local)

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """The task's checkpoints.

        Raises:
            NotImplementedError: the control plane gave no place for them; as in flytekit.
        """
        from glider.runtime.checkpoint import Checkpoint

        if self.checkpoint_path is None:
            raise NotImplementedError("Checkpointing is not available: glider-execute was called without --checkpoint-path.")
        return Checkpoint(target=self.checkpoint_path, source=self.prev_checkpoint)

    @property
    def enable_deck(self) -> bool:
        """Whether the task's decks are stored."""
        return self.deck_fields is not None

    @cached_property
    def decks(self) -> list[Deck]:
        """The task's decks, in the order of their tabs."""
        return []

    @cached_property
    def default_deck(self) -> Deck:
        """A deck that is always there."""
        deck = Deck("default", auto_add_to_deck=False)
        self.decks.append(deck)
        return deck

    @cached_property
    def timeline_deck(self) -> TimelineDeck:
        """What took how long; among the decks only if the task wants it."""
        return TimelineDeck()

    def has_attr(self, attr_name: str) -> bool:
        """Whether there is such an attribute of the task's kind."""
        return attr_name.upper() in self.attributes

    def get(self, key: str) -> Any:
        """An attribute of the task's kind, such as a plugin's session."""
        return getattr(self, key)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and name.upper() in self.attributes:
            return self.attributes[name.upper()]
        raise AttributeError(f"{name} is no parameter of this task's context; is the task of the right kind?")


_current: ExecutionContext | None = None


def use_context(context: ExecutionContext) -> None:
    """Makes `context` the process' own."""
    global _current
    _current = context


def current_context() -> Any:
    """The running task's context: a flytekit task gets flytekit's own. Outside of a task it is one that sends no metrics."""
    if _current is not None:
        return _current
    if (flytekit := sys.modules.get("flytekit")) is not None and hasattr(flytekit, "current_context"):
        return flytekit.current_context()
    return _outside()


@cache
def _outside() -> ExecutionContext:
    """In a process that a task started, what the environment has of the task."""
    raw_prefix = os.environ.get(ENV_RAW_OUTPUT_PREFIX)
    if raw_prefix is None:
        return ExecutionContext(local=True)
    from glider.settings.reading import read_settings

    settings = read_settings(os.environ)
    return ExecutionContext(
        identity=settings.identity, statsd=settings.statsd, secrets_settings=settings.secrets, raw_output_prefix=raw_prefix, local=False
    )
