"""What a task should ask for, by its last runs."""

from __future__ import annotations

from typing import Any

from glider_client.views.recommending import recommendation
from glider_core.history.rows import Row

MIB, GIB = 2**20, 2**30


def run(number: int = 0, **fields: Any) -> Row:
    """A run that asks for 2 GiB, of which it used 300 MiB."""
    usual: dict[str, Any] = {
        "namespace": "a", "completed": "2026-11-30T10:00:00Z", "task": "app.train", "version": "v2", "template": "train-v2",
        "memory_request": 2 * GIB, "memory_limit": 2 * GIB, "peak_memory": 300 * MIB, "cpu_request": 1.0, "cpu_limit": 1.0,
        "cpu_seconds": 60.0, "run_seconds": 100.0, "attempts": 1,
    }  # fmt: skip
    return Row(uid=f"u{number}", name=f"run-{number}", **(usual | fields))


def patch_of(*rows: Row, **options: Any) -> Any:
    found = recommendation(rows, **({"last": 20} | options))
    assert found is not None
    return found.patch


def reasons_of(*rows: Row, **options: Any) -> list[str]:
    found = recommendation(rows, **({"last": 20} | options))
    assert found is not None
    return list(found.reasons)


def test_the_patch_is_one_of_the_task_template() -> None:
    assert patch_of(run(), run(peak_memory=350 * MIB)) == {
        "apiVersion": "glider.dev/v1alpha1",
        "kind": "TaskTemplate",
        "metadata": {"name": "train-v2"},
        "spec": {"resources": {"requests": {"memory": "448Mi"}, "limits": {"memory": "448Mi"}}},
    }


def test_a_task_that_is_written_out_is_patched_in_its_execution() -> None:
    patch = patch_of(run(7, template=""))
    assert (patch["kind"], patch["metadata"]) == ("TaskExecution", {"name": "run-7"})


def test_there_is_no_patch_where_it_fits() -> None:
    assert patch_of(run(peak_memory=GIB)) == {}
    assert reasons_of(*[run(peak_memory=GIB)] * 5) == [
        "app.train, version v2, by its last 5 runs.",
        "2048Mi of memory fits: the task used 1024Mi.",
        "1 CPU fits: the task used 0.6 on average.",
    ]


def test_few_runs_are_reported_as_few() -> None:
    assert reasons_of(run())[:2] == ["app.train, version v2, by one run.", "These are few: 5 or more prove more."]


def test_a_run_that_was_killed_needed_more_than_its_limit() -> None:
    killed = run(peak_memory=None, cpu_seconds=None, reason="OOMKilled", memory_limit=GIB, memory_request=GIB)
    patch = patch_of(run(memory_limit=GIB, memory_request=GIB), killed)
    assert patch["spec"]["resources"]["requests"] == {"memory": "2048Mi"}


def test_other_versions_count_only_if_that_is_asked_for() -> None:
    rows = [run(), run(version="v1", peak_memory=GIB)]
    assert patch_of(*rows)["spec"]["resources"]["requests"] == {"memory": "384Mi"}
    assert patch_of(*rows, every_version=True) == {}


def test_another_task_with_the_same_last_name_never_counts() -> None:
    for every_version in (False, True):
        found = patch_of(run(), run(task="other.train", peak_memory=GIB), every_version=every_version)
        assert found["spec"]["resources"]["requests"] == {"memory": "384Mi"}


def test_the_last_runs_count() -> None:
    assert patch_of(run(), run(), run(peak_memory=GIB), last=2)["spec"]["resources"]["requests"] == {"memory": "384Mi"}


def test_runs_that_reported_nothing_prove_nothing() -> None:
    silent = run(peak_memory=None, cpu_seconds=None)
    assert patch_of(silent) == {}
    assert reasons_of(silent) == ["app.train, version v2: no run reported what it used."]
    assert reasons_of(silent, run())[0] == "app.train, version v2, by one run."


def test_without_a_run_there_is_nothing() -> None:
    assert recommendation([], last=20) is None
