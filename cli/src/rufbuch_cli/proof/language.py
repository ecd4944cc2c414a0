"""Language: words into values, measured on the public corpora, on our own phrases, and by the clock."""

from rufbuch_cli.proof.claims import Claim, Result, project
from telephony_gateway.language.testing.figures import claims


def words_into_values() -> list[Result]:
    """Exactness, wrong answers given as certain, time a phrase, time of the import."""
    return [Result(each.claim, each.figure, each.bound, each.holds) for each in claims(project())]


CLAIMS: tuple[Claim, ...] = (words_into_values,)
