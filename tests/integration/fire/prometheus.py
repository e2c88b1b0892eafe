"""A real Prometheus that reads one operator's metrics as the chart's ServiceMonitor has it, and evaluates the chart's alerts."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster import tools
from tests.integration.fire.stage import free_port, wait_until

Json = dict[str, Any]
#: The parts of an endpoint that `scrape_config` knows, under Prometheus' own names.
_SETTINGS = {"path": "metrics_path", "interval": "scrape_interval", "scrapeTimeout": "scrape_timeout"}


class QueryError(Exception):
    """Prometheus refused a query; the text is its message."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prometheus:
    """A running one."""

    url: str

    def query(self, expression: str) -> list[Json]:
        """What the expression has now."""
        answer: list[Json] = self._get("query", query=expression)["result"]
        return answer

    def selectors(self, expression: str) -> set[str]:
        """The selections of series in an expression, as Prometheus' parser finds them."""
        return set(_selectors(self._get("parse_query", query=expression)))

    def names(self) -> set[str]:
        """The metrics that there are."""
        return set(self._get("label/__name__/values"))

    def rules(self) -> list[Json]:
        """The rules, with how their last evaluation went."""
        return [rule for group in self._get("rules")["groups"] for rule in group["rules"]]

    def targets(self) -> list[Json]:
        found: list[Json] = self._get("targets")["activeTargets"]
        return found

    def _get(self, path: str, **parameters: str) -> Any:
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}", timeout=10) as response:
                return json.load(response)["data"]
        except urllib.error.HTTPError as error:
            raise QueryError(json.load(error)["error"]) from error


def _selectors(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _selectors(one)
    elif isinstance(node, dict):
        if node.get("type") in ("vectorSelector", "matrixSelector"):
            matchers = (f"{one['name']}{one['type']}{json.dumps(one['value'])}" for one in node["matchers"] if one["name"] != "__name__")
            yield f"{node['name']}{{{','.join(matchers)}}}"
        for inner in node.values():
            yield from _selectors(inner)


def scrape_config(monitor: Json, *, address: str, pod: str, secrets: Mapping[tuple[str, str], Path]) -> Json:
    """The scrape job that the Prometheus operator makes of a ServiceMonitor, for one target. `secrets`: files by Secret and key."""
    [endpoint] = monitor["spec"]["endpoints"]
    [namespace] = monitor["spec"]["namespaceSelector"]["matchNames"]
    assert set(endpoint) <= {*_SETTINGS, "port", "authorization"}
    service = f"{monitor['metadata']['name']}-metrics"
    labels = {"namespace": namespace, "service": service, "pod": pod, "container": "operator", "endpoint": endpoint["port"]}
    config = {_SETTINGS[name]: value for name, value in endpoint.items() if name in _SETTINGS}
    if "authorization" in endpoint:
        secret = endpoint["authorization"]["credentials"]
        token = secrets[secret["name"], secret["key"]]
        config["authorization"] = {"type": endpoint["authorization"]["type"], "credentials_file": str(token)}
    return config | {"job_name": service, "static_configs": [{"targets": [address], "labels": labels}]}


@contextmanager
def prometheus(folder: Path, *, scrape: Json, groups: Sequence[Json]) -> Iterator[Prometheus]:
    """One with one scrape job and these groups of rules, evaluated each second."""
    folder.mkdir()
    (folder / "rules.json").write_text(json.dumps({"groups": groups}))
    settings = {"global": {"evaluation_interval": "1s"}, "scrape_configs": [scrape], "rule_files": [str(folder / "rules.json")]}
    (folder / "prometheus.json").write_text(json.dumps(settings))
    address = f"127.0.0.1:{free_port()}"
    program = tools.build("prometheus")["prometheus"]
    command = [str(program), f"--config.file={folder / 'prometheus.json'}", f"--storage.tsdb.path={folder / 'data'}"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, f"--web.listen-address={address}", "--log.level=warn"], cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            wait_until(lambda: _is_ready(process, address), what=lambda: f"Prometheus: {(folder / 'log').read_text()}", timeout=60)
            yield Prometheus(url=f"http://{address}")
        finally:
            process.terminate()
            process.wait(timeout=30)


def _is_ready(process: subprocess.Popen[bytes], address: str) -> bool:
    assert process.poll() is None, f"Prometheus ended with {process.returncode}"
    try:
        with urllib.request.urlopen(f"http://{address}/-/ready", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False
