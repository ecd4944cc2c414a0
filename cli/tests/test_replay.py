"""``rufbuch replay`` and the timeline of ``rufbuch trace``."""

import json
from pathlib import Path

import pytest
from google.protobuf.json_format import ParseDict

from rufbuch.telephony.v1 import service_pb2
from rufbuch_cli.replay import DIFFERENT, SAME, UNREADABLE, run
from rufbuch_cli.trace import timeline

RECORDED = Path(__file__).parents[2] / "services/telephony-gateway/tests/recordings/perm.json"


def test_a_recorded_call_is_answered_as_then(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(RECORDED), save=None, operator="") == SAME
    assert "3 functions, 0 differences" in capsys.readouterr().out


def test_an_answer_that_would_be_another_today_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(RECORDED.read_text(encoding="utf-8"))
    document["functions"][1]["answer"]["message"] = "Ja, klar."
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(document), encoding="utf-8")
    assert run(str(changed), save=tmp_path / "copy.json", operator="") == DIFFERENT
    said = capsys.readouterr().out
    assert "2. check_availability: message" in said
    assert 'then: "Ja, klar."' in said
    assert run(str(tmp_path / "copy.json"), save=None, operator="") == DIFFERENT


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"[1]"])
def test_what_is_no_recording_is_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "call.json"
    file.write_bytes(content)
    assert run(str(file), save=None, operator="") == UNREADABLE


def test_a_call_is_told_in_order() -> None:
    call = ParseDict(
        {
            "callId": "call_1", "dialledNumber": "+493023125100", "state": "CALL_STATE_ENDED",
            "startTime": "2026-11-22T09:30:00Z", "appointmentIds": ["a-1"], "checkTime": "2026-11-22T09:40:00Z",
            "functions": [
                {
                    "name": "check_availability", "durationMs": 21, "traceId": "t-1", "receiveTime": "2026-11-22T09:30:05Z",
                    "answer": {"status": "available", "message": "Ja.", "options": [
                        {"option_id": "o-1", "spoken": "Mittwoch, 15 Uhr", "held_until": "2026-11-22T09:35:05Z"},
                    ]},
                }
            ],
            "events": [
                {"name": "call_ended", "receiveTime": "2026-11-22T09:31:00Z"},
                {"name": "call_started", "receiveTime": "2026-11-22T09:30:00Z"},
            ],
            "truthCases": [{"kind": "booked_missing", "subject": "a-1", "findTime": "2026-11-22T09:40:00Z"}],
        },
        service_pb2.Call(),
    )  # fmt: skip
    text = "\n".join(timeline(call))
    order = [text.index(word) for word in ("call_started", "check_availability", "call_ended", "NOT SO")]
    assert order == sorted(order)
    assert "number withheld" in text
    assert "held     o-1 Mittwoch, 15 Uhr until" in text
    assert "claims checked, 1 not so" in text
