"""The soak itself: creates the executions, does the deeds, lets the disturbances happen, waits for the end, and looks."""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import obstore
from flyteidl.core import literals_pb2
from obstore.store import S3Store

from glider.wire.errors import decode_error
from tests.cluster.fixtures import Cluster
from tests.soak import audit, fates, witness
from tests.soak.checking import Facts, brief, shortfalls, violations
from tests.soak.chronicle import TERMINAL, Chronicle
from tests.soak.disturbances import Disturbance, Scene
from tests.soak.fates import Member
from tests.soak.site import Site, installed

#: Of an operator, whatever it went through.
MOST_MEMORY = 250 << 20
_STEP = 0.2
#: After the end, at most: for the pods of deleted executions to go. Two sweeps see to those that the garbage collector has missed.
_SETTLE = 280.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How long and how wild. `window`: within so many seconds all executions are created; `limit`: and within so many all is over."""

    seed: int
    count: int
    window: float
    limit: float
    replicas: int
    disturbances: Sequence[Disturbance]


@dataclass(kw_only=True, slots=True)
class Report:
    """What happened, and what of it is wrong."""

    plan: Plan
    took: float = 0.0
    fates: Counter[str] = field(default_factory=Counter)
    pods: int = 0
    most_live: int = 0
    disturbed: int = 0
    peak_memory: int = 0
    done: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def text(self) -> str:
        """A few lines to read."""
        memory = self.peak_memory >> 20
        return "\n".join(
            [
                f"seed {self.plan.seed}: {self.fates.total()} executions in {self.took:.0f} s",
                f"{self.pods} pods, at most {self.most_live} at once, {self.disturbed} times others deleted or evicted one",
                f"an operator had at most {memory} MiB",
                ", ".join(f"{count} {name}" for name, count in sorted(self.fates.items())),
                *self.done,
                *(f"WRONG: {line}" for line in self.wrong),
                f"{len(self.wrong)} expectations violated" if self.wrong else "all is as foretold",
            ]
        )


def soak(cluster: Cluster, plan: Plan, *, folder: Path, echo: bool = False) -> Report:
    """Runs it on a cluster of ours with a node, its images loaded."""
    assert cluster.audit_log is not None
    offset = cluster.audit_log.stat().st_size
    members = fates.cast(seed=plan.seed, count=plan.count, window=plan.window)
    report = Report(plan=plan, fates=Counter(member.fate.name for member in members))
    began = time.monotonic()
    seen = witness.Witness()
    with installed(cluster, namespace=f"soak-{plan.seed}", folder=folder, replicas=plan.replicas) as site:
        chronicle = Chronicle(site.api, site.namespace)
        seen.start()
        chronicle.start()
        try:
            report.wrong += _Run(site, chronicle, members, report, echo=echo).run()
            _settle(chronicle)
        finally:
            chronicle.stop()
            seen.stop()
        report.took, report.peak_memory = time.monotonic() - began, seen.peak_memory
        facts = _facts(site, chronicle, audit.read(cluster.audit_log, offset=offset, namespace=site.namespace))
    report.pods, report.most_live = len(facts.pods), chronicle.most_live
    report.disturbed = facts.audit.disturbed.total()
    report.wrong += violations(members, facts)
    report.wrong += shortfalls(members, facts, planned=len(plan.disturbances), done=len(report.done), logged=len(seen.lines))
    report.wrong += [f"an operator logged: {line}" for line in witness.errors(seen.lines)]
    if report.peak_memory > MOST_MEMORY:
        report.wrong.append(f"an operator had {report.peak_memory >> 20} MiB, more than {MOST_MEMORY >> 20}")
    return report


class _Run:
    """One thread creates and does the deeds; another lets the disturbances happen, one after the other."""

    def __init__(self, site: Site, chronicle: Chronicle, members: list[Member], report: Report, *, echo: bool) -> None:
        self.chronicle = chronicle
        self._site = site
        self._report = report
        self._echo = echo
        self._members = {member.name: member for member in members}
        self._began = time.monotonic()
        self._deeds: dict[str, Iterator[None]] = {}
        self._wrong: list[str] = []

    def run(self) -> list[str]:
        """What went wrong on the way."""
        plan = self._report.plan
        waiting = list(self._members.values())
        disturber = threading.Thread(target=self._disturb, daemon=True)
        disturber.start()
        while waiting or disturber.is_alive() or self._deeds or self._open():
            if self._elapsed() > plan.limit:
                return [*self._wrong, f"not over after {plan.limit:.0f} s: deeds {list(self._deeds)}, {self._open()}"]
            with self._site.gate:
                while waiting and waiting[0].after <= self._elapsed():
                    self._begin(waiting.pop(0))
                self._go_on()
            time.sleep(_STEP)
        return self._wrong

    # --- what deeds do ------------------------------------------------------------------------------------------------

    def create(self, name: str) -> None:
        self._site.api.create(self._site.executions, self._members[name].fate.document(name))

    def patch(self, name: str, spec: dict[str, Any]) -> None:
        self._site.api.patch(f"{self._site.executions}/{name}", {"spec": spec})

    def delete(self, name: str) -> None:
        self._site.api.delete(f"{self._site.executions}/{name}")

    def delete_pod(self, name: str) -> None:
        self._site.api.delete(f"{self._site.core}/pods/{name}", grace=0)

    # ------------------------------------------------------------------------------------------------------------------

    def _begin(self, member: Member) -> None:
        self.create(member.name)
        if member.fate.deed is not None:
            self._deeds[member.name] = member.fate.deed(self, member.name)

    def _go_on(self) -> None:
        for name, deed in list(self._deeds.items()):
            try:
                next(deed)
            except StopIteration:
                del self._deeds[name]

    def _open(self) -> list[str]:
        """Executions that aren't over."""
        return [
            f"{name} ({self.chronicle.phase(name) or 'no phase'}: {brief(life.status) if life else 'not seen'})"
            for name, member in self._members.items()
            if (life := self.chronicle.life(name)) is None
            or life.status.get("phase") not in TERMINAL
            or (not member.fate.stays and not life.deleted)
        ]

    def _disturb(self) -> None:
        plan = self._report.plan
        scene = Scene(site=self._site, chronicle=self.chronicle, chance=random.Random(plan.seed))
        step = plan.window / (len(plan.disturbances) + 1)
        for number, disturbance in enumerate(plan.disturbances, start=1):
            time.sleep(max(0.0, (number + scene.chance.uniform(-0.3, 0.3)) * step - self._elapsed()))
            began = self._elapsed()
            try:
                self._note(f"{began:6.1f} s  {disturbance(scene)} ({self._elapsed() - began:.1f} s)")
            except Exception:
                self._wrong.append(f"{disturbance.__name__} did not work: {traceback.format_exc(limit=3)}")

    def _note(self, line: str) -> None:
        self._report.done.append(line)
        if self._echo:
            print(f"{line}; {len(self._open())} live", flush=True)

    def _elapsed(self) -> float:
        return time.monotonic() - self._began


def _settle(chronicle: Chronicle) -> None:
    deadline = time.monotonic() + _SETTLE
    time.sleep(2)  # Events follow the status that they tell of
    while time.monotonic() < deadline and (chronicle.live_pods() or chronicle.unowned_pods()):
        time.sleep(_STEP)


def _facts(site: Site, chronicle: Chronicle, written: audit.Audit) -> Facts:
    events = site.api.items(f"{site.core}/events?fieldSelector=involvedObject.kind%3DTaskExecution")
    return Facts(
        lives=list(chronicle.executions.values()), pods=dict(chronicle.pods), audit=written, ends=_stored(site.cluster, site), events=events
    )


def _stored(cluster: Cluster, site: Site) -> dict[str, str]:
    """What attempts have told of their end, by its path below the soak's prefix, the namespace left out."""
    store = S3Store(
        cluster.s3_bucket,
        prefix=site.namespace,
        endpoint=cluster.s3_endpoint,
        access_key_id=cluster.s3_access_key,
        secret_access_key=cluster.s3_secret_key,
        region="us-east-1",
        virtual_hosted_style_request=False,
        client_options={"allow_http": True},
    )
    paths = [one["path"] for batch in obstore.list(store) for one in batch]
    return {
        path.replace(f"metadata/{site.namespace}/", "metadata/"): _end(path, bytes(obstore.get(store, path).bytes()))
        for path in paths
        if path.endswith(("/outputs.pb", "/error.pb"))
    }


def _end(path: str, data: bytes) -> str:
    if path.endswith("error.pb"):
        return decode_error(data).code
    text: str = literals_pb2.LiteralMap.FromString(data).literals["o0"].scalar.primitive.string_value
    return text
