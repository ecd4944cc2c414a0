"""The business's own sentences, both ways."""

from collections.abc import Iterable

from rufbuch.staff.v1 import business_pb2
from staff_registry.domain.sentences import OwnSentence


def sentence_messages(sentences: Iterable[OwnSentence]) -> list[business_pb2.OwnSentence]:
    """As others get them, and as they are described."""
    return [
        business_pb2.OwnSentence(
            name=own.name, language=own.language, text=own.text, text_for_one=own.text_for_one
        )
        for own in sentences
    ]


def described_sentences(messages: Iterable[business_pb2.OwnSentence]) -> tuple[OwnSentence, ...]:
    """What an operator describes; judged by the domain."""
    return tuple(OwnSentence(each.name, each.language, each.text, each.text_for_one) for each in messages)
