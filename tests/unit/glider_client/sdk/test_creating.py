"""An execution is created once, whatever becomes of the answer. A stand-in loses the answers, which a real API server doesn't on demand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import AlreadyExistsError, NotFoundError, UnreachableError
from glider_client.sdk.creating import create_once
from glider_client.sdk.documents import Overrides, execution_document


class Server:
    """Keeps executions; `lose` answers of the next ones to create, before or after they are kept."""

    def __init__(self, *, lose: tuple[str, ...] = ()) -> None:
        self.there: dict[str, Any] = {}
        self._lose = list(lose)

    def create(self, path: str, document: Mapping[str, Any]) -> Any:
        lost = self._lose.pop(0) if self._lose else ""
        if lost == "before":
            raise UnreachableError("broke")
        name = document["metadata"]["name"]
        if name in self.there:
            raise AlreadyExistsError("taken")
        self.there[name] = {**document, "spec": {**document["spec"], "suspend": False}}
        if lost == "after":
            raise UnreachableError("broke")
        return self.there[name]

    def get(self, path: str) -> Any:
        try:
            return self.there[path.rpartition("/")[2]]
        except KeyError:
            raise NotFoundError("none") from None


def document(name: str = "add-x", *, overrides: Overrides | None = None, **inputs: Any) -> dict[str, Any]:
    return execution_document(name=name, namespace="default", template="add", inputs=inputs or {"a": 1}, overrides=overrides)


def create(server: Server, wanted: dict[str, Any], **options: Any) -> str:
    made = create_once(cast("Cluster", server), wanted, pause=lambda _: None, **options)
    return str(made["metadata"]["name"])


@pytest.mark.parametrize("lose", [(), ("before",), ("after",), ("before", "after"), ("after", "before", "after")])
def test_there_is_one_in_the_end(lose: tuple[str, ...]) -> None:
    server = Server(lose=lose)
    assert create(server, document()) == "add-x"
    assert list(server.there) == ["add-x"]


def test_a_server_that_doesnt_answer() -> None:
    with pytest.raises(UnreachableError):
        create(Server(lose=("before",) * 4), document())


def test_a_name_that_is_taken_is_an_error_where_it_was_asked_for() -> None:
    server = Server()
    create(server, document())
    with pytest.raises(AlreadyExistsError):
        create(server, document())


def test_another_name_is_taken_where_it_was_made_up() -> None:
    server = Server()
    create(server, document())
    assert create(server, document(), renamed=lambda: "add-y") == "add-y"


def test_what_somebody_else_created_meanwhile_isnt_taken_for_ours() -> None:
    server = Server(lose=("before",))
    server.there["add-x"] = document(a=5)
    assert create(server, document(), renamed=lambda: "add-y") == "add-y"


def test_one_that_an_interrupted_command_has_created_is_taken_up() -> None:
    server = Server()
    wanted = document(overrides=Overrides(env={"A": "1"}, cpu="2"))
    create(server, wanted)
    server.there["add-x"]["metadata"]["labels"] = {"added-by": "somebody"}
    assert create(server, wanted, resumes=True) == "add-x"


@pytest.mark.parametrize(
    "there",
    [
        pytest.param(document(a=2), id="it has other inputs"),
        pytest.param(document(overrides=Overrides(cpu="1")), id="it asks for other resources"),
        pytest.param(document() | {"status": {"phase": "Failed"}}, id="it is finished"),
        pytest.param(document() | {"metadata": {"name": "add-x", "deletionTimestamp": "2026-01-01T00:00:00Z"}}, id="it is being deleted"),
    ],
)
def test_another_one_is_not_taken_up(there: dict[str, Any]) -> None:
    server = Server()
    server.there["add-x"] = there
    with pytest.raises(AlreadyExistsError):
        create(server, document(overrides=Overrides(cpu="2")) if "resources" in there["spec"] else document(), resumes=True)


@pytest.mark.parametrize("phase", ["Running", "Succeeded"])
def test_a_request_that_is_sent_twice_creates_one(phase: str) -> None:
    server = Server()
    create(server, document(), repeats=True)
    server.there["add-x"]["status"] = {"phase": phase}
    assert create(server, document(), repeats=True) == "add-x"


def test_a_request_that_is_sent_twice_is_not_taken_for_another_one() -> None:
    server = Server()
    server.there["add-x"] = document(a=5)
    with pytest.raises(AlreadyExistsError):
        create(server, document(), repeats=True)
