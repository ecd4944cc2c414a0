"""Reads and writes what is said about series."""

from booking.domain.series import Alternative, Failure, Rhythm, SeriesAnswer, SeriesDate, SeriesWish
from booking.domain.wish import Wish
from booking.instants import timestamp
from booking.wire import appointment_to_wire, instant_of
from rufbuch.booking.v1 import series_pb2, service_pb2

_FAILURES = {failure: series_pb2.SeriesFailure.Value(f"SERIES_FAILURE_{failure.name}") for failure in Failure}


def series_of(request: service_pb2.BookSeriesRequest) -> SeriesWish:
    """Who wants which option, and how often after it."""
    wish = Wish.of(
        tenant_id=request.tenant_id,
        branch_id=request.branch_id,
        option_id=request.option_id,
        call_id=request.call_id,
        caller_number=request.caller_number,
        customer_name=request.customer_name,
        request_id=request.request_id,
    )
    until = instant_of("until_time", request.until_time) if request.HasField("until_time") else None
    return SeriesWish(wish, Rhythm(request.every_weeks, request.count or None, until))


def series_to_wire(answer: SeriesAnswer) -> service_pb2.BookSeriesResponse:
    """What became of each date."""
    return service_pb2.BookSeriesResponse(
        series_id=str(answer.series_id),
        dates=map(_date, answer.dates),
        repeated_answer=answer.repeated,
    )


def _date(date: SeriesDate) -> series_pb2.SeriesDate:
    return series_pb2.SeriesDate(
        position=date.position,
        start_time=timestamp(date.start_time),
        appointment=appointment_to_wire(date.appointment) if date.appointment else None,
        failure=_FAILURES[date.failure] if date.failure else series_pb2.SERIES_FAILURE_UNSPECIFIED,
        alternative=_alternative(date.alternative) if date.alternative else None,
    )


def _alternative(other: Alternative) -> series_pb2.SeriesAlternative:
    return series_pb2.SeriesAlternative(
        option_id=other.option_id,
        start_time=timestamp(other.start_time),
        end_time=timestamp(other.end_time),
        person_id=str(other.person_id),
        hold_expire_time=timestamp(other.held_until) if other.held_until else None,
    )
