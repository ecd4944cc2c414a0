"""Nothing that is under version control holds a key, a password or a recording of somebody (SE-11)."""

import math
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KINDS = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}"),
    "AWS key": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
    "Slack token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{20,}"),
    "Google key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "Stripe key": re.compile(r"\b[rs]k_live_[0-9A-Za-z]{16,}"),
    "Cal.com key": re.compile(r"\bcal_(?:live_)?[0-9a-f]{32}\b"),
    "Retell key": re.compile(r"\bkey_[0-9a-f]{28,}\b"),
    "JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\."),
    "cookie": re.compile(r"(?im)^(?:set-)?cookie:\s*\S+=\S{16,}"),
}
ASSIGNED = re.compile(
    r"""(?ix)(?:password|passwd|secret|api_?key|token)["']?\s*[:=]\s*["']([^"'\s{}$<>]{16,})["']"""
)
ENTROPY_BITS = 4.3
"""Of a character, in what is assigned to a name like "password": words and sentences stay below, random keys do not."""
RECORDINGS = {".wav", ".mp3", ".ogg", ".opus", ".flac", ".m4a"}


def texts() -> list[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    found = []
    for name in listed.stdout.split("\0"):
        path = ROOT / name
        # Hashes of packages are random by their nature.
        if name and path.is_file() and not name.endswith(("requirements.lock", ".png", ".woff2")):
            found.append((name, path.read_text(encoding="utf-8", errors="replace")))
    return found


FOR_TRYING_OUT = "deploy/kubernetes/overlays/dev/"
"""Its passwords say of themselves that everybody knows them, and are looked at like all texts."""


def secrets_in(text: str) -> list[str]:
    found = [kind for kind, pattern in KINDS.items() if pattern.search(text)]
    return found + [value for value in ASSIGNED.findall(text) if entropy_bits(value) > ENTROPY_BITS]


def entropy_bits(value: str) -> float:
    """Of one character, by how often each is there."""
    counts = Counter(value).values()
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts)


def test_no_file_holds_a_secret() -> None:
    assert {name: found for name, text in texts() if (found := secrets_in(text))} == {}


def test_no_recording_and_no_key_file_is_kept() -> None:
    names = [Path(name) for name, _ in texts() if not name.startswith(FOR_TRYING_OUT)]
    assert [name for name in names if name.suffix in RECORDINGS | {".pem", ".p12", ".key", ".env"}] == []


# Written in halves, since this file is looked through as well.
@pytest.mark.parametrize(
    "planted",
    [
        "-----BEGIN PRIVATE" + " KEY-----\n" + "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg",
        "AKIA" + "IOSFODNN7EXAMPLE",
        "cal_live_" + "0123456789abcdef" * 2,
        "key_" + "0123456789abcdef" * 2,
        'RETELL_API_KEY = "' + "q8Zr2LxW0vYt7KpNc4MbJhG1sDfA" + '"',
        "Set-Cookie: session=" + "abcdefghijklmnopqrstuvwx",
    ],
)
def test_what_is_planted_is_found(planted: str) -> None:
    assert secrets_in(f"before\n{planted}\nafter")
