"""The page of all metrics says what the services declare."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_is_fresh() -> None:
    """In a process of its own: here tests have declared metrics of theirs."""
    words = "import metrics_page as m; print(m.PAGE.read_text(encoding='utf-8') == m.page(), end='')"
    told = subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT / "tests/house", capture_output=True, text=True, check=True
    )
    assert told.stdout == "True", "make docs"
