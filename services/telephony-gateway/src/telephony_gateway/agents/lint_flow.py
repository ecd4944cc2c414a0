"""What can be wrong with the nodes and edges of a conversation flow."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from telephony_gateway.agents.findings import Finding
from telephony_gateway.domain.answers import Status
from telephony_gateway.domain.contract import contract
from telephony_gateway.domain.envelope import function_name
from telephony_gateway.domain.transcript import claims

_SUCCESSES = {Status.BOOKED.value, Status.CANCELLED.value, Status.RESCHEDULED.value}
_EDGES = ("else_edge", "always_edge", "skip_response_edge", "edge")
Edge = Mapping[str, Any]
Node = Mapping[str, Any]


def flow_findings(flow: Mapping[str, Any]) -> Iterator[Finding]:
    """Everything that is wrong with a flow as a graph."""
    nodes = {node.get("id"): node for node in flow.get("nodes") or ()}
    tools = {tool.get("tool_id"): tool for tool in flow.get("tools") or ()}
    if flow.get("start_node_id") not in nodes:
        yield Finding("dead_end", "start_node_id", "the flow begins nowhere")
    for node in nodes.values():
        yield from _ways_out(node, nodes)
        if node.get("type") == "function":
            yield from _function(node, tools)
    yield from _claims(nodes)
    yield from _unreached(flow.get("start_node_id"), nodes)


def _edges(node: Node) -> list[Edge]:
    return [*(node.get("edges") or ()), *(node[key] for key in _EDGES if node.get(key))]


def _ways_out(node: Node, nodes: Mapping[Any, Node]) -> Iterator[Finding]:
    """TG-09, TG-36: nobody is left in a node that leads nowhere."""
    where, edges = f"node {node.get('id')}", _edges(node)
    if node.get("type") != "end" and not edges:
        yield Finding("dead_end", where, "no edge leads out of it")
    for edge in edges:
        if edge.get("destination_node_id") not in nodes:
            yield Finding("dead_end", where, f"edge {edge.get('id')} leads nowhere")


def _function(node: Node, tools: Mapping[Any, Mapping[str, Any]]) -> Iterator[Finding]:
    where, tool = f"node {node.get('id')}", tools.get(node.get("tool_id"))
    if tool is None:
        yield Finding("unknown_function", where, "calls a tool that there is not")
        return
    if not node.get("wait_for_result"):
        yield Finding("early_claim", where, "goes on before the result is there")
    if not node.get("else_edge"):
        yield Finding("missing_edge", where, "no edge for an answer that does not come")
    agreed = contract(function_name(urlsplit(str(tool.get("url", ""))).path.rsplit("/", 1)[-1]))
    if agreed is None:
        return
    handled = {status for edge in node.get("edges") or () for status in _statuses(edge)}
    known = {status.value for status in agreed.statuses}
    for status in sorted(known - handled):
        yield Finding("missing_edge", where, f"no edge for status {status}")
    for status in sorted(handled - known):
        yield Finding("unknown_status", where, f"{agreed.name} never answers {status}")


def _statuses(edge: Edge) -> list[str]:
    """The statuses that an edge's equations compare with."""
    condition = edge.get("transition_condition") or {}
    equations = condition.get("equations") or () if condition.get("type") == "equation" else ()
    return [
        str(one.get("right"))
        for one in equations
        if one.get("operator") == "==" and "status" in str(one.get("left"))
    ]


def _claims(nodes: Mapping[Any, Node]) -> Iterator[Finding]:
    """TG-07, TG-08: a sentence that claims success is reached through the edge of a success, and no other way."""
    for node in nodes.values():
        instruction = node.get("instruction") or {}
        is_static = instruction.get("type") == "static_text"
        claimed = [claim.words for claim in claims(str(instruction.get("text", "")))] if is_static else []
        if claimed and not _only_after_success(node.get("id"), nodes):
            yield Finding("early_claim", f"node {node.get('id')}", f"claims “{claimed[0]}” without a success")


def _only_after_success(node_id: object, nodes: Mapping[Any, Node]) -> bool:
    ways_in = [
        edge for node in nodes.values() for edge in _edges(node) if edge.get("destination_node_id") == node_id
    ]
    return bool(ways_in) and all(_statuses(edge) and set(_statuses(edge)) <= _SUCCESSES for edge in ways_in)


def _unreached(start: object, nodes: Mapping[Any, Node]) -> Iterator[Finding]:
    reached, ahead = set[object](), [start]
    while ahead:
        node = nodes.get(ahead.pop())
        if node is None or node.get("id") in reached:
            continue
        reached.add(node.get("id"))
        ahead += [edge.get("destination_node_id") for edge in _edges(node)]
    for node_id, node in nodes.items():
        if node_id not in reached and not node.get("global_node_setting"):
            yield Finding("unreached", f"node {node_id}", "no way leads to it")
