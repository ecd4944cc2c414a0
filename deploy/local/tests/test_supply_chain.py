"""The bill of materials, and what an audit may claim."""

import json
import re
from pathlib import Path

import pytest

from local_stack.supply_chain import Audited, Locked, bill, locked, read_audit, report

ROOT = Path(__file__).parents[3]
ONE = Locked("one", "1.0", ("a" * 64,))
TWO = Locked("two", "2.0", ("b" * 64,))


def test_everything_that_is_locked_is_in_the_bill_with_its_hashes() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    made = bill(locked(text))
    assert len(made["components"]) == len(re.findall(r"(?m)^\S+==", text)) > 50
    assert all(each["hashes"] for each in made["components"])


def test_the_bill_names_no_host_and_is_the_same_each_time() -> None:
    packages = locked((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    assert "://" not in json.dumps(bill(packages))
    assert json.dumps(bill(packages)) == json.dumps(bill(packages))


@pytest.mark.parametrize("line", ["one>=1.0", "one==1.0", "one @ file:///one.whl"])
def test_what_is_not_pinned_with_hashes_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="neither pinned nor hashed: one"):
        locked(f"# made by uv\n{line}\n")


def test_extras_and_markers_are_read() -> None:
    text = "one[extra]==1.0 ; sys_platform == 'x' \\\n    --hash=sha256:" + "a" * 64 + "\n    # via two\n"
    assert locked(text) == [ONE]


def test_what_was_not_checked_is_never_called_clean() -> None:
    """An audit without a database that says "no vulnerabilities" would be a check that cannot fail."""
    told = json.dumps({"dependencies": [{"name": "one", "skip_reason": "not found"}]})
    audited = read_audit(told, [ONE, TWO])
    lines, status = report(audited, 2)
    assert audited.unchecked == ["one", "two"]
    assert status == 0
    assert any(line.startswith("NOT CHECKED: 2 of 2") for line in lines)
    assert not any("nothing is known" in line for line in lines)


def test_what_is_vulnerable_fails() -> None:
    told = json.dumps(
        {
            "dependencies": [
                {"name": "one", "version": "1.0", "vulns": [{"id": "PYSEC-1"}]},
                {"name": "two", "version": "2.0", "vulns": []},
            ]
        }
    )
    assert report(read_audit(told, [ONE, TWO]), 2) == (
        ["2 packages are locked, each by version and hash", "VULNERABLE pkg:pypi/one@1.0: PYSEC-1"],
        1,
    )


def test_a_clean_audit_says_of_how_many() -> None:
    assert report(Audited(), 2)[0][1:] == ["nothing is known against the 2 that were checked"]
