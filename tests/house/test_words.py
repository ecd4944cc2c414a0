"""What services call things, operators read in words."""

import pytest

from calcom_sync.domain.cases import CaseKind
from console.pages.texts import LANGUAGES, words_of


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_case_has_words(language: str) -> None:
    assert {f"state.{kind.value}" for kind in CaseKind} <= words_of(language).keys()
