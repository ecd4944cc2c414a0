"""What the services have counted, as charts."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from console.clients.figures import Days
from console.pages.charts import Chart, Series
from console.pages.texts import Texts
from rufbuch.booking.v1 import operations_pb2 as booking_pb2
from rufbuch.calendarsync.v1 import operations_pb2 as sync_pb2
from rufbuch.telephony.v1 import operations_pb2 as calls_pb2


def calls(t: Texts, days: Days, told: Sequence[calls_pb2.CallDay]) -> Chart:
    """Calls by the best that came of each."""
    counted = {
        each.date: {
            "good": each.booked,
            "changed": each.changed,
            "noted": each.noted,
            "rest": each.calls - each.booked - each.changed - each.noted,
        }
        for each in told
    }
    words = t(
        "figures.calls_words", days=days.count, calls=sum(each.calls for each in told),
        booked=sum(each.booked for each in told),
    )  # fmt: skip
    names = {
        "good": t("figures.booked"),
        "changed": t("figures.changed"),
        "noted": t("figures.noted"),
        "rest": t("figures.without"),
    }
    return _chart(t, "calls-by-day", t("figures.calls"), words, days, names, counted)


def bookings(t: Texts, days: Days, told: Sequence[booking_pb2.BookingDay]) -> Chart:
    """Appointments by the day on which they were made."""
    counted = {
        each.date: {
            "good": each.booked + each.completed,
            "changed": each.rescheduled,
            "rest": each.cancelled,
            "bad": each.no_show,
        }
        for each in told
    }
    made = sum(sum(kinds.values()) for kinds in counted.values())
    words = t(
        "figures.bookings_words", days=days.count, made=made, cancelled=sum(each.cancelled for each in told)
    )
    names = {
        "good": t("figures.standing"),
        "changed": t("state.APPOINTMENT_STATE_RESCHEDULED"),
        "rest": t("state.APPOINTMENT_STATE_CANCELLED"),
        "bad": t("state.APPOINTMENT_STATE_NO_SHOW"),
    }
    return _chart(t, "bookings-by-day", t("figures.bookings"), words, days, names, counted)


def copies(t: Texts, days: Days, told: Sequence[sync_pb2.SyncDay]) -> Chart:
    """Copies at Cal.com of what came in on a day, by where they are now."""
    counted = {
        each.date: {"good": each.synced, "noted": each.under_way, "bad": each.failed, "rest": each.cancelled}
        for each in told
    }
    words = t(
        "figures.copies_words", days=days.count, synced=sum(each.synced for each in told),
        failed=sum(each.failed for each in told), under_way=sum(each.under_way for each in told),
    )  # fmt: skip
    names = {
        "good": t("state.PHASE_SYNC_STATE_SYNCED"),
        "noted": t("state.APPOINTMENT_SYNC_STATE_PENDING"),
        "bad": t("state.PHASE_SYNC_STATE_FAILED"),
        "rest": t("state.PHASE_SYNC_STATE_CANCELLED"),
    }
    return _chart(t, "copies-by-day", t("figures.copies"), words, days, names, counted)


def doubts(t: Texts, days: Days, told: Sequence[sync_pb2.SyncDay]) -> Chart:
    """What unknown outcomes turned out to be: how often was an error none?"""
    counted = {
        each.date: {
            "good": each.error_was_none,
            "noted": each.was_absent,
            "bad": each.was_taken,
            "rest": each.was_unwanted,
        }
        for each in told
    }
    none, absent, taken, unwanted = (
        sum(each[kind] for each in counted.values()) for kind in ("good", "noted", "bad", "rest")
    )
    all_of_them = none + absent + taken + unwanted
    key = "figures.doubts_words" if all_of_them else "figures.doubts_none"
    share = round(100 * none / all_of_them) if all_of_them else 0
    words = t(
        key,
        days=days.count,
        all=all_of_them,
        none=none,
        share=share,
        absent=absent,
        taken=taken,
        unwanted=unwanted,
    )
    names = {
        "good": t("figures.error_was_none"),
        "noted": t("figures.was_absent"),
        "bad": t("figures.was_taken"),
        "rest": t("figures.was_unwanted"),
    }
    return _chart(t, "doubts-by-day", t("figures.doubts"), words, days, names, counted)


def _chart(
    t: Texts,
    key: str,
    title: str,
    words: str,
    days: Days,
    names: Mapping[str, str],
    counted: Mapping[str, Mapping[str, Any]],
) -> Chart:
    series = tuple(
        Series(kind, name, tuple(counted.get(day.isoformat(), {}).get(kind, 0) for day in days.all))
        for kind, name in names.items()
    )
    return Chart(key, title, words, tuple(_label(t, day) for day in days.all), series)


def _label(t: Texts, day: date) -> str:
    return f"{day.day}.{day.month}." if t.language == "de" else f"{day.day}/{day.month}"
