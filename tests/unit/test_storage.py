"""What is known of storage, in storage.yaml."""

from itertools import pairwise

from orchestrator.checks.storage.storage import known_storage


def test_what_depends_on_parameters_is_something_without_them_too() -> None:
    rows = [(row.like, bool(row.parameters)) for row in known_storage().provisioners]
    plain = {like for like, depends in rows if not depends}
    assert {like for like, depends in rows if depends} <= plain
    assert not [like for (like, depends), (after, _) in pairwise(rows) if depends and like != after]
