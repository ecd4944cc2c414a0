"""The part of the file that has the business's own sentences, both ways."""

from typing import Any

from staff_registry.domain.sentences import LANGUAGES, OwnSentence
from staff_registry.yaml_file.reading import Node


def described_sentence(node: Node) -> OwnSentence:
    """One sentence of the business's own."""
    fields = node.fields(name="name", language="language", text="text", one="text_for_one")
    return OwnSentence(
        name=fields["name"].text(),
        language=fields["language"].text(LANGUAGES[0]),
        text=fields["text"].text(),
        text_for_one=fields["one"].text(""),
    )


def rendered_sentence(own: OwnSentence) -> dict[str, Any]:
    """The block of the file."""
    block = {"name": own.name, "language": own.language, "one": own.text_for_one, "text": own.text}
    return {field: said for field, said in block.items() if said}
