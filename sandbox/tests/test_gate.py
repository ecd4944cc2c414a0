"""Keys, versions and the rate limit."""

from datetime import timedelta

import pytest

from sandbox.calcom.embedded import HOST_KEY, OTHER_KEY, Cal
from sandbox.calcom.settings import Settings, SettingsError

LIMIT = 120


async def overrun(cal: Cal) -> None:
    for _ in range(LIMIT + 1):
        answer = await cal.call("GET", "/v2/me")
    assert answer.status_code == 429


async def test_every_answer_counts_down(cal: Cal) -> None:
    first, second = await cal.call("GET", "/v2/me"), await cal.call("GET", "/v2/bookings/unknown")
    assert first.headers["X-RateLimit-Limit-Default"] == "120"
    assert [answer.headers["X-RateLimit-Remaining-Default"] for answer in (first, second)] == ["119", "118"]
    cal.clock.advance(timedelta(seconds=22))
    assert (await cal.call("GET", "/v2/me")).headers["X-RateLimit-Reset-Default"] == "38"


async def test_too_many_requests_are_refused_without_retry_after(cal: Cal) -> None:
    await overrun(cal)
    answer = await cal.call("GET", "/v2/me")
    message = "CustomThrottlerGuard - Too many requests. Please try again later."
    assert answer.json()["error"] == {"code": "ThrottlerException", "message": message, "details": message}
    assert answer.headers["X-RateLimit-Remaining-Default"] == "0"
    assert answer.headers["X-RateLimit-Reset-Default"] == "60"
    assert "Retry-After" not in answer.headers


async def test_an_overrun_blocks_for_a_minute_of_its_own(cal: Cal) -> None:
    cal.clock.advance(timedelta(seconds=1))
    await cal.call("GET", "/v2/me")
    cal.clock.advance(timedelta(seconds=50))
    await overrun(cal)
    cal.clock.advance(timedelta(seconds=59))
    assert (await cal.call("GET", "/v2/me")).status_code == 429
    cal.clock.advance(timedelta(seconds=1))
    assert (await cal.call("GET", "/v2/me")).status_code == 200


async def test_keys_are_limited_apart_and_a_key_can_have_its_own_limit(cal: Cal) -> None:
    await overrun(cal)
    assert (await cal.call("GET", "/v2/me", key=OTHER_KEY)).status_code == 200
    await cal.user("otto", OTHER_KEY, rateLimit=3)
    codes = [(await cal.call("GET", "/v2/me", key=OTHER_KEY)).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


async def test_a_wrong_key_gets_no_rate_headers(cal: Cal) -> None:
    answer = await cal.call("GET", "/v2/slots?x=1", key="cal_wrong")
    assert answer.status_code == 401
    assert not [name for name in answer.headers if name.startswith("x-ratelimit")]


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("/v2/bookings/some-uid", "2026-02-25"),
        ("/v2/bookings/some-uid", "2024-09-04"),
        ("/v2/slots?eventTypeId=1&start=2027-03-02&end=2027-03-02", "2024-08-13"),
        ("/v2/schedules", None),
        ("/v2/event-types", None),
    ],
)
async def test_another_version_than_the_familys_is_the_old_api(
    cal: Cal, path: str, version: str | None
) -> None:
    answer = await cal.call("GET", path, version=version)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == f"Cannot GET {path}"


async def test_an_event_type_for_the_new_version_is_refused_by_the_old(cal: Cal) -> None:
    body = {"lengthInMinutes": 30, "title": "Cut", "slug": "cut"}
    answer = await cal.call("POST", "/v2/event-types", body, version=None)
    assert [error["property"] for error in answer.json()["error"]["details"]["errors"]] == ["length"]


async def test_a_body_that_is_no_json_is_a_bad_request(cal: Cal) -> None:
    headers = {"cal-api-version": "2024-08-13", "Authorization": f"Bearer {HOST_KEY}"}
    assert (await cal.client.post("/v2/bookings", content="{", headers=headers)).status_code == 400


async def test_it_says_that_it_is_healthy(cal: Cal) -> None:
    assert (await cal.client.get("/healthz")).json() == {"status": "ok"}


def test_settings_come_from_the_environment() -> None:
    environment = {
        "RUFBUCH_STANDIN_PORT": "9001",
        "RUFBUCH_STANDIN_RATE_LIMIT": "7",
        "RUFBUCH_STANDIN_STATE": "x.db",
    }
    settings = Settings.from_env(environment)
    assert (settings.port, settings.rate_limit, str(settings.state_path)) == (9001, 7, "x.db")
    assert Settings.from_env({}) == Settings()


def test_all_wrong_settings_are_named_at_once() -> None:
    with pytest.raises(SettingsError, match=r"PORT.*RATE_LIMIT"):
        Settings.from_env({"RUFBUCH_STANDIN_PORT": "high", "RUFBUCH_STANDIN_RATE_LIMIT": "-1"})
