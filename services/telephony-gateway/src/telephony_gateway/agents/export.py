"""Agents for import into Retell: a single prompt with tools, and a conversation flow. Both from the table of functions."""

from typing import Any

from telephony_gateway.agents import texts
from telephony_gateway.agents.flow import conversation_flow
from telephony_gateway.agents.options import AgentOptions
from telephony_gateway.agents.tools import custom_tools

EVENTS = [
    "call_started", "call_ended", "call_analyzed", "transcript_updated", "transfer_started", "transfer_bridged",
    "transfer_cancelled", "transfer_ended",
]  # fmt: skip
_LONGEST_CALL_MS = 30 * 60 * 1000
_WEBHOOK_TIMEOUT_MS = 10_000


def single_prompt_agent(options: AgentOptions) -> dict[str, Any]:
    """An agent that decides by its prompt which tool to call."""
    engine = {
        "start_speaker": "agent",
        "begin_message": texts.greeting(options),
        "general_prompt": texts.prompt(options),
        "general_tools": [*custom_tools(options), *_telephony_tools(options)],
        "default_dynamic_variables": texts.unset_variables(),
    }
    return {
        **_agent(options, "single prompt"),
        "response_engine": {"type": "retell-llm", "llm_id": ""},
        "retellLlmData": engine,
    }


def flow_agent(options: AgentOptions) -> dict[str, Any]:
    """An agent that goes from node to node, by the status of each answer."""
    return {
        **_agent(options, "flow"),
        "response_engine": {"type": "conversation-flow", "conversation_flow_id": ""},
        "conversationFlow": conversation_flow(options),
    }


def _agent(options: AgentOptions, kind: str) -> dict[str, Any]:
    return {
        "agent_name": f"{options.business_name} ({kind})",
        "language": "de-DE" if options.is_german else "en-GB",
        "voice_id": options.voice_id,
        # Left out, it is Los Angeles.
        "timezone": options.time_zone,
        "webhook_url": f"{options.base_url}/retell/webhook",
        "webhook_events": EVENTS,
        "webhook_timeout_ms": _WEBHOOK_TIMEOUT_MS,
        "max_call_duration_ms": _LONGEST_CALL_MS,
        "boosted_keywords": list(options.keywords),
        "data_storage_setting": "everything_except_pii",
    }


def _telephony_tools(options: AgentOptions) -> list[dict[str, Any]]:
    tools: list[dict[str, Any]] = [{"type": "end_call", "name": "end_call", "description": texts.DONE}]
    if options.transfer_number:
        tools.append(
            {
                "type": "transfer_call",
                "name": "transfer_call",
                "description": texts.WANTS_A_PERSON,
                "transfer_destination": {"type": "predefined", "number": options.transfer_number},
                "transfer_option": {"type": "cold_transfer"},
            }
        )
    return tools
