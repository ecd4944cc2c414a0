"""The conversation flow: after every function an edge for each of its statuses, and one for no answer at all."""

from typing import Any

from telephony_gateway.agents import texts
from telephony_gateway.agents.options import AgentOptions
from telephony_gateway.agents.tools import custom_tools, status_variable
from telephony_gateway.domain.answers import Status
from telephony_gateway.domain.contract import CONTRACTS, Contract

TALK, TROUBLE, GOODBYE, PERSON = "talk", "trouble", "goodbye", "person"
_FIRST = "get_context"
"""Called before the greeting, which does not depend on it."""
Node = dict[str, Any]


def conversation_flow(options: AgentOptions) -> dict[str, Any]:
    """Nodes, tools and rules."""
    tools = [{**tool, "tool_id": _tool_id(tool["name"])} for tool in custom_tools(options)]
    nodes = [
        _conversation(TALK, texts.greeting(options), options),
        _conversation(TROUBLE, texts.trouble(options), options),
        *(node for contract in CONTRACTS for node in _of_function(contract, options)),
        {"id": GOODBYE, "type": "end", "instruction": _static(texts.goodbye(options))},
    ]
    if options.transfer_number:
        nodes.append(_transfer(options))
    return {
        "start_speaker": "agent",
        "start_node_id": _do(_FIRST),
        "global_prompt": texts.prompt(options),
        "default_dynamic_variables": texts.unset_variables(),
        "tools": tools,
        "nodes": nodes,
    }


def _of_function(contract: Contract, options: AgentOptions) -> list[Node]:
    """The node that calls, and the node that says what came of it."""
    name = contract.name
    edges = [_equation_edge(name, status) for status in contract.statuses]
    function = {
        "id": _do(name),
        "type": "function",
        "tool_id": _tool_id(name),
        "tool_type": "local",
        "wait_for_result": True,
        "speak_during_execution": bool(contract.waiting),
        "edges": edges,
        # No status: Retell gave up waiting, or the answer was none of ours.
        "else_edge": _else_edge(_do(name), TALK if name == _FIRST else TROUBLE),
    }
    if name == _FIRST:
        return [function]
    nodes = [function, _conversation(_say(name), texts.spoken_result(name), options)]
    if Status.PENDING in contract.statuses:
        nodes.append(_pending(name))
    return nodes


def _equation_edge(name: str, status: Status) -> Node:
    destination = TALK if name == _FIRST else _wait(name) if status is Status.PENDING else _say(name)
    equation = {"left": f"{{{{{status_variable(name)}}}}}", "operator": "==", "right": status.value}
    return {
        "id": f"{_do(name)}_{status.value}",
        "transition_condition": {"type": "equation", "operator": "&&", "equations": [equation]},
        "destination_node_id": destination,
    }


def _pending(name: str) -> Node:
    """Says that it is not settled, and asks again: the second call picks the result up."""
    return {
        "id": _wait(name),
        "type": "conversation",
        "instruction": _static(texts.spoken_result(name)),
        "skip_response_edge": _fixed_edge(f"{_wait(name)}_again", "Skip response", _do(name)),
    }


def _conversation(node_id: str, said: str, options: AgentOptions) -> Node:
    """Says something and goes where the caller leads."""
    edges = [_prompt_edge(node_id, intent, _do(name), name) for name, intent in texts.INTENTS.items()]
    person = PERSON if options.transfer_number else _do("request_callback")
    edges.append(_prompt_edge(node_id, texts.WANTS_A_PERSON, person, PERSON))
    edges.append(_prompt_edge(node_id, texts.DONE, GOODBYE, GOODBYE))
    return {"id": node_id, "type": "conversation", "instruction": _static(said), "edges": edges}


def _transfer(options: AgentOptions) -> Node:
    return {
        "id": PERSON,
        "type": "transfer_call",
        "transfer_destination": {"type": "predefined", "number": options.transfer_number},
        "transfer_option": {"type": "cold_transfer"},
        "instruction": _static(texts.connecting(options)),
        # Nobody answers: then a callback, and not silence.
        "edge": _fixed_edge("person_failed", "Transfer failed", _do("request_callback")),
    }


def _prompt_edge(node_id: str, condition: str, destination: str, name: str) -> Node:
    return {
        "id": f"{node_id}_to_{name}",
        "transition_condition": {"type": "prompt", "prompt": condition},
        "destination_node_id": destination,
    }


def _else_edge(node_id: str, destination: str) -> Node:
    return _fixed_edge(f"{node_id}_else", "Else", destination)


def _fixed_edge(edge_id: str, condition: str, destination: str) -> Node:
    return {
        "id": edge_id,
        "transition_condition": {"type": "prompt", "prompt": condition},
        "destination_node_id": destination,
    }


def _static(text: str) -> Node:
    return {"type": "static_text", "text": text}


def _do(name: str) -> str:
    return f"do_{name}"


def _say(name: str) -> str:
    return f"say_{name}"


def _wait(name: str) -> str:
    return f"wait_{name}"


def _tool_id(name: str) -> str:
    return f"tool_{name}"
