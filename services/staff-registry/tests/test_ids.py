"""Ids follow from keys, on every installation alike."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from staff_registry.domain.ids import Ids, parse_id


def test_an_id_never_changes() -> None:
    """Appointments all over the system refer to these; a new value here would orphan them."""
    ids = Ids("salon-lindenhof")
    assert ids.tenant == UUID("10f6ca82-7474-5871-8b4e-eda4904a0cd4")
    assert ids.person("anna") == Ids("salon-lindenhof").person("anna")
    assert ids.resource("raum-1") == UUID("ab360399-4f95-5208-a2b2-ae097c6980df")


@given(st.lists(st.text(max_size=5), min_size=2, max_size=2, unique=True), st.text(max_size=5))
def test_different_keys_give_different_ids(keys: list[str], other: str) -> None:
    ids, elsewhere = Ids(other), Ids(f"{other}x")
    made = [
        find(key)
        for find in (ids.branch, ids.person, ids.account, ids.service, ids.resource, elsewhere.person)
        for key in keys
    ]
    assert len({ids.tenant, *made}) == len(made) + 1


@given(st.text())
def test_only_the_form_that_we_give_out_is_an_id(text: str) -> None:
    parsed = parse_id(text)
    assert parsed is None or str(parsed) == text.lower()


def test_other_spellings_of_an_id_are_none() -> None:
    given_out = str(Ids("salon").tenant)
    assert parse_id(given_out) == Ids("salon").tenant
    assert parse_id(given_out.replace("-", "")) is None
    assert parse_id(f"{{{given_out}}}") is None
