"""Secrets are made once, survive, and are nobody else's business."""

import base64
from pathlib import Path

from local_stack.kept_secrets import KeptSecrets, write_private


def test_a_secret_is_the_same_after_a_restart_and_another_under_another_name(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    first = KeptSecrets(path).password("postgres")

    again = KeptSecrets(path)

    assert again.password("postgres") == first
    assert again.password("booking") != first


def test_a_key_has_32_bytes(tmp_path: Path) -> None:
    assert len(base64.urlsafe_b64decode(KeptSecrets(tmp_path / "secrets.json").key("registry"))) == 32


def test_a_private_file_replaces_an_open_one_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text("old")

    write_private(path, "new")

    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o600)
    assert list(tmp_path.iterdir()) == [path]
