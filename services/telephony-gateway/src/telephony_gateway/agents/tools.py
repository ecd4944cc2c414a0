"""The custom tools of an agent, one for each function of the table."""

from typing import Any

from telephony_gateway.agents.options import AgentOptions
from telephony_gateway.domain.contract import CONTRACTS, Contract

_WAITING_ENGLISH = "One moment, please."


def status_variable(name: str) -> str:
    """The dynamic variable that holds a function's status, for equations on edges."""
    return f"{name}_status"


def message_variable(name: str) -> str:
    """The dynamic variable that holds a function's sentence."""
    return f"{name}_message"


def custom_tools(options: AgentOptions) -> list[dict[str, Any]]:
    """All of them, in the order of the table."""
    return [_tool(contract, options) for contract in CONTRACTS]


def _tool(contract: Contract, options: AgentOptions) -> dict[str, Any]:
    tool = {
        "type": "custom",
        "name": contract.name,
        "description": contract.description,
        "url": f"{options.base_url}/retell/functions/{contract.name}",
        "method": "POST",
        # With the arguments alone there is no call, no caller and no business in the body.
        "args_at_root": False,
        "parameter_type": "json",
        "parameters": {
            "type": "object",
            "properties": {
                one.name: {"type": "string", "description": one.description} for one in contract.arguments
            },
            "required": [],
        },
        "response_variables": {
            status_variable(contract.name): "status",
            message_variable(contract.name): "message",
        },
        "timeout_ms": options.timeout_ms(contract.name),
        # A repetition would only come after the answer that the caller has already heard.
        "max_retry": 0,
        "speak_during_execution": bool(contract.waiting),
        "speak_after_execution": True,
    }
    if contract.waiting:
        said = contract.waiting if options.is_german else _WAITING_ENGLISH
        tool |= {"execution_message_type": "static_text", "execution_message_description": said}
    return tool
