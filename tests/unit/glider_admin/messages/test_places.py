"""Projects and domains are namespaces, and back."""

from __future__ import annotations

import pytest

from glider.wire.jsonform import FieldError
from glider_admin.messages.places import namespace_of, places_of
from glider_admin.settings import Assigned, Settings

SHOP = Assigned(project="shop", domain="production", namespace="team-shop")


@pytest.mark.parametrize(
    ("settings", "project", "domain", "namespace"),
    [
        pytest.param(Settings(), "shop", "staging", "shop-staging", id="by the rule"),
        pytest.param(Settings(namespaces=(SHOP,)), "shop", "production", "team-shop", id="by the table"),
        pytest.param(Settings(namespaces=(SHOP,)), "shop", "staging", "shop-staging", id="by the rule where the table has another domain"),
        pytest.param(Settings(namespace="{project}"), "shop", "", "shop", id="by a rule without domains"),
        pytest.param(Settings(namespace="ml"), "shop", "staging", "ml", id="one for all"),
        pytest.param(Settings(domains=("qa",)), "shop", "qa", "shop-qa", id="in a domain of ones own"),
        pytest.param(
            Settings(namespaces=(Assigned(project="a", domain="qa", namespace="b"),)), "a", "qa", "b", id="a domain of the table's"
        ),
    ],
)
def test_the_namespace(settings: Settings, project: str, domain: str, namespace: str) -> None:
    assert namespace_of(project, domain, settings=settings) == namespace


@pytest.mark.parametrize(
    ("project", "domain", "why"),
    [
        pytest.param("", "staging", "project: expected a project", id="no project"),
        pytest.param("shop", "", "domain: expected a domain", id="no domain"),
        pytest.param("shop", "prod", "domain: expected one of development, staging, production", id="a domain that there isn't"),
        pytest.param("a/../../kube-system", "staging", "project: expected what", id="a path"),
        pytest.param("{domain}", "staging", "project: expected what", id="a rule"),
        pytest.param("Shop", "staging", "project: expected what", id="capital letters"),
        pytest.param("s" * 63, "staging", "project: expected what", id="too long a name"),
        pytest.param("shop\n", "staging", "project: expected what", id="a line break"),
    ],
)
def test_this_is_no_namespace(project: str, domain: str, why: str) -> None:
    with pytest.raises(FieldError, match=why):
        namespace_of(project, domain, settings=Settings())


@pytest.mark.parametrize(
    ("settings", "namespace", "places"),
    [
        pytest.param(Settings(), "shop-staging", ["shop/staging"], id="by the rule"),
        pytest.param(Settings(), "kube-system", [], id="one that is no project's"),
        pytest.param(Settings(), "-staging", [], id="nothing before the domain"),
        pytest.param(Settings(namespaces=(SHOP,)), "team-shop", ["shop/production"], id="by the table"),
        pytest.param(Settings(namespaces=(SHOP,)), "shop-production", [], id="one that the table has elsewhere"),
        pytest.param(Settings(namespace="{project}", domains=("a", "b")), "shop", ["shop/a", "shop/b"], id="in all domains"),
        pytest.param(Settings(namespace="ml", domains=("a",)), "ml", ["ml/a"], id="one for all projects is called as itself"),
        pytest.param(Settings(namespace="{domain}-{project}"), "staging-shop", ["shop/staging"], id="by a rule the other way round"),
        pytest.param(Settings(domains=("b", "a-b")), "x-a-b", ["x-a/b", "x/a-b"], id="one that two places share"),
    ],
)
def test_the_way_back(settings: Settings, namespace: str, places: list[str]) -> None:
    found = list(places_of(namespace, settings=settings))
    assert [f"{place.project}/{place.domain}" for place in found] == places
    assert {namespace_of(place.project, place.domain, settings=settings) for place in found} <= {namespace}


def test_a_namespace_that_isnt_served_is_refused_by_its_name() -> None:
    served = Settings(watch_namespaces=("lab-development",))
    assert namespace_of("lab", "development", settings=served) == "lab-development"
    with pytest.raises(FieldError, match=r"watchNamespaces.*lab-staging"):
        namespace_of("lab", "staging", settings=served)
