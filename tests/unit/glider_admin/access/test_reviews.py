"""What callers may is asked for once for each user."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from glider_admin.access.caller import Caller
from glider_admin.access.reviews import Reviews
from glider_client.access.rights import Right
from glider_client.cluster.config import ClientConfig

READ = Right(verb="get", namespace="lab")


class Server:
    """Allows everything, and counts."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def ask(self, question: Callable[[Any], Any]) -> Any:
        return question(self)

    def create(self, path: str, review: Any) -> Any:
        self.asked.append(review["spec"])
        return {"status": {"allowed": True}}


def caller(key: str, *, user: str = "ci", **extra: tuple[str, ...]) -> Caller:
    named = {f"authentication.kubernetes.io/{name.replace('_', '-')}": values for name, values in extra.items()}
    return Caller(key=key, user=user, groups=("team",), extra=named, config=ClientConfig(server="http://127.0.0.1:1"))


async def test_the_tokens_of_one_user_share_an_answer() -> None:
    reviews = Reviews((server := Server()).ask)
    for number in range(3):
        assert await reviews.allowed(caller(f"key-{number}", credential_id=(f"JTI={number}",)), READ)
    assert len(server.asked) == 1


async def test_other_users_and_what_else_is_known_of_them_are_asked_about_apart() -> None:
    reviews = Reviews((server := Server()).ask)
    for one in (caller("a"), caller("b", user="ada"), caller("c", pod_name=("p-1",)), caller("d", pod_name=("p-2",))):
        assert await reviews.allowed(one, READ)
    assert [spec["user"] for spec in server.asked] == ["ci", "ada", "ci", "ci"]
