"""Where the history is: below the prefix that was given, else where the operator of the cluster keeps it, as its configuration has it.

The store's credentials are those of this machine, as for `glider outputs`. Commands that may not need the history import this: the
store and the index are imported once they are used.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from glider.storage.uris import is_remote
from glider_client.cluster.errors import ClusterError, ForbiddenError

if TYPE_CHECKING:
    from glider.storage.store import Storage
    from glider_client.cluster.client import Cluster
    from glider_core.archive.index import Index
    from glider_core.archive.records import Records

#: Where the history's prefix is looked for in the environment.
ENV_PREFIX = "GLIDER_HISTORY_PREFIX"
_ADVICE = f"Pass --history-prefix, such as s3://bucket/metadata/.history, or set {ENV_PREFIX}"


class HistoryError(ClusterError):
    """There is no history, or it can't be found out where it is. Its text is for people: a sentence and a next step."""


class NoHistoryError(HistoryError):
    """As far as this user may know there is none."""


class History:
    """A history in the object store.

    Args:
        storage: the store.
        prefix: the URI below which it is.
    """

    def __init__(self, storage: Storage, prefix: str) -> None:
        self.storage = storage
        self.prefix = prefix.rstrip("/")

    @cached_property
    def index(self) -> Index:
        """Its index."""
        from glider_core.archive.index import Index

        return Index(self.storage, self.prefix)

    @cached_property
    def records(self) -> Records:
        """Its records."""
        from glider_core.archive.records import Records

        return Records(self.storage, self.prefix)


def history_of(prefix: str | None, cluster: Cluster | None, *, environment: Mapping[str, str] = os.environ) -> History:
    """The history.

    Args:
        prefix: the URI below which it is, where that was given; None to find it out.
        cluster: whose operator may know it; None where there is none.
        environment: the prefix, if it isn't given, and the store's endpoint and credentials.

    Raises:
        NoHistoryError: there is none, as far as the user may know.
        HistoryError: it is one of several, or the store's settings are refused.
    """
    from glider.settings.model import SettingsError
    from glider.settings.reading import read_settings
    from glider.storage.store import Storage, problem_of

    given = prefix or environment.get(ENV_PREFIX) or ""
    if not given and cluster is None:
        raise NoHistoryError(f"It isn't known where the history is. {_ADVICE}.")
    found = given or _configured(cluster)
    if (problem := problem_of(found, writing=True) or _no_folder(found)) is not None:
        raise HistoryError(f"The history's prefix: {problem}. {_ADVICE}.")
    try:
        return History(Storage(read_settings(environment).storage), found)
    except SettingsError as error:
        raise HistoryError(f"The store's settings in the environment are refused: {error}") from error


def _no_folder(prefix: str) -> str | None:
    """Why `prefix` is none, if it is a path that may be meant as a bucket."""
    if is_remote(prefix) or Path(prefix).is_absolute() or Path(prefix).is_dir():
        return None
    return f'expected a URI, or a folder that is there, found "{prefix}"'


def _configured(cluster: Cluster | None) -> str:
    """The prefix in the configuration of the operator that serves the cluster's namespace."""
    from glider_client.cluster.operators import operators_of
    from glider_core.config import history_prefix

    assert cluster is not None
    try:
        operators = operators_of(cluster)
    except ForbiddenError as error:
        raise NoHistoryError(f"It isn't known where the history is, since you may not list operators. {_ADVICE}.") from error
    serving = [one for one in operators if one.watches(cluster.namespace)]
    if not serving:
        raise NoHistoryError(f"There is no operator that serves the namespace {cluster.namespace}, so no history is known. {_ADVICE}.")
    if unknown := [one for one in serving if one.problem]:
        raise NoHistoryError(f"It isn't known where the history is: of the operator {unknown[0]} {unknown[0].problem}. {_ADVICE}.")
    prefixes = sorted({found for one in serving if one.config.history.enabled and (found := history_prefix(one.config))})
    if not prefixes:
        raise NoHistoryError(
            f"The operator {serving[0]} keeps no history: history.enabled is false in its configuration. If there is one of before: "
            f"{_ADVICE[0].lower()}{_ADVICE[1:]}."
        )
    if len(prefixes) > 1:
        raise HistoryError(
            f"Several operators serve the namespace {cluster.namespace}, with histories at {', '.join(prefixes)}. {_ADVICE}."
        )
    return prefixes[0]
