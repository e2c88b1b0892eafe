"""Whether each execution came to what was foretold, and the invariants: one line for each thing that is wrong.

An attempt comes to its own end, or its pod was deleted or evicted by somebody, by the API server's own account, and it failed
by the system. So the retries can be counted again from what is on record, whatever befell the execution.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.soak.audit import Audit
from tests.soak.chronicle import TERMINAL, Life, PodLife
from tests.soak.deeds import delete_and_create_again
from tests.soak.fates import Fate, Member


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """All that is known when the soak is over.

    Attributes:
        lives: all executions that there were.
        pods: all pods that there were, by UID.
        audit: what was done, by the API server's account.
        ends: what is stored: the code of each error.pb, the text of each outputs.pb, by path.
        events: the Events that are told.
    """

    lives: list[Life]
    pods: Mapping[str, PodLife]
    audit: Audit
    ends: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)


def violations(cast: list[Member], facts: Facts) -> list[str]:
    """All that is wrong."""
    wrong = [f"{member.name}: {text}" for member in cast for text in _of_member(member, facts)]
    return [*wrong, *_of_lives(facts), *_of_pods(facts), *_of_events(facts.events)]


def shortfalls(cast: list[Member], facts: Facts, *, planned: int, done: int, logged: int) -> list[str]:
    """What there is too little of, so that nothing being wrong would mean nothing.

    Args:
        cast: the executions that there were to be.
        facts: all that is known.
        planned: how many disturbances there were to be.
        done: how many came to something: each raises an error if it doesn't.
        logged: how many lines operators logged.
    """
    found = {
        f"of {planned} disturbances {done} were done": done >= planned,
        f"{len(cast)} executions had {len(facts.pods)} pods": len(facts.pods) >= len(cast),
        "nobody deleted or evicted a pod": facts.audit.disturbed.total() > 0,
        "the API server wrote down no status": facts.audit.status_writes != {},
        "nothing was found in the store": facts.ends != {},
        "no Event was found": facts.events != [],
        "no operator logged a word": logged > 0,
    }
    return [text for text, is_enough in found.items() if not is_enough]


def _of_member(member: Member, facts: Facts) -> list[str]:
    lives = [life for life in facts.lives if life.name == member.name]
    if not lives:
        return ["it never was"]
    *former, life = lives
    wrong = [f"one of the same name, {other.uid}, is still there" for other in former if not other.deleted]
    if member.fate.deed is delete_and_create_again and not former:
        wrong.append("it was never deleted and created again")
    if life.deleted == member.fate.stays:
        wrong.append("it is gone" if life.deleted else "it is still there")
    return [*wrong, *_of_end(member.fate, life), *_of_attempts(member.fate, life, facts), *_of_store(member.fate, life, facts)]


def _of_end(fate: Fate, life: Life) -> list[str]:
    """The phase and the reason that are foretold."""
    status = life.status
    condition: dict[str, Any] = next((one for one in status.get("conditions", ()) if one["type"] == "Succeeded"), {})
    reason = fate.reason or condition.get("reason")
    expected = (fate.phase, str(fate.phase == "Succeeded"), reason)
    found = (status.get("phase"), condition.get("status"), condition.get("reason"))
    if found != expected:
        return [f"it is {found}, expected {expected}: {condition.get('message')}, attempts {brief(status)}"]
    return []


def _of_attempts(fate: Fate, life: Life, facts: Facts) -> list[str]:
    """Each attempt ended as it had to, the last one ended the execution, none came after that, and the counts are right."""
    status, attempts = life.status, life.status.get("attempts", [])
    if not fate.runs:
        return [f"it has attempts: {brief(status)}"] if attempts else []
    if [one["number"] for one in attempts] != list(range(len(attempts))):
        return [f"attempts are {brief(status)}"]
    wrong, user, system = [], 0, 0
    for attempt in attempts:
        end, reason, is_last = fate.end(attempt["number"]), attempt.get("reason"), attempt is attempts[-1]
        error = attempt.get("error", {})
        if reason == end.reason:
            user += error.get("origin") == "USER"
            system += error.get("origin") == "SYSTEM"
            is_over = end.well or not end.again or user > fate.retries
        elif reason in fate.stops:
            is_over = reason == fate.reason
        elif attempt["podName"] in facts.audit.disturbed and error.get("origin") == "SYSTEM":
            system += 1
            is_over = system - status.get("failures", {}).get("unstarted", 0) > fate.system
        else:
            wrong.append(f"attempt {attempt['number']} ended by {reason}, expected {end.reason}, and nobody touched its pod: {error}")
            continue
        stopped_between = is_last and fate.reason in fate.stops
        if is_over is not is_last and not stopped_between:
            wrong.append(f"attempt {attempt['number']} ({reason}) was {'not ' * is_over}the last: {brief(status)}")
    failures = {name: status.get("failures", {}).get(name, 0) for name in ("user", "system", "unstarted")}
    if (failures["user"], failures["system"] + failures["unstarted"]) != (user, system):
        wrong.append(f"failures on record are {failures}, by attempts it is user {user}, system {system}: {brief(status)}")
    return [*wrong, *(text for attempt in attempts for text in _of_pod(attempt, life, facts))]


def _of_pod(attempt: dict[str, Any], life: Life, facts: Facts) -> list[str]:
    """The attempt had one pod, and says what that says."""
    name, number = attempt["podName"], attempt["number"]
    pods = {uid: pod for uid, pod in facts.pods.items() if pod.name == name}
    made = max(len(pods), facts.audit.pods_created[name])
    # an attempt of which nothing was on record when its pod was deleted and the operator was down is made again
    if not 1 <= made <= 1 + facts.audit.disturbed[name]:
        return [f"attempt {number} had {made} pods, of which others deleted {facts.audit.disturbed[name]}"]
    pod = pods.get(attempt.get("podUid", ""))
    if pod is None or (pod.execution_uid, pod.attempt) != (life.uid, number):
        return [f"attempt {number} has the pod {attempt.get('podUid')}, of its name there were {list(pods)}"]
    if attempt.get("exitCode") is not None and attempt["exitCode"] != pod.exit_code:
        return [f"attempt {number} has exit code {attempt['exitCode']}, its pod {pod.exit_code}"]
    return []


def _of_store(fate: Fate, life: Life, facts: Facts) -> list[str]:
    """An attempt that came to its own end has told it in the store: outputs or an error, not both."""
    wrong = []
    for attempt in life.status.get("attempts", []):
        end, number = fate.end(attempt["number"]), attempt["number"]
        if attempt.get("reason") != end.reason or not (end.well or end.code):
            continue
        folder = f"metadata/{life.name}-{life.uid[:8]}/{number}"
        stored = tuple(facts.ends.get(f"{folder}/{file}") for file in ("outputs.pb", "error.pb"))
        expected = (fate.output(number), None) if end.well else (None, end.code)
        if stored != expected and attempt["podName"] not in facts.audit.disturbed:
            wrong.append(f"attempt {number} left {stored} in the store, expected {expected}")
    last = fate.output(max(len(life.status.get("attempts", [])) - 1, 0))
    if fate.phase == "Succeeded" and life.status.get("outputs") != {"o0": last}:
        wrong.append(f"its outputs are {life.status.get('outputs')}, expected {last}")
    return wrong


def _of_lives(facts: Facts) -> list[str]:
    """Terminal is terminal, attempts that are over don't change, and no finished execution is written again."""
    wrong = []
    for life in facts.lives:
        phases = [status.get("phase") for _, status in life.statuses]
        if any(phase in TERMINAL for phase in phases[:-1]):
            wrong.append(f"{life.name}: it changed after its end: {phases}")
        over: dict[int, dict[str, Any]] = {}
        for _, status in life.statuses:
            for attempt in status.get("attempts", []):
                if over.get(attempt["number"], attempt) != attempt:
                    wrong.append(f"{life.name}: attempt {attempt['number']} was over as {over[attempt['number']]}, then {attempt}")
                if "completionTime" in attempt:
                    over[attempt["number"]] = attempt
        writes = facts.audit.status_writes.get(life.name, [])
        alone = sum(other.name == life.name for other in facts.lives) == 1
        if alone and life.over_at is not None and (late := [when for when in writes if when > life.over_at]):
            wrong.append(f"{life.name}: its status was written {len(late)} times after it was seen to be over")
    return wrong


def _of_pods(facts: Facts) -> list[str]:
    """Nothing runs any more, nothing is without its execution, and no pod was made for none."""
    lives = {life.uid: life for life in facts.lives}
    wrong = [f"pod {pod.name} is left, {pod.body['status'].get('phase')}" for pod in facts.pods.values() if pod.live]
    for pod in facts.pods.values():
        owner = lives.get(pod.execution_uid)
        if owner is None or (owner.deleted and not pod.deleted):
            ended = "is not known" if owner is None else f"was deleted as {owner.status.get('phase')}"
            wrong.append(f"pod {pod.name} is an orphan: it is {pod.body['status'].get('phase')}, its execution {ended}")
        elif not (owner.deleted or pod.name in facts.audit.disturbed or pod.name in _on_record(owner)):
            wrong.append(f"pod {pod.name} is of an attempt that isn't on record: {brief(owner.status)}")
    seen, created = {pod.name for pod in facts.pods.values()}, set(facts.audit.pods_created)
    wrong += [f"pod {name} was created and never seen" for name in created - seen]
    return [*wrong, *(f"pod {name} was seen and, by the API server's account, never created" for name in seen - created)]


def _on_record(life: Life) -> set[str]:
    """The pods of its attempts. One that was deleted while no operator led is on nobody's record: docs/operator.md says why."""
    return {one["podName"] for one in life.status.get("attempts", [])}


def _of_events(events: list[dict[str, Any]]) -> list[str]:
    """None is told twice."""
    told: Counter[tuple[str, str, str]] = Counter()
    for event in events:
        told[event["involvedObject"].get("uid", ""), event["reason"], event.get("message", "")] += event.get("count") or 1
    return [f"the Event {what} was told {times} times" for what, times in told.items() if times > 1]


def brief(status: Mapping[str, Any]) -> str:
    """The attempts in few words."""
    return ", ".join(f"{one['number']} {one.get('reason', '…')}" for one in status.get("attempts", [])) or "none"
