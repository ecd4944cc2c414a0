"""Where the converted public test corpora lie beside the checkout, their phrases are read better than any library reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from telephony_gateway.language.testing.figures import CORPORA, EXACT_PERCENT, WRONG_PERCENT, corpora

ROOT = next(folder for folder in Path(__file__).parents if (folder / "protos").is_dir())
FOUND = (ROOT / CORPORA).is_dir()


@pytest.mark.parametrize("folder", [ROOT / CORPORA] if FOUND else [], ids=["all"] if FOUND else [])
def test_public_corpora_are_read_exactly_and_seldom_wrongly(folder: Path) -> None:
    found = corpora(folder)
    rows = sum(corpus.rows for corpus in found)
    assert 100 * sum(corpus.exact for corpus in found) / rows >= EXACT_PERCENT
    assert 100 * sum(corpus.wrong for corpus in found) / rows <= WRONG_PERCENT
