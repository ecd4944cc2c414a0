"""Whatever a page tells somebody to type is there to be typed."""

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer
from google.protobuf import json_format

from deploy_check.facts import SERVICES
from rufbuch_cli.main import app

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("deploy/**/README.md")])
GROUPS = ("retell", "sync", "staff", "user", "customer")
PROTOS = {"staff": 50051, "availability": 50052, "booking": 50053, "calendarsync": 50054, "telephony": 50055}
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


def code(page: Path) -> str:
    return "\n".join(_CODE.findall(page.read_text(encoding="utf-8")))


def commands() -> set[str]:
    """Every command, and every command of a command."""
    known = set(_names(app))
    for group in GROUPS:
        below = importlib.import_module(f"rufbuch_cli.{group}").app
        known |= {f"{group} {name}" for name in _names(below)}
    return known


def _names(commands: typer.Typer) -> list[str]:
    group: Any = typer.main.get_command(commands)
    return list(group.commands)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_a_page_is_there(page: Path) -> None:
    known = commands()
    for first, second in re.findall(
        r"(?<![\w/.-])(?<!-n )(?:\.venv/bin/)?rufbuch ([a-z-]+)(?: ([a-z]+))?", code(page)
    ):
        assert first in known, f"rufbuch {first}"
        if first in GROUPS and second:
            assert f"{first} {second}" in known, f"rufbuch {first} {second}"


def required_options() -> dict[str, list[str]]:
    """By command: spellings of each option without which it does nothing, unless the environment has it."""
    groups = {"": app, **{name: importlib.import_module(f"rufbuch_cli.{name}").app for name in GROUPS}}
    found = {}
    for group, below in groups.items():
        told: Any = typer.main.get_command(below)
        for name, command in told.commands.items():
            found[f"{group} {name}".strip()] = [
                max(param.opts, key=len)
                for param in command.params
                if param.param_type_name == "option" and param.required and not param.envvar
            ]
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_a_page_writes_out_has_the_options_that_it_needs(page: Path) -> None:
    """What is written without anything behind it is only named."""
    needed = required_options()
    assert "--base-url" in needed["retell export"]
    for written in re.findall(r"(?<![\w/.-])(?<!-n )(?:\.venv/bin/)?rufbuch ([^`\n#|;&]+)", code(page)):
        first, *rest = written.split()
        name = f"{first} {rest[0]}" if first in GROUPS and rest else first
        words = rest[1:] if first in GROUPS else rest
        missing = [option for option in needed.get(name, ()) if option not in words]
        assert not words or not missing, f"rufbuch {written}: {missing}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_target_and_every_file_of_a_page_is_there(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    text = code(page)
    assert set(re.findall(r"(?<![\w-])make ([a-z-]+)", text)) <= targets
    for path in re.findall(r"(?<![\w/])((?:deploy|services|cli|protos|docs|tests)/[\w./-]+\w)", text):
        assert (ROOT / path).exists(), path


def test_every_call_by_grpcurl_is_one_that_a_service_answers_where_it_listens() -> None:
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    calls = re.findall(r"grpcurl -plaintext -d '(.*?)' localhost:(\d+) rufbuch\.(\w+)\.v1\.(\w+)/(\w+)", page)
    for body, port, package, service, method in calls:
        module = importlib.import_module(f"rufbuch.{package}.v1.service_pb2")
        request = module.DESCRIPTOR.services_by_name[service].methods_by_name[method].input_type
        json_format.Parse(json.dumps(json.loads(body)), request._concrete_class())
        assert int(port) == PROTOS[package]
    assert {package for _, _, package, _, _ in calls} == PROTOS.keys()


def test_the_secrets_that_somebody_makes_by_hand_are_those_that_are_read() -> None:
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    made = {
        name: set(re.findall(r"--from-literal=([a-z-]+)=", rest))
        for name, rest in re.findall(r"create secret generic ([a-z-]+)-secrets (.*)", page)
    }
    for service in SERVICES:
        text = (ROOT / f"deploy/kubernetes/base/{service.name}/deployment.yaml").read_text(encoding="utf-8")
        assert made[service.name] == set(re.findall(r"key: ([a-z-]+)", text))
