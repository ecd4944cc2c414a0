"""What is asked in the wrong place, or in the wrong way: loud, and still a sentence that can be spoken (TG-04, TG-22)."""

import uuid

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from telephony_gateway.domain.sentences import Sentence, Voice
from telephony_gateway.http_api import metrics

_REASONS = {404: "unknown_route", 405: "wrong_method"}


async def nowhere(_: Request, error: Exception) -> Response:
    """For whatever the routes do not serve."""
    code = error.status_code if isinstance(error, HTTPException) else 500
    reason = _REASONS.get(code, "bug")
    metrics.errors.labels(reason).inc()
    answer = {
        "status": "error",
        "message": Sentence.CANNOT_DO.say(Voice("de")),
        "error": reason,
        "request_id": str(uuid.uuid4()),
    }
    headers = error.headers if isinstance(error, HTTPException) else None
    return JSONResponse(answer, status_code=code, headers=headers)


HANDLERS = {404: nowhere, 405: nowhere, 500: nowhere}
