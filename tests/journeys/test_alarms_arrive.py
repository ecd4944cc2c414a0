"""From a refused call to the owner's mailbox: the services, Prometheus, Alertmanager and who is told, all real."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from alarm_files import METRIC, alarms
from alarm_way import SERVICES, TOKEN, Watched, alertmanager, prometheus
from journey_world import Whole, until
from receivers import Hook, Mailbox

from local_stack.embedded import free_port
from rufbuch_cli.call import new_line
from rufbuch_cli.salon import DIALLED_NUMBER
from sandbox.callers.retell import Retell

pytestmark = pytest.mark.processes

PATIENCE_S = 60
"""Everything here takes a few seconds; a machine that runs other tests as well takes longer."""
NOBODY_IS_BELIEVED = "Alle Anfragen von Retell werden abgewiesen: Kein Anrufer wird bedient."
# What nobody can list before it happens (versions, workspaces, RPCs) is exported from its first time on: the rules that look
# for an increase of such a series count its first appearance, and the unit tests of the rules begin with it.
SEEN_LATER = {
    'rufbuch_rpc_seconds_count{code="UNKNOWN"}', 'rufbuch_rpc_seconds_count{code="UNAVAILABLE"}',
    'rufbuch_gateway_agent_calls_total{expected="false"}', "rufbuch_gateway_verified_total",
    "rufbuch_gateway_function_seconds_bucket", "rufbuch_gateway_function_seconds_count",
}  # fmt: skip


@pytest.fixture
async def watched(whole: Whole, tmp_path: Path) -> AsyncIterator[Watched]:
    mailbox, hook, port, alertmanager_port = Mailbox(), Hook(), free_port(), free_port()
    async with mailbox.serving() as mail_port, hook.serving() as hook_url:
        with (
            alertmanager(tmp_path, port=alertmanager_port, mail_port=mail_port, hook_url=hook_url),
            prometheus(tmp_path, whole, port=port, alertmanager_port=alertmanager_port),
        ):
            watching = Watched(f"http://127.0.0.1:{port}", mailbox, hook)
            await until(lambda: _all_are_scraped(watching), within_s=PATIENCE_S)
            yield watching


async def _all_are_scraped(watched: Watched) -> bool:
    return await watched.scraped() == len(SERVICES)


def _about(letters: list[EmailMessage], subject: str) -> list[EmailMessage]:
    return [letter for letter in letters if letter["Subject"] == subject]


def _told(hook: Hook, alarm: str) -> dict[str, dict[str, str]]:
    """By state, what the webhook said of an alarm."""
    bodies = [json.loads(body) for _, body in hook.came]
    return {
        one["status"]: one["alerts"][0]["annotations"]
        for one in bodies
        if one["groupLabels"]["alertname"] == alarm
    }


async def _silent_selectors(watched: Watched) -> set[str]:
    asked = sorted(
        {f"{name}{selector}" for rule in alarms().values() for name, selector in METRIC.findall(rule["expr"])}
    )
    assert len(asked) > 40
    found = await watched.answers(asked)
    return {selector for selector, series in zip(asked, found, strict=True) if not series}


async def test_a_wrong_key_of_the_phone_reaches_the_owner_and_so_does_its_end(
    retell: Retell, watched: Watched
) -> None:
    """OB-06: nobody was alerted, since an alarm was a line in a log. The way is walked to its end, not believed in: an alarm
    about a name or a label that nobody exports is silent for ever, and looks as if all were well."""
    assert await _silent_selectors(watched) <= SEEN_LATER
    mailbox, hook = watched.mailbox, watched.hook
    stranger = replace(retell, key="another key")
    line = new_line(caller="+493023125042", dialled=DIALLED_NUMBER)

    async def is_told_while_calls_are_refused() -> bool:
        assert (await stranger.function(line, "get_context", {})).status_code == 401
        return bool(_about(mailbox.letters, f"[Rufbuch] {NOBODY_IS_BELIEVED}")) and bool(
            _told(hook, "NobodyIsBelieved")
        )

    async def its_end_and_a_sign_of_life_are_told() -> bool:
        over = _about(mailbox.letters, f"[Rufbuch: vorbei / over] {NOBODY_IS_BELIEVED}")
        return bool(over) and "resolved" in _told(hook, "NobodyIsBelieved") and hook.beats > 0

    await until(is_told_while_calls_are_refused, within_s=PATIENCE_S)
    body = _about(mailbox.letters, f"[Rufbuch] {NOBODY_IS_BELIEVED}")[0].get_body(("plain",))
    assert body
    letter = body.get_content()
    annotations = alarms()["NobodyIsBelieved"]["annotations"]
    assert {words for words in annotations.values() if words in letter} == {*annotations.values()}
    assert _told(hook, "NobodyIsBelieved")["firing"] == annotations
    assert {headers["authorization"] for headers, _ in hook.came} == {f"Bearer {TOKEN}"}
    await until(its_end_and_a_sign_of_life_are_told, within_s=PATIENCE_S)
