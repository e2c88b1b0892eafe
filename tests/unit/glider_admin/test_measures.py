"""What the front counts, as Prometheus reads it."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from glider_admin.measures import Figure, Measures


def read(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(text)
    return {(sample.name, frozenset(sample.labels.items())): sample.value for family in families for sample in family.samples}


def of(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


def test_calls_are_counted_by_rpc_and_code() -> None:
    measures = Measures()
    for code, seconds in (("OK", 0.002), ("OK", 0.3), ("NOT_FOUND", 40.0)):
        measures.answered("GetExecution", code, seconds)
    found = read(measures.text())
    assert found[of("glider_admin_requests_total", rpc="GetExecution", code="OK")] == 2
    assert found[of("glider_admin_requests_total", rpc="GetExecution", code="NOT_FOUND")] == 1


def test_how_long_they_took_is_a_histogram() -> None:
    measures = Measures()
    for seconds in (0.001, 0.3, 40.0):
        measures.answered("GetTask", "OK", seconds)
    found = read(measures.text())
    name = "glider_admin_request_seconds"
    buckets = {bound: found[of(f"{name}_bucket", rpc="GetTask", le=bound)] for bound in ("0.001", "0.25", "0.5", "30.0", "+Inf")}
    assert buckets == {"0.001": 1, "0.25": 1, "0.5": 2, "30.0": 2, "+Inf": 3}
    assert (found[of(f"{name}_count", rpc="GetTask")], round(found[of(f"{name}_sum", rpc="GetTask")], 3)) == (3, 40.301)


def test_figures_of_one_name_stand_together() -> None:
    figures = [Figure(name="kept", help="What is kept", value=3, labels={"of": one}) for one in "ab"]
    text = Measures().text([*figures, Figure(name="cpu_total", help="CPU", value=1.5, kind="counter")])
    assert text.count("# TYPE kept gauge") == 1
    found = read(text)
    assert found[of("kept", of="b")] == 3
    assert found[of("cpu_total")] == 1.5


def test_large_figures_keep_their_digits() -> None:
    assert "bytes 123456789\n" in Measures().text([Figure(name="bytes", help="", value=123_456_789)])
