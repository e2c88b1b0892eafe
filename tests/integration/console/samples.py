"""Executions of every kind, as an operator leaves them, for the console's pages: the statuses are written by its own types.

All times are relative to `now`, and all else is the same each time. What an API server sets itself (creation, UID) is its own, so that
executions of some days ago have been created just now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any

from glider.wire.errors import Kind, Origin
from glider.wire.summary import Usage
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_core.api.conditions import Condition
from glider_core.api.failure import Failure
from glider_core.api.labels import API_VERSION, EXECUTION_KIND, TEMPLATE_KIND
from glider_core.api.phases import Phase
from glider_core.api.status import Attempt, Failures, Link, Status, status_document
from glider_core.api.template_names import DESCRIPTION, template_labels, template_name

Json = Mapping[str, Any]

MIB = 2**20
TRAIN, CLEAN, REPORT = "forecast.training.train_model", "forecast.tables.clean_table", "forecast.reports.weekly_report"
VERSIONS = ("v1", "v2", "v3")
_NODES = ("node-a", "node-b", "node-c")
_SEED = 7
_HISTORY_DAYS = 14
_HISTORY = 48

TRACEBACK = """Trace:

    Traceback (most recent call last):
      File "/usr/local/lib/python3.11/site-packages/glider/executor/calling.py", line 88, in call
        return function(**inputs)
               ^^^^^^^^^^^^^^^^^^
      File "/var/run/glider-scratch/code/forecast/training.py", line 41, in train_model
        model.fit(frame, epochs=epochs)
      File "/var/run/glider-scratch/code/forecast/model.py", line 17, in fit
        raise ValueError(f"column {name!r} has {missing} empty values of {len(frame)}")
    ValueError: column 'temperature' has 318 empty values of 8760

Message:

    ValueError: column 'temperature' has 318 empty values of 8760"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Samples:
    """What was created. `executions`: the documents by name; `templates`: those of each task by version."""

    namespace: str
    now: datetime
    executions: Mapping[str, Json]
    templates: Mapping[str, Mapping[str, Json]]

    def with_phase(self, phase: Phase) -> list[str]:
        """The names of the executions in that phase."""
        return [name for name, body in self.executions.items() if body["status"]["phase"] == phase]


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """One execution: what it is of, and what became of it. `status` None: no operator has written one."""

    name: str
    task: str
    version: str = "v3"
    inputs: Json = field(default_factory=dict)
    labels: Json = field(default_factory=dict)
    spec: Json = field(default_factory=dict)
    status: Status | None = None


def create(cluster: Cluster, namespace: str, *, history: int = _HISTORY, labels: Mapping[str, str] = {}) -> Samples:
    """Create the samples in `namespace`, which is there. `history`: how many older ones beside those of each kind; `labels`: of all."""
    now = datetime.now(timezone.utc).replace(microsecond=0)
    templates = {task: {version: template(task, version) for version in VERSIONS} for task in (TRAIN, CLEAN, REPORT)}
    stories = [*stories_of_each_kind(now), *stories_of_a_fortnight(now, count=history)]
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(lambda body: cluster.create(paths.templates(namespace), body), [t for all in templates.values() for t in all.values()])
        )
        made = list(pool.map(lambda story: _create(cluster, namespace, replace(story, labels={**story.labels, **labels})), stories))
    return Samples(namespace=namespace, now=now, templates=templates, executions={body["metadata"]["name"]: body for body in made})


def of_task(samples: Samples, task: str) -> list[str]:
    """The names of the executions of `task`, in any version."""
    templates = {body["metadata"]["name"] for body in samples.templates[task].values()}
    return [name for name, body in samples.executions.items() if body["spec"]["taskRef"]["name"] in templates]


def _create(cluster: Cluster, namespace: str, story: Story) -> Json:
    metadata = {"name": story.name, "labels": {"team": "forecast", **story.labels}}
    spec = {"taskRef": {"name": template_name(task=story.task, version=story.version)}, "inputs": dict(story.inputs), **story.spec}
    body = {"apiVersion": API_VERSION, "kind": EXECUTION_KIND, "metadata": metadata, "spec": {k: v for k, v in spec.items() if v != {}}}
    made = cluster.create(paths.executions(namespace), body)
    if story.status is None:
        return made
    return cluster.patch(f"{paths.executions(namespace, story.name)}/status", {"status": status_document(story.status)})


_INTERFACES: Mapping[str, Json] = {
    TRAIN: {
        "inputs": {
            "dataset": "string",
            "epochs": {"type": "integer", "default": 10},
            "learning_rate": {"type": "float", "default": 0.01},
            "optimizer": {"type": "enum[adam, sgd]", "default": "adam"},
            "layers": {"type": "list[integer]", "default": [64, 32]},
            "until": "datetime?",
        },
        "outputs": {"loss": "float", "history": "list[float]", "summary": "struct"},
    },
    CLEAN: {"inputs": {"day": "datetime", "strict": {"type": "boolean", "default": True}}, "outputs": {"rows": "integer"}},
    REPORT: {"inputs": {"title": "string", "options": "struct?"}, "outputs": {"o0": "string"}},
}
_DOCS = {
    TRAIN: "Train the model that forecasts demand, on one year of hourly measurements.",
    CLEAN: "Remove rows without measurements, and fill small gaps.",
    REPORT: "Write the report of a week, with a figure for each region.",
}
_RESOURCES: Json = {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"cpu": "2", "memory": "2Gi"}}


def template(task: str, version: str) -> dict[str, Any]:
    """The TaskTemplate of a task in one version."""
    module, _, name = task.rpartition(".")
    paths_in = ["--inputs", "{{.input}}", "--output-prefix", "{{.outputPrefix}}", "--raw-output-data-prefix", "{{.rawOutputDataPrefix}}"]
    resolver = ["--resolver", "flytekit.core.python_auto_container.default_task_resolver", "--", "task-module", module, "task-name", name]
    image = f"registry.example/forecast:{version}"
    spec = {
        "id": {"project": "forecast", "domain": "development", "name": task, "version": version},
        "interface": _INTERFACES[task],
        "container": {"image": image, "args": ["pyflyte-execute", *paths_in, *resolver], "resources": _RESOURCES},
        "retries": {"user": 2, "oom": {"factor": 2, "max": "8Gi"}},
        "timeouts": {"queued": "1h", "attempt": "2h"},
    }
    labels = dict(template_labels(task=task, version=version))
    metadata = {"name": template_name(task=task, version=version), "labels": labels, "annotations": {DESCRIPTION: _DOCS[task]}}
    return {"apiVersion": API_VERSION, "kind": TEMPLATE_KIND, "metadata": metadata, "spec": spec}


TRAINING: Json = {"dataset": "s3://forecast/measurements/2026.parquet", "epochs": 20, "optimizer": "sgd"}


def stories_of_each_kind(now: datetime) -> Iterator[Story]:
    """One execution, or some, of each phase; the names are fixed."""
    yield from _under_way(now)
    yield from _waiting(now)
    yield from _ended(now)
    yield from _ended_badly(now)


def _under_way(now: datetime) -> Iterator[Story]:
    yield Story(name="train-running", task=TRAIN, inputs=TRAINING, status=_running(now, minutes=4))
    killed = _attempt(now, 0, began=900, ran=300, reason="OOMKilled", exit_code=137, usage=_usage(300, 2010), failure=OOM)
    second = replace(_attempt(now, 1, began=585, ran=None), memory="4Gi")
    status = replace(_running(now, minutes=9), started=_ago(now, 910), attempts=(killed, second), failures=Failures(user=1), memory="4Gi")
    yield Story(name="train-second-attempt", task=TRAIN, inputs=TRAINING, status=status)
    failed = _attempt(
        now, 0, began=70, ran=40, reason="UserError", exit_code=1, usage=_usage(40, 410), failure=_user_error(Kind.RECOVERABLE)
    )
    yield Story(
        name="clean-retrying",
        task=CLEAN,
        inputs=_day(now),
        status=_status(
            Phase.RETRYING,
            reason="Retrying",
            message="Attempt 0 failed (UserError); attempt 1 follows in 20s.",
            started=_ago(now, 75),
            attempts=(failed,),
            failures=Failures(user=1),
        ),
    )


def _waiting(now: datetime) -> Iterator[Story]:
    yield Story(name="clean-new", task=CLEAN, inputs=_day(now))
    limit = "Waits for its turn: 4 executions of forecast.tables.clean_table run, and maxConcurrent is 4. 2 are before it."
    yield Story(name="clean-in-line", task=CLEAN, inputs=_day(now), status=_status(Phase.PENDING, reason="ConcurrencyLimit", message=limit))
    missing = "Secret warehouse-password isn't there. Create it, or correct its name in spec.secrets."
    yield Story(
        name="clean-without-secret", task=CLEAN, inputs=_day(now), status=_status(Phase.PENDING, reason="SecretNotFound", message=missing)
    )
    nodes = "0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available: 3 No preemption victims found."
    waits = _attempt(now, 0, began=640, ran=None, starts=False, node="")
    status = _status(Phase.QUEUED, reason="Unschedulable", message=nodes, started=_ago(now, 645), attempts=(waits,))
    large = {"resources": {"requests": {"memory": "512Gi"}, "limits": {"memory": "512Gi"}}}
    yield Story(name="train-unschedulable", task=TRAIN, inputs=TRAINING, spec=large, status=status)
    pull = 'task: Back-off pulling image "registry.example/forecast:v4": not found'
    waits = _attempt(now, 0, began=180, ran=None, starts=False)
    status = _status(Phase.INITIALIZING, reason="ImagePullBackOff", message=pull, started=_ago(now, 185), attempts=(waits,))
    yield Story(
        name="report-image-missing", task=REPORT, inputs={"title": "Week 47"}, spec={"image": "registry.example/forecast:v4"}, status=status
    )
    paused = replace(_attempt(now, 0, began=4000, ran=300, reason="Suspended"), exit_code=143)
    status = _status(Phase.SUSPENDED, reason="Suspended", message="spec.suspend is true.", started=_ago(now, 4010), attempts=(paused,))
    status = replace(status, suspended=Condition(true=True, reason="Suspended", message="spec.suspend is true.", since=_ago(now, 3690)))
    yield Story(name="train-suspended", task=TRAIN, inputs=TRAINING, spec={"suspend": True}, status=status)


def _ended(now: datetime) -> Iterator[Story]:
    outputs = {"loss": 0.0413, "history": [0.91, 0.34, 0.12, 0.0588, 0.0413], "summary": {"rows": 8760, "columns": ["hour", "demand"]}}
    done = _done(now, began=1500, ran=412, peak=1130, outputs=outputs)
    links = (Link(name="Logs", uri="https://logs.example/explore?pod=train-succeeded-0"),)
    yield Story(name="train-succeeded", task=TRAIN, inputs=TRAINING, status=replace(done, links=links))
    killed = _attempt(now, 0, began=9000, ran=280, reason="OOMKilled", exit_code=137, usage=_usage(280, 2040), failure=OOM)
    again = _attempt(now, 1, began=8700, ran=460, reason="Completed", exit_code=0, usage=_usage(460, 3150))
    status = replace(done, attempts=(killed, replace(again, memory="4Gi")), failures=Failures(user=1), started=_ago(now, 9005))
    yield Story(name="train-succeeded-after-oom", task=TRAIN, inputs=TRAINING, status=replace(status, completed=again.completed))
    labels = {f"example.com/label-{index}": "a-value-that-is-as-long-as-a-label-may-be-which-is-63-characters"[:63] for index in range(12)}
    yield Story(
        name="report-many-labels", task=REPORT, inputs={"title": "Week 46"}, labels=labels, status=_done(now, began=300, ran=9, peak=96)
    )
    yield Story(
        name="report-" + "with-a-long-name-" * 3 + "ends",
        task=REPORT,
        inputs={"title": "Week 45"},
        status=_done(now, began=5000, ran=11, peak=101),
    )


def _ended_badly(now: datetime) -> Iterator[Story]:
    attempt = _attempt(now, 0, began=800, ran=63, reason="UserError", exit_code=1, usage=_usage(63, 700), failure=_user_error())
    yield Story(name="train-failed", task=TRAIN, inputs=TRAINING, status=_failed(attempt))
    yield Story(name="train-oom-killed", task=TRAIN, inputs=TRAINING, status=_out_of_memory(now))
    message = "spec.inputs.epochs: expected an integer, found 1.5. Correct it, and create another TaskExecution."
    refused = Failure(code="InvalidSpec", kind=Kind.NON_RECOVERABLE, origin=Origin.USER, message=message)
    yield Story(
        name="train-invalid",
        task=TRAIN,
        inputs={**TRAINING, "epochs": 1.5},
        status=_failed(None, failure=refused, completed=_ago(now, 2000)),
    )
    pulled = Failure(
        code="ImagePullFailed",
        kind=Kind.RECOVERABLE,
        origin=Origin.SYSTEM,
        message="The image of container task couldn't be pulled (ErrImagePull): registry.example: 503 service unavailable. "
        "The registry, or the way to it, is to blame.",
    )
    attempt = replace(
        _attempt(now, 0, began=7000, ran=None, starts=False, reason="ImagePullFailed", failure=pulled), completed=_ago(now, 6400)
    )
    yield Story(name="clean-not-pulled", task=CLEAN, inputs=_day(now), status=_failed(attempt))
    stopped = _attempt(now, 0, began=2500, ran=120, reason="Cancelled", exit_code=143)
    cancelled = _status(Phase.ABORTED, reason="Cancelled", message="spec.cancel is true.", started=_ago(now, 2505), attempts=(stopped,))
    yield Story(
        name="train-aborted", task=TRAIN, inputs=TRAINING, spec={"cancel": True}, status=replace(cancelled, completed=stopped.completed)
    )
    late = _attempt(now, 0, began=12_000, ran=7200, reason="AttemptTimeout", exit_code=143, usage=_usage(7200, 1400))
    message = "Attempt 0 ran for 2h, as long as timeouts.attempt allows."
    failure = Failure(code="AttemptTimeout", kind=Kind.NON_RECOVERABLE, origin=Origin.USER, message=message)
    status = replace(_failed(replace(late, failure=failure)), phase=Phase.TIMED_OUT)
    yield Story(name="train-timed-out", task=TRAIN, inputs=TRAINING, status=status)


def stories_of_a_fortnight(now: datetime, *, count: int) -> Iterator[Story]:
    """Older executions of one task in all versions: v2 needs more memory, v3 is faster and fails less."""
    random = Random(_SEED)
    for index in range(count):
        version = VERSIONS[min(2, index * 3 // max(count, 1))]
        began = int((1 - index / count) * _HISTORY_DAYS * 86_400) + 14_000
        ran = int({"v1": 540, "v2": 600, "v3": 380}[version] * random.uniform(0.8, 1.4))
        peak = int({"v1": 900, "v2": 1720, "v3": 1050}[version] * random.uniform(0.9, 1.15))
        name, chance = f"train-{version}-{index:03}", random.random()
        yield Story(
            name=name,
            task=TRAIN,
            version=version,
            inputs=TRAINING,
            status=_of_the_past(now, version, chance, began=began, ran=ran, peak=peak),
        )


def _of_the_past(now: datetime, version: str, chance: float, *, began: int, ran: int, peak: int) -> Status:
    if chance < {"v1": 0.2, "v2": 0.1, "v3": 0.06}[version]:
        usage = _usage(ran // 4, peak // 2)
        return _failed(_attempt(now, 0, began=began, ran=ran // 4, reason="UserError", exit_code=1, usage=usage, failure=_user_error()))
    if version == "v2" and chance < 0.3:
        return _out_of_memory(now, began=began)
    return _done(now, began=began, ran=ran, peak=peak, outputs={"loss": 0.05})


OOM = Failure(
    code="OOMKilled",
    kind=Kind.RECOVERABLE,
    origin=Origin.USER,
    message="Container task was killed for its memory: its limit is 2Gi. Ask for more memory.",
)


def _user_error(kind: Kind = Kind.NON_RECOVERABLE) -> Failure:
    return Failure(code="USER:RuntimeError", kind=kind, origin=Origin.USER, message=TRACEBACK)


def _ago(now: datetime, seconds: float) -> datetime:
    return now - timedelta(seconds=seconds)


def _day(now: datetime) -> Json:
    return {"day": f"{now:%Y-%m-%d}T00:00:00Z"}


def _usage(seconds: int, peak: int) -> Usage:
    """Of an attempt that ran for so many seconds, with so many MiB of memory."""
    rest = {"start": 180, "load": 2400, "download": 3100, "convert": 35, "upload": 640}
    timings = {**rest, "execute": max(0, 1000 * seconds - sum(rest.values()))}
    return Usage(timings=timings, peak_memory_bytes=peak * MIB, cpu_seconds=0.8 * seconds, bytes_in=212 * MIB, bytes_out=9 * MIB)


def _attempt(
    now: datetime,
    number: int,
    *,
    began: int,
    ran: int | None,
    starts: bool = True,
    reason: str = "",
    exit_code: int | None = None,
    usage: Usage | None = None,
    failure: Failure | None = None,
    node: str | None = None,
) -> Attempt:
    """An attempt that was queued `began` seconds ago, had its container 12 s later, and `ran` for so many seconds."""
    queued = _ago(now, began)
    started = queued + timedelta(seconds=12) if starts else None
    return Attempt(
        number=number,
        pod_name=f"sample-{began}-{number}",
        pod_uid=f"00000000-0000-4000-8000-{began:012}",
        node_name=_NODES[began % 3] if node is None else node,
        queued=queued,
        started=started,
        completed=started + timedelta(seconds=ran) if started and ran is not None else None,
        exit_code=exit_code,
        reason=reason,
        usage=usage,
        failure=failure,
    )


def _status(phase: Phase, *, reason: str, message: str = "", **fields: Any) -> Status:
    ends = {Phase.SUCCEEDED: True, Phase.FAILED: False, Phase.ABORTED: False, Phase.TIMED_OUT: False}
    condition = Condition(true=ends.get(phase), reason=reason, message=message, since=fields.get("completed") or fields.get("started"))
    return Status(phase=phase, condition=condition, observed_generation=1, **fields)


def _running(now: datetime, *, minutes: int) -> Status:
    attempt = _attempt(now, 0, began=60 * minutes + 12, ran=None)
    return _status(Phase.RUNNING, reason="Running", started=attempt.queued, attempts=(attempt,))


def _done(now: datetime, *, began: int, ran: int, peak: int, outputs: Json | None = None) -> Status:
    attempt = _attempt(now, 0, began=began, ran=ran, reason="Completed", exit_code=0, usage=_usage(ran, peak))
    given = outputs if outputs is not None else {"o0": "done"}
    return _status(
        Phase.SUCCEEDED, reason="Completed", started=attempt.queued, completed=attempt.completed, attempts=(attempt,), outputs=given
    )


def _failed(attempt: Attempt | None, *, failure: Failure | None = None, completed: datetime | None = None) -> Status:
    failure = failure or (attempt.failure if attempt else None)
    assert failure is not None
    attempts = (attempt,) if attempt else ()
    started, completed = (attempt.queued, attempt.completed) if attempt else (None, completed)
    counts = {} if not attempts else {failure.origin.value.lower(): 1}
    return _status(
        Phase.FAILED,
        reason=failure.reason,
        message=failure.headline,
        started=started,
        completed=completed,
        attempts=attempts,
        failure=failure,
        failures=Failures(**counts),
    )


def _out_of_memory(now: datetime, *, began: int = 20_000) -> Status:
    """Three attempts, each with more memory than the one before, and all killed for theirs."""
    attempts = tuple(
        replace(
            _attempt(now, n, began=began - 400 * n, ran=300, reason="OOMKilled", exit_code=137, usage=_usage(300, 2000 << n), failure=OOM),
            memory="" if n == 0 else f"{2 << n}Gi",
        )
        for n in range(3)
    )
    status = _failed(attempts[-1])
    return replace(status, started=attempts[0].queued, attempts=attempts, failures=Failures(user=3), memory="8Gi")
