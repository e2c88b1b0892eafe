"""All settings of the operator. Names are those of JobSet's and Kueue's configuration where they mean the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import reduce

from glider_core.api.fields import Fields
from glider_core.api.settings import (
    ADDRESS,
    ADDRESS_OR_NONE,
    DURATION,
    FLAG,
    LABEL_VALUE,
    LIMIT,
    NAMESPACES,
    PORT,
    TEXT,
    Json,
    choice,
    number,
    parse_section,
    section,
    setting,
)
from glider_core.config.defaults import Defaults
from glider_core.config.history import History
from glider_core.config.leading import LeaderElection
from glider_core.config.namespaces import NAMESPACE_DEFAULTS, NamespaceDefaults, laid_over
from glider_core.config.retention import Retention


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """Where the kubelet probes the operator."""

    health_probe_bind_address: str = setting("Serves /healthz and /readyz.", ADDRESS, default=":8081", restart=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class OperatorStatsd:
    """Where the operator's metrics go by statsd."""

    host: str | None = setting("The server.", TEXT, restart=True)
    port: int = setting("Its UDP port.", PORT, default=8125, restart=True)
    interval: timedelta = setting("How often they are sent.", DURATION, default=timedelta(seconds=10), restart=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Metrics:
    """Where Prometheus reads the operator's metrics."""

    bind_address: str | None = setting('Serves /metrics; "0" serves none.', ADDRESS_OR_NONE, default=":8080", restart=True)
    bearer_token_file: str | None = setting(
        "A file with the token that reading /metrics needs (`Authorization: Bearer …`). Without one every pod that reaches the operator "
        "may read them, and so the names of namespaces.",
        TEXT,
        default_text="none",
        restart=True,
    )
    statsd: OperatorStatsd = setting("The same metrics by statsd.", section(OperatorStatsd), default=OperatorStatsd)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientConnection:
    """How fast the operator may call the API server."""

    qps: float = setting("Requests a second.", number(least=1), default=100, restart=True)
    burst: int = setting("Requests at once after a pause.", LIMIT, default=200, restart=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Events:
    """How many Normal Events are posted; a Warning always is. Where much happens at once the statuses show the rest."""

    qps: float = setting("Normal Events a second. What is more isn't posted.", number(least=0.001), default=5, restart=True)
    burst: int = setting("Normal Events at once after a pause.", LIMIT, default=25, restart=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiBudget:
    """The optional calls: Normal Events, statuses that only show progress, and lookups of the Events of silent pods."""

    adaptive: bool = setting(
        "Make fewer of them while the API server answers slowly. With false only their fixed rates count, such as `events.qps`: for an API "
        "server that is far away but idle, which answers slowly and isn't busy.",
        FLAG,
        default=True,
        restart=True,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookups:
    """What the operator reads of the objects to which a pod refers, before it creates the pod."""

    secrets: bool = setting(
        "Secrets. With false the operator asks for none, and the kubelet reports one that is missing. The chart sets it by "
        "`rbac.getSecrets`.",
        FLAG,
        default=True,
        restart=True,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Sweep:
    """Lists everything periodically, to find changes that the watches missed."""

    interval: timedelta = setting(
        "How often. It takes a page of 500 objects at a time, with pauses.", DURATION, default=timedelta(minutes=2), restart=True
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Logging:
    """The operator's own log, on standard error."""

    level: str = setting("How much is logged.", choice("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO")
    format: str = setting("Lines for people, or JSON objects for machines.", choice("plain", "json"), default="plain")


@dataclass(frozen=True, kw_only=True, slots=True)
class Config(Defaults):
    """All settings of the operator: its own, and the defaults for tasks and executions."""

    watch_namespaces: tuple[str, ...] = setting(
        "The namespaces that are served. Without any, all.", NAMESPACES, default=(), default_text="all", restart=True
    )
    instance_id: str | None = setting(
        "Serve only TaskExecutions with the label glider.dev/instance-id of this value. Without it, only those without the label.",
        LABEL_VALUE,
        restart=True,
    )
    leader_election: LeaderElection = setting("Which of several replicas acts.", section(LeaderElection), default=LeaderElection)
    sweep: Sweep = setting("Periodic lists that find changes which the watches missed.", section(Sweep), default=Sweep)
    health: Health = setting("Probes.", section(Health), default=Health)
    metrics: Metrics = setting("Prometheus metrics.", section(Metrics), default=Metrics)
    client_connection: ClientConnection = setting("Calls to the API server.", section(ClientConnection), default=ClientConnection)
    events: Events = setting("Kubernetes Events.", section(Events), default=Events)
    api_budget: ApiBudget = setting("Optional calls to the API server.", section(ApiBudget), default=ApiBudget)
    lookups: Lookups = setting("What is looked up before a pod is created.", section(Lookups), default=Lookups)
    history: History = setting("Finished executions in the store.", section(History), default=History)
    retention: Retention = setting("Which data of finished executions is deleted.", section(Retention), default=Retention)
    logging: Logging = setting("The operator's own log.", section(Logging), default=Logging)
    namespace_defaults: tuple[NamespaceDefaults, ...] = setting(
        "What differs in some namespaces: `namespaces`, a list of names or of patterns such as team-*, beside any of the settings for "
        "tasks. All entries that match count, the first before the others.",
        NAMESPACE_DEFAULTS,
        default=(),
    )
    #: What it was read from; needed for what differs in some namespaces.
    document: Json = field(default_factory=dict, repr=False, compare=False)
    #: By the numbers of the entries, since namespaces come and go.
    _by_entries: dict[tuple[int, ...], Config] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def lease_name(self) -> str:
        """The name of the Lease by which one of several replicas acts; each instance has its own."""
        return "-".join(filter(None, (self.leader_election.resource_name, self.instance_id))).lower()

    def for_namespace(self, namespace: str) -> Config:
        """The configuration for tasks in `namespace`.

        Raises:
            FieldError: entries that match don't fit together, although each is good alone.
        """
        matching = tuple(number for number, entry in enumerate(self.namespace_defaults) if entry.match(namespace))
        if not matching:
            return self
        known = self._by_entries.get(matching)
        if known is None:
            known = self._by_entries[matching] = self.under([self.namespace_defaults[number] for number in matching])
        return known

    def under(self, entries: Sequence[NamespaceDefaults]) -> Config:
        """The configuration with `entries` laid over it, the first on top.

        Raises:
            FieldError: they don't fit together.
        """
        document = reduce(lambda general, entry: laid_over(entry.settings, general), reversed(entries), self.document)
        return parse_section(Config, Fields(document, path=""))
