"""A thousand malformed, huge and hostile TaskExecutions stop nobody, and delay nobody by more than a moment.

With them come hostile TaskTemplates, which some of them name, and pods with our labels that somebody else has made.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from glider_core.api import labels
from glider_core.api.conditions import FRESH
from tests.chance import SEED
from tests.faults.api import ApiError
from tests.integration.fire.hostile import FORGED, forged_pod, forged_pods, hostile_executions, hostile_status, hostile_templates
from tests.integration.fire.invariants import check_all
from tests.integration.fire.lives import RETRY, SUCCESS
from tests.integration.fire.pace import assert_on_time, begin, live, live_while
from tests.integration.fire.stage import Stage, wait_until

COUNT = 1_000
#: Whatever the seed, at least so many are let in, and so many aren't.
FEWEST = 300
#: By how many seconds nine of ten good ones may be late, and each. On two cores with a load of 10 to 15 it was 0.4 to 1.0 and 0.4 to
#: 1.8: the operator reads some hundred objects of up to a megabyte on the way. A stall of several seconds isn't among it.
NINE_OF_TEN, EACH = 3.0, 5.0
CORE = "/api/v1/namespaces/hostile"
TEMPLATES = f"/apis/{labels.API_VERSION}/namespaces/hostile/{labels.TEMPLATES}"
HOSTILE = f"/apis/{labels.API_VERSION}/namespaces/hostile/{labels.EXECUTIONS}"
LIVES = [SUCCESS, RETRY]


def test_good_executions_go_through_between_a_thousand_hostile_ones(crowd: Stage, record_property: Callable[[str, object], None]):
    record_property("GLIDER_SEED", SEED)
    undisturbed = [live(crowd, name) for name in begin(crowd, LIVES * 3)]
    crowd.api.create("/api/v1/namespaces", {"metadata": {"name": "hostile"}})
    wait_until(lambda: crowd.api.get(f"{CORE}/serviceaccounts/default"), what="the default ServiceAccount")
    logged, villain = len(crowd.operator.log()), Villain(crowd)
    with ThreadPoolExecutor(2) as pool:
        coming = [pool.submit(_unhurried, deed) for deed in villain.deeds()]
        paces = live_while(crowd, LIVES, goes_on=lambda: not all(one.done() for one in coming), least=10, meanwhile=villain.forge)
        for future in coming:
            future.result()
    answers = villain.answers
    record_property("answers", {kind: dict(of_kind) for kind, of_kind in answers.items()})
    record_property("paces", assert_on_time(paces, undisturbed=undisturbed, nine_of_ten=NINE_OF_TEN, each=EACH))
    let_in = {kind: of_kind["let in"] for kind, of_kind in answers.items()}
    assert FEWEST < let_in["execution"] < COUNT - FEWEST, answers
    assert let_in["template"] > 10 and let_in["pod"] > 50, answers
    wait_until(lambda: not _unattended(crowd), what=lambda: f"a word about {_unattended(crowd)[:20]}", timeout=60)
    check_all(crowd)
    wait_until(
        crowd.operator.is_ready, what=lambda: f"the operator to be ready between forged pods\n{crowd.operator.log()[-800:]}", timeout=60
    )
    said = crowd.operator.log()[logged:]
    assert "Traceback" not in said, said[said.index("Traceback") - 500 :][:4_000]
    assert "unexpected error" not in said
    crowd.api.delete(HOSTILE)  # those that live would be looked at in all that follows


class Villain:
    """Somebody with a namespace of their own, and what the API server answers them: how often each, by what it was about."""

    def __init__(self, fire: Stage) -> None:
        self._api = fire.api
        self.answers = {kind: Counter[str]() for kind in ("execution", "template", "pod")}

    def deeds(self) -> list[Callable[[], None]]:
        """All that they do of their own accord, in a random order."""
        templates = [partial(self._api.create, TEMPLATES, template) for template in hostile_templates(seed=SEED)]
        executions = [partial(self._create, execution) for execution in hostile_executions(count=COUNT, seed=SEED)]
        deeds: list[Callable[[], None]] = [partial(self._note, "template", one) for one in templates]
        deeds += [partial(self._note, "execution", one) for one in executions]
        random.Random(SEED).shuffle(deeds)
        return deeds

    def forge(self, execution: dict[str, Any]) -> None:
        """What they do about an execution that isn't theirs: a pod in their namespace pretends to be its own, and to have failed."""
        name, uid = execution["metadata"]["name"], execution["metadata"]["uid"]
        pod = forged_pod(f"{name}-{uid[:8]}-a0", execution_name=name, uid=uid, attempt="0", owned=True)
        self._note("pod", lambda: self._fail(self._api.create(f"{CORE}/pods", pod)))

    def _create(self, document: dict[str, Any]) -> None:
        """An execution, and to some a status and pods that the operator hasn't made."""
        source = random.Random(f"{SEED} {document['metadata']['name']}")
        execution = self._api.create(HOSTILE, document)
        name, uid = execution["metadata"]["name"], execution["metadata"]["uid"]
        if source.random() < 0.1:
            self._api.patch(f"{HOSTILE}/{name}/status", {"status": hostile_status(source)})
        if source.random() < 0.05:
            for pod in forged_pods(name=name, uid=uid, seed=source.randrange(2**32)):
                self._note("pod", partial(self._api.create, f"{CORE}/pods", pod))

    def _fail(self, pod: dict[str, Any]) -> None:
        ended = {"name": "task", "image": "image", "imageID": "", "restartCount": 0, "ready": False}
        ended["state"] = {"terminated": {"exitCode": 1, "message": "forged"}}
        status = {"phase": "Failed", "containerStatuses": [ended]}
        self._api.patch(f"{CORE}/pods/{pod['metadata']['name']}/status", {"status": status})

    def _note(self, kind: str, call: Callable[[], object]) -> None:
        try:
            call()
        except ApiError as error:
            self.answers[kind][f"refused, {error.status}"] += 1
        else:
            self.answers[kind]["let in"] += 1


def _unhurried(deed: Callable[[], None]) -> None:
    """With a rest after it that is as long: who keeps this process and the API server busy all the time only tests these."""
    began = time.monotonic()
    deed()
    time.sleep(time.monotonic() - began)


def _unattended(fire: Stage) -> list[str]:
    """Those that are neither over, nor have a pod or a reason why they haven't."""
    time.sleep(0.5)  # the list is megabytes
    pods = [pod["metadata"] for pod in fire.api.items(f"{CORE}/pods")]
    with_pods = {pod["labels"].get(labels.EXECUTION) for pod in pods if not pod["name"].startswith(FORGED)}
    return [
        one["metadata"]["name"]
        for one in fire.api.items(HOSTILE)
        if not _has_conditions(one) and one["metadata"]["name"] not in with_pods and not one["spec"].get("suspend")
    ]


def _has_conditions(execution: Mapping[str, Any]) -> bool:
    """Whether it has others than the API server fills in."""
    return execution.get("status", {}).get("conditions", [FRESH]) not in ([], [FRESH])
