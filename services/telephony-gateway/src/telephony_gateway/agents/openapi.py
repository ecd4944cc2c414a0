"""The OpenAPI document of Retell's routes, from the table of the functions."""

from typing import Any

from telephony_gateway.domain.contract import CONTRACTS, Contract

_TEXT: dict[str, Any] = {"type": "string"}
_SIGNATURE = {
    "name": "X-Retell-Signature",
    "in": "header",
    "required": True,
    "description": "v=<Unix milliseconds>,d=<HMAC-SHA256 of the raw body and the milliseconds, hexadecimal>",
    "schema": _TEXT,
}
_CALL = {
    "type": "object",
    "description": "The call object of Retell; who calls whom comes from here alone.",
    "required": ["call_id"],
    "properties": {
        "call_id": {"type": "string", "minLength": 1, "maxLength": 128},
        "to_number": _TEXT,
        "from_number": _TEXT,
        "direction": {"type": "string", "enum": ["inbound", "outbound"]},
        "agent_id": _TEXT,
        "agent_version": {"type": "integer"},
    },
}
_OPTION = {
    "type": "object",
    "required": ["option_id", "start", "end", "staff", "service", "spoken", "held_until"],
    "properties": {
        "option_id": _TEXT,
        "start": {"type": "string", "format": "date-time"},
        "end": {"type": "string", "format": "date-time"},
        "staff": _TEXT,
        "service": _TEXT,
        "spoken": _TEXT,
        "held_until": {"type": ["string", "null"], "format": "date-time"},
    },
}
_REFUSED = {
    "type": "object",
    "required": ["status", "error"],
    "properties": {"status": {"const": "error"}, "error": _TEXT},
}


def document(build: str) -> dict[str, Any]:
    """OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Rufbuch: what Retell calls", "version": build},
        "paths": {
            **{f"/retell/functions/{contract.name}": _function(contract) for contract in CONTRACTS},
            "/retell/webhook": {
                "post": {
                    "operationId": "webhook",
                    "summary": "Events in the life of a call.",
                    "parameters": [_SIGNATURE],
                    "requestBody": _body({"event": _TEXT, "call": _CALL}, required=["event", "call"]),
                    "responses": {
                        "204": {"description": "Taken; what follows is done behind it."},
                        **_refusals(),
                    },
                }
            },
            "/retell/inbound": {
                "post": {
                    "operationId": "inbound",
                    "summary": "A call that is ringing: the variables of the agent, or a rejection.",
                    "parameters": [_SIGNATURE],
                    "requestBody": _body(
                        {
                            "event": _TEXT,
                            "call_inbound": {
                                "type": "object",
                                "properties": {"to_number": _TEXT, "from_number": _TEXT, "agent_id": _TEXT},
                            },
                        },
                        required=["call_inbound"],
                    ),
                    "responses": {"200": _response("How to go on.", _INBOUND), **_refusals()},
                }
            },
        },
    }


_INBOUND: dict[str, Any] = {
    "type": "object",
    "required": ["call_inbound"],
    "properties": {
        "call_inbound": {
            "type": "object",
            "properties": {
                "dynamic_variables": {"type": "object", "additionalProperties": _TEXT},
                "metadata": {"type": "object"},
                "override_agent_id": _TEXT,
                "reject": {"type": "boolean"},
            },
        }
    },
}


def _function(contract: Contract) -> dict[str, Any]:
    arguments = {one.name: {**_TEXT, "description": one.description} for one in contract.arguments}
    answer = {
        "type": "object",
        "required": ["status", "message", "request_id", "build"],
        "properties": {
            "status": {"type": "string", "enum": sorted(status.value for status in contract.statuses)},
            "message": {"type": "string", "minLength": 1},
            "options": {"type": "array", "items": _OPTION},
            "request_id": {"type": "string", "format": "uuid"},
            "build": _TEXT,
        },
    }
    body = _body(
        {"name": _TEXT, "args": {"type": "object", "properties": arguments}, "call": _CALL},
        required=["args", "call"],
    )
    return {
        "post": {
            "operationId": contract.name,
            "summary": contract.description,
            "parameters": [_SIGNATURE],
            "requestBody": body,
            "responses": {"200": _response("A sentence that may be spoken.", answer), **_refusals()},
        }
    }


def _body(properties: dict[str, Any], *, required: list[str]) -> dict[str, Any]:
    schema = {"type": "object", "required": required, "properties": properties}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _response(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _refusals() -> dict[str, Any]:
    return {
        "400": _response("The body is no JSON object.", _REFUSED),
        "401": _response("Not signed, badly signed, too old, or seen before.", _REFUSED),
        "413": _response("The body is too large.", _REFUSED),
    }
