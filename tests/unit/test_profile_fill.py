"""Profiles for one installation: what the user says stands in the rows that ask for it."""

from typing import Any

from orchestrator.checks.network.endpoint import Endpoint
from orchestrator.profile.fill import filled
from orchestrator.profile.load import load
from orchestrator.profile.model import Profile
from orchestrator.profile.select import narrow
from orchestrator.settings import fill, settings_in
from tests.unit.builders import row

BOTH = {"domain": "app.example", "cluster-domain": "c.example"}


def asking(**remedy: Any) -> Profile:
    """A profile with a row that asks for the domain, and one that asks for nothing."""
    expect = {"host": "{domain}", "port": 443, "during": ["run"]}
    asks = row("endpoint", expect, id="asks", when={"given": "domain"}, remedy=remedy or {"text": "Mend it."})
    return Profile.model_validate(
        {
            "name": "test",
            "title": "Test",
            "released": "2024-01",
            "document": "A document",
            "requirements": [asks, row("nodes-ready", id="asks-nothing")],
        }
    )


def endpoint(profile: Profile) -> Endpoint:
    found = profile.requirement("asks")
    assert isinstance(found, Endpoint)
    return found


def test_what_is_given_stands_in_expect_and_remedy() -> None:
    remedy = {"text": "Reach {domain}.", "commands": ["curl 'https://{domain}/'", "dig {cluster-domain}"]}
    found = endpoint(filled(asking(**remedy), {"domain": "app.example"}))
    assert (found.expect.host, found.expect.label) == ("app.example", "app.example:443")
    assert found.remedy.text == "Reach app.example."
    assert found.remedy.commands == ("curl 'https://app.example/'", "dig {cluster-domain}")


def test_without_settings_nothing_changes() -> None:
    profile = asking()
    assert filled(profile, {}) is profile
    assert filled(profile, {"cluster-domain": "c.example"}) == profile


def test_rows_that_ask_for_nothing_stay_as_they_are() -> None:
    profile = asking()
    assert filled(profile, BOTH).requirement("asks-nothing") is profile.requirement("asks-nothing")


def test_a_narrowed_profile_stays_narrowed() -> None:
    (profile,) = narrow((asking(),), ("asks",), ())
    assert filled(profile, BOTH).narrowed == profile.narrowed is not None


def test_shipped_rows_of_every_check_can_be_filled() -> None:
    profile = filled(load("runai-2.25"), BOTH)
    assert not settings_in([each.model_dump(mode="json") for each in profile.requirements])
    assert [each.when for each in profile.requirements] == [r.when for r in load("runai-2.25").requirements]


def test_only_settings_are_filled_in() -> None:
    text = "{domain} {cluster-domain} {other} {} {range .items[*]}{end}"
    assert fill(text, BOTH) == "app.example c.example {other} {} {range .items[*]}{end}"
    assert fill({"a": [text[:8], 3, None, True]}, BOTH) == {"a": ["app.example", 3, None, True]}
    assert settings_in({"a": ["{domain}", 3], "b": {"c": "*.{cluster-domain}"}}) == {
        "domain",
        "cluster-domain",
    }
    assert settings_in({"{domain}": 1}) == set()
