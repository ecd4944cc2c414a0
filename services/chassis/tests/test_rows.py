"""Whose rows the code that runs now may see."""

from uuid import UUID

import pytest

from chassis import rows

OWNER = "abababab-abab-4bab-8bab-abababababab"


@pytest.mark.parametrize(
    ("named", "whose"),
    [
        (OWNER, OWNER),
        (UUID(OWNER), OWNER),
        (OWNER.upper(), OWNER),
        (OWNER.replace("-", ""), OWNER),
        (f"{{{OWNER}}}", OWNER),
        ("", rows.NOBODY),
        ("*", rows.NOBODY),
        ("Anna", rows.NOBODY),
        ("x" * len(OWNER), rows.NOBODY),
        ("x" * 1_000_000, rows.NOBODY),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_owner_is_named_by_an_id_however_it_is_written(named: UUID | str, whose: str) -> None:
    for _ in range(2):
        with rows.only_of(named):
            assert rows.whose() == whose


def test_what_was_seen_before_is_seen_again_afterwards_also_after_a_failure() -> None:
    before = rows.whose()

    with pytest.raises(LookupError), rows.of_everybody("to look"), rows.only_of(OWNER):
        raise LookupError

    assert rows.whose() == before
