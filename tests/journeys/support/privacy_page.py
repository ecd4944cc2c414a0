"""docs/privacy.md: what is stored of whom, where and for how long; made from docs/privacy.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
SOURCE, PAGE = ROOT / "docs" / "privacy.toml", ROOT / "docs" / "privacy.md"
BEFORE = """# What is stored of whom, where, and for how long

Made by `make docs` from docs/privacy.toml; not to be edited by hand. A test compares it with the catalogue of a running
installation: a column that is not classified fails.

- **All that is stored of a person**: `rufbuch customer export NUMBER --tenant ID`, or the owner in the console (*Export &
  erase*). Who asked is written down.
- **Forgotten everywhere**: `rufbuch customer erase NUMBER --tenant ID [--cancel-appointments]`, or the console. It goes on by itself, wherever
  it is killed, and ends with a certificate: what was erased where and when, what cannot be erased from here, and a SHA-256
  over all that. It names nobody. With appointments ahead nothing is erased unless they are to be called off.
- **Retention** runs in every service, in small steps, in any number of replicas; the settings are named below.
- Whoever withholds the number is known by the call alone; what was said in a call of somebody else stays with that call,
  and words that an operator wrote into the console herself stay for as long as what she did: she should write no names.
- Recordings are never stored, what was said only where a business lets it be. Keys and passwords are encrypted (`RUFBUCH_SECRETS_KEY`), which no backup holds.
"""


@dataclass(frozen=True)
class Table:
    """One table: columns that can hold something about a person, and the others."""

    name: str
    personal: tuple[str, ...]
    other: tuple[str, ...]
    whose: str = "nobody"
    what: str = ""
    kept: str = ""
    erased: str = ""

    @property
    def columns(self) -> set[str]:
        return {*self.personal, *self.other}


def read() -> dict[str, object]:
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))


def tables() -> dict[str, Table]:
    """By name, as ``schema.table``."""
    told = read()["tables"]
    assert isinstance(told, dict)
    return {name: _table(name, fields) for name, fields in told.items()}


def _table(name: str, fields: dict[str, str]) -> Table:
    said = {key: fields.get(key, "") for key in ("whose", "what", "kept", "erased")}
    personal, other = (tuple(fields.get(key, "").split()) for key in ("personal", "other"))
    return Table(name, personal, other, **said | {"whose": said["whose"] or "nobody"})


def library_tables() -> set[str]:
    libraries = read()["libraries"]
    assert isinstance(libraries, dict)
    return set(libraries["tables"].split())


def page() -> str:
    """The page."""
    lines = [
        BEFORE,
        "## Tables",
        "",
        "| table | what | whose | columns | kept | when a person is erased |",
        "|---|---|---|---|---|---|",
    ]
    about = [table for table in tables().values() if table.personal]
    lines += [
        f"| {table.name} | {table.what} | {table.whose} | {', '.join(f'`{each}`' for each in table.personal)}"
        f" | {table.kept} | {table.erased} |"
        for table in about
    ]
    nobody = [table.name for table in tables().values() if not table.personal]
    lines += ["", f"Nothing about a person (ids, times, states): {', '.join(nobody)}."]
    lines += [
        "",
        "## Elsewhere",
        "",
        "| where | what | kept | when a person is erased |",
        "|---|---|---|---|",
    ]
    elsewhere = read()["elsewhere"]
    assert isinstance(elsewhere, dict)
    lines += [
        f"| {where} | {it['what']} | {it['kept']} | {it['erased']} |" for where, it in elsewhere.items()
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
