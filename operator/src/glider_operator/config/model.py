"""All settings of the operator. Names are those of JobSet's and Kueue's configuration where they mean the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from glider_operator.config.defaults import BUILT_IN, Defaults, NamespaceDefaults, joined
from glider_operator.config.kinds import ADDRESS, COUNT, DURATION, TEXT, TEXTS, choice, number, section, sections, setting


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """Where the kubelet asks whether the operator lives."""

    health_probe_bind_address: str = setting("Serves /healthz and /readyz.", ADDRESS, default="0.0.0.0:8081", restart=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Metrics:
    """Where Prometheus reads the operator's metrics."""

    bind_address: str = setting("Serves /metrics.", ADDRESS, default="0.0.0.0:8080", restart=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientConnection:
    """How fast the operator may call the API server."""

    qps: float = setting("Requests a second.", number(least=1), default=100, restart=True)
    burst: int = setting("Requests at once after a pause.", COUNT, default=200, restart=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Logging:
    """The operator's own log, on standard error."""

    level: str = setting("How much is logged.", choice("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO")
    format: str = setting("Lines for people, or JSON objects for machines.", choice("plain", "json"), default="plain")


@dataclass(frozen=True, kw_only=True, slots=True)
class Executor:
    """The executor: what reads a task's inputs, calls its function and stores its outputs."""

    mode: str = setting(
        "For tasks that don't say: Injected brings the executor into the pod; Image runs what the task's image has.",
        choice("Injected", "Image"),
        default="Injected",
    )
    image: str = setting("The image of the init container that brings the executor.", TEXT, default="glider-executor:dev")
    image_pull_policy: str | None = setting("Its pull policy.", choice("Always", "IfNotPresent", "Never"), told="Kubernetes'")
    python: str = setting("The name of the interpreter in the tasks' images.", TEXT, default="python3")


@dataclass(frozen=True, kw_only=True, slots=True)
class Statsd:
    """Where tasks send their metrics."""

    host: str | None = setting("The statsd server.", TEXT, told="what the task's environment says")
    port: int = setting("Its UDP port.", COUNT, default=8125)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gpu:
    """How nodes with accelerators are known."""

    resource_name: str = setting("The extended resource that `gpu` stands for.", TEXT, default="nvidia.com/gpu")
    device_node_label: str = setting("The node label that names the device.", TEXT, default="k8s.amazonaws.com/accelerator")
    partition_size_node_label: str = setting(
        "The node label that names the size of a partition.", TEXT, default="k8s.amazonaws.com/gpu-partition-size"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class GracePeriods:
    """How long a pod may wait for something that may still come, before its attempt counts as failed."""

    image_pull_back_off: timedelta = setting("An image that can't be pulled.", DURATION, default=timedelta(minutes=3), told="3m")
    create_container_config_error: timedelta = setting(
        "A Secret or ConfigMap that the container's environment names, and that isn't there.",
        DURATION,
        default=timedelta(minutes=1),
        told="1m",
    )
    create_container_error: timedelta = setting(
        "A container that the node can't create.", DURATION, default=timedelta(minutes=3), told="3m"
    )
    failed_mount: timedelta = setting("A volume that can't be mounted.", DURATION, default=timedelta(minutes=5), told="5m")


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A link in the status of each execution, such as to the pod's log."""

    name: str = setting("What people see.", TEXT, default="")
    uri: str = setting(
        "Where it leads, with Flyte's template variables, such as https://logs.example.org/?pod={{.podName}}.", TEXT, default=""
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """All settings of the operator."""

    watch_namespaces: tuple[str, ...] = setting(
        "The namespaces that are served. Without any, all.", TEXTS, default=(), told="all", restart=True
    )
    health: Health = setting("Probes.", section(Health), default=Health)
    metrics: Metrics = setting("Prometheus metrics.", section(Metrics), default=Metrics)
    client_connection: ClientConnection = setting("Calls to the API server.", section(ClientConnection), default=ClientConnection)
    logging: Logging = setting("The operator's own log.", section(Logging), default=Logging)
    executor: Executor = setting("What runs in the tasks' containers.", section(Executor), default=Executor)
    statsd: Statsd = setting("Where tasks send their metrics.", section(Statsd), default=Statsd)
    gpu: Gpu = setting("How nodes with accelerators are known.", section(Gpu), default=Gpu)
    grace_periods: GracePeriods = setting("How long pods may wait.", section(GracePeriods), default=GracePeriods)
    links: tuple[Link, ...] = setting("Links in the status of each execution.", sections(Link), default=())
    defaults: Defaults = setting("What tasks get that say nothing themselves.", section(Defaults), default=Defaults)
    namespace_defaults: tuple[NamespaceDefaults, ...] = setting(
        "What differs in some namespaces. All entries that match count, the first before the others.",
        sections(NamespaceDefaults),
        default=(),
    )

    def for_namespace(self, namespace: str) -> Defaults:
        """What tasks in `namespace` get that say nothing themselves."""
        return joined(layer for _, layer in self.layers(namespace))

    def layers(self, namespace: str) -> list[tuple[str, Defaults]]:
        """The layers of `namespace`, the most specific first, each with the place in the file where it stands."""
        entries = enumerate(self.namespace_defaults)
        matching: list[tuple[str, Defaults]] = [(f"namespaceDefaults[{i}]", entry) for i, entry in entries if entry.match(namespace)]
        return [*matching, ("defaults", self.defaults), ("Glider", BUILT_IN)]
