"""What the registry has to know of the sentences, so that it refuses a business's own that would not fit.

``make sentences`` writes it where the registry reads it.
"""

import json
import sys

from telephony_gateway.domain.sentence_texts import PLACES, SCRIPTS


def catalogue() -> str:
    """Every sentence by name: the gaps of its text, whether it has two forms, how many sentences it may be, whether it is a part."""
    script = SCRIPTS["de"]
    found = {
        name: {
            "gaps": sorted(text.said_gaps()),
            "two_forms": bool(text.one),
            "most": PLACES[script.places[name]],
            "part": script.places[name] == "parts",
        }
        for name, text in sorted(script.texts.items())
    }
    return json.dumps(found, indent=1) + "\n"


if __name__ == "__main__":
    sys.stdout.write(catalogue())
