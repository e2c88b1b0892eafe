"""What is known of pods: what was written later counts, whichever comes first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glider_core.api.observed_pod import Pod
from glider_operator.cache.pods import PodCache
from tests.unit.glider_core.builders import SECOND, T0, UID, ended_pod, make_pod, running_pod


def at(version: int, pod: Pod, *, uid: str = "pod-0") -> Pod:
    return replace(pod, resource_version=str(version), uid=uid)


WAITS, RUNS, OVER = at(5, make_pod()), at(6, running_pod()), at(7, ended_pod())
NAME = RUNS.name
EXECUTION = ("default", UID)


@pytest.fixture
def pods() -> PodCache:
    return PodCache()


def known(pods: PodCache) -> Pod:
    return pods.observed(EXECUTION).seen[NAME]


def doubted(pods: PodCache) -> bool:
    return NAME in pods.observed(EXECUTION).doubtful


def test_an_older_tale_is_no_news(pods):
    assert pods.update(RUNS, now=T0)
    assert not pods.update(WAITS, now=T0)
    assert known(pods) == RUNS


def test_nor_is_one_of_an_older_pod_of_the_name(pods):
    pods.update(at(9, make_pod(), uid="newer"), now=T0)
    pods.update(RUNS, now=T0)
    pods.mark_deleted(RUNS)
    assert (known(pods).uid, known(pods).vanished, doubted(pods)) == ("newer", False, False)


def test_a_pod_that_is_gone_is_not_brought_back_by_an_older_tale(pods):
    pods.mark_deleted(OVER)
    pods.update(RUNS, now=T0)
    assert (known(pods).vanished, known(pods).phase) == (True, OVER.phase)


def test_what_is_known_of_its_end_is_not_lost_with_a_last_tale_that_is_older(pods):
    pods.update(OVER, now=T0)
    pods.mark_deleted(RUNS)
    assert (known(pods).vanished, known(pods).phase, doubted(pods)) == (True, OVER.phase, False)


def test_one_that_goes_without_having_ended_is_doubted_until_it_is_looked_up(pods):
    pods.mark_deleted(RUNS)
    assert doubted(pods)
    pods.missed(EXECUTION, NAME)
    assert (doubted(pods), known(pods).vanished) == (False, True)


def test_one_that_is_found_is_there_whatever_the_watch_has_said(pods):
    pods.mark_deleted(RUNS)
    pods.found(RUNS, now=T0)
    assert (doubted(pods), known(pods)) == (False, RUNS)


def test_one_that_is_found_is_hidden_until_the_watch_shows_it_again(pods):
    assert not pods.is_hidden(RUNS)
    pods.mark_deleted(RUNS)
    pods.found(RUNS, now=T0)
    assert pods.is_hidden(RUNS)
    pods.mark_deleted(RUNS)
    assert pods.is_hidden(RUNS)
    pods.found(RUNS, now=T0)
    pods.update(OVER, now=T0)
    assert not pods.is_hidden(RUNS)


def test_what_was_found_may_be_older_than_what_the_watch_has_reported_meanwhile(pods):
    pods.update(OVER, now=T0)
    pods.found(RUNS, now=T0)
    assert known(pods) == OVER


def test_one_that_is_found_and_goes_while_the_answer_is_on_its_way_is_looked_up_again(pods):
    pods.mark_deleted(at(8, running_pod()))
    pods.found(RUNS, now=T0)
    assert (doubted(pods), known(pods).vanished) == (True, True)


def test_a_grace_period_counts_from_when_it_was_reported_and_is_not_made_longer(pods):
    ending = replace(RUNS, deletion=T0 - 600 * SECOND, grace=30 * SECOND)
    pods.update(ending, now=T0)
    assert known(pods).deletion == T0 + 30 * SECOND
    pods.update(at(7, ending), now=T0 + 20 * SECOND)
    assert known(pods).deletion == T0 + 30 * SECOND
    pods.update(replace(at(8, ending), grace=SECOND), now=T0 + 20 * SECOND)
    assert known(pods).deletion == T0 + 21 * SECOND


def test_one_that_is_found_again_has_what_was_left_of_its_grace_period(pods):
    ending = replace(RUNS, deletion=T0 - 600 * SECOND, grace=30 * SECOND)
    pods.update(ending, now=T0)
    pods.mark_deleted(at(7, ending))
    pods.found(at(7, ending), now=T0 + 20 * SECOND)
    assert known(pods).deletion == T0 + 30 * SECOND


def test_one_whose_deletion_is_first_reported_when_it_seems_gone_has_all_of_it(pods):
    ending = replace(RUNS, deletion=T0 - 600 * SECOND, grace=30 * SECOND)
    pods.mark_deleted(ending)
    pods.found(ending, now=T0)
    assert known(pods).deletion == T0 + 30 * SECOND


def test_a_pod_of_another_namespace_is_not_the_executions_whatever_it_says(pods):
    pods.update(RUNS, now=T0)
    pods.update(replace(OVER, namespace="elsewhere"), now=T0)
    pods.mark_deleted(replace(OVER, namespace="elsewhere"))
    assert known(pods) == RUNS


def test_when_its_execution_leaves_a_pod_that_is_gone_is_forgotten_and_one_that_is_doubted_only_if_that_is_not_to_be_looked_up(pods):
    pods.mark_deleted(RUNS)
    pods.left(EXECUTION, doubtful=True)
    assert (doubted(pods), known(pods).vanished) == (True, True)
    pods.left(EXECUTION)
    assert not pods.any_there(EXECUTION)
