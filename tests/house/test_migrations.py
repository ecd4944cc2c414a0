"""Migrations run forward while the code before them is serving: a migration adds, and what nobody uses any more is taken away
by a later release, in a migration that says so (``-- contract: since which release nobody uses it``)."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MIGRATIONS = sorted(ROOT.glob("services/*/src/*/migrations/*.sql"))
CONTRACT = re.compile(r"^--\s*contract:\s*\S+", re.MULTILINE)
EARLY = {
    "booking/0002.changes", "booking/0005.overbooking", "booking/0007.waitlist",
    "calcom_sync/0002.changes", "calcom_sync/0004.busy", "staff_registry/0009.resolutions",
    "telephony_gateway/0003.unended-and-old-calls",
}  # fmt: skip
"""From before anybody had the system running; never changed, never an example."""
RULES = {
    r"\bDROP\s+TABLE\b": "the code before it reads the table",
    r"\bDROP\s+(COLUMN\b|(?!CONSTRAINT|INDEX|DEFAULT|NOT|TRIGGER|FUNCTION|POLICY|TABLE|IF)\w+\s*[,;])": "the code before it names the column",
    r"\bRENAME\b": "the code before it knows the old name",
    r"\bALTER\s+(COLUMN\s+)?\w+\s+(SET\s+DATA\s+)?TYPE\b": "the table is written anew under a lock that lets nobody read",
    r"\bSET\s+NOT\s+NULL\b": "the code before it may leave the column out",
    r"\bDROP\s+DEFAULT\b": "the code before it may leave the column out",
    r"\bADD\s+COLUMN\s+(?:(?!\bDEFAULT\b|,\s*ADD|;).)*\bNOT\s+NULL\b(?!(?:(?!,\s*ADD|;).)*\bDEFAULT\b)(?!(?:(?!,\s*ADD|;).)*\bGENERATED\b)": (
        "the code before it leaves the column out: give it a default"
    ),
    r"\bDROP\s+CONSTRAINT\b": "what the code before it relies on is gone",
    r"\bTRUNCATE\s": "the code before it needs the rows",
    r"\bLOCK\s+TABLE\b": "calls wait",
}


def statements(text: str) -> str:
    """Without comments, and without the bodies of functions, which change nothing by themselves."""
    text = re.sub(r"\$\$.*?\$\$|\$\w+\$.*?\$\w+\$", "", text, flags=re.DOTALL)
    return re.sub(r"--[^\n]*", "", text)


def faults(text: str) -> Iterator[str]:
    """What the code before a migration could not live with."""
    if CONTRACT.search(text):
        return
    made = set(re.findall(r"CREATE\s+TABLE\s+(\w+)", text, re.IGNORECASE))
    # What is done to a table of its own harms nobody.
    parts = [
        part
        for part in statements(text).split(";")
        if not any(re.search(rf"ALTER\s+TABLE\s+{table}\b", part) for table in made)
    ]
    for part in parts:
        for rule, why in RULES.items():
            if re.search(rule, part + ";", re.IGNORECASE | re.DOTALL):
                yield f"{' '.join(part.split())[:90]}: {why}"


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parents[1].name}/{path.stem}")
def test_the_code_before_it_can_go_on_serving(path: Path) -> None:
    name = f"{path.parents[1].name}/{path.stem}"
    if name in EARLY:
        assert list(faults(path.read_text(encoding="utf-8"))), "no exception is needed any more"
        return
    assert list(faults(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "DROP TABLE customer;",
        "ALTER TABLE customer DROP COLUMN name;",
        "ALTER TABLE customer DROP name;",
        "ALTER TABLE customer RENAME COLUMN name TO title;",
        "ALTER TABLE customer ALTER COLUMN name TYPE varchar(20);",
        "ALTER TABLE customer ALTER COLUMN email SET NOT NULL;",
        "ALTER TABLE customer ADD COLUMN age integer NOT NULL;",
        "ALTER TABLE customer ADD COLUMN a text, ADD COLUMN age integer NOT NULL CHECK (age > 0);",
        "ALTER TABLE customer ALTER COLUMN kind DROP DEFAULT;",
        "LOCK TABLE customer;",
    ],
)
def test_what_would_stop_the_code_before_it_is_found(text: str) -> None:
    assert list(faults(text))
    assert list(faults(f"-- contract: 1.4\n{text}")) == []


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE customer (name text NOT NULL); ALTER TABLE customer DROP COLUMN name;",
        "ALTER TABLE customer ADD COLUMN age integer NOT NULL DEFAULT 0;",
        "ALTER TABLE customer ADD COLUMN age integer, ADD COLUMN size integer NOT NULL DEFAULT 0 CHECK (size >= 0);",
        "-- DROP TABLE customer\nCREATE INDEX x ON customer (name);",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE customer; END $$;",
        "DROP POLICY x ON customer;",
    ],
)
def test_what_only_adds_is_let_through(text: str) -> None:
    assert list(faults(text)) == []


def test_every_migration_follows_the_one_before_it() -> None:
    """Two that were written side by side would be run in any order."""
    for folder in sorted({path.parent for path in MIGRATIONS}):
        names = sorted(path.stem for path in folder.glob("*.sql"))
        assert [name.split(".")[0] for name in names] == [
            f"{number + 1:04}" for number in range(len(names))
        ], folder
        for before, name in pairwise(names):
            assert f"depends: {before}" in (folder / f"{name}.sql").read_text(encoding="utf-8"), name
