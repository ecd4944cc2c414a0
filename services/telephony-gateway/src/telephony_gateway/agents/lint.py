"""Finds in an exported agent what has gone wrong with agents before: drift, missing edges, early claims, wrong zones."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from telephony_gateway.agents.findings import Finding
from telephony_gateway.agents.lint_flow import flow_findings
from telephony_gateway.agents.options import Budgets
from telephony_gateway.domain.contract import ARGUMENTS, CONTRACTS, contract
from telephony_gateway.domain.envelope import function_name
from telephony_gateway.domain.transcript import claims
from telephony_gateway.usecases.dynamic_variables import VARIABLES

_VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_ZONELESS = frozenset({"current_time", "current_hour", "current_calendar"})
_BUILT_IN = frozenset(
    {"session_type", "session_duration", "direction", "user_number", "agent_number", "call_id", "call_type"}
)
_KNOWN_ARGUMENTS = frozenset(name for one in ARGUMENTS for name in (one.name, *one.synonyms))
_FILLED_IN = frozenset({"execution_message"})


@dataclass(frozen=True)
class Expected:
    """What the installation that the agent is for wants."""

    time_zone: str = ""
    """IANA zone of the branch; "": any but the default."""
    budgets: Budgets = field(default_factory=Budgets)
    """How long our answers may take."""


def lint(agent: Mapping[str, Any], expected: Expected | None = None) -> list[Finding]:
    """Everything that is wrong with an exported agent; none: it may be published."""
    wanted = expected or Expected()
    engine = agent.get("conversationFlow") or agent.get("retellLlmData")
    if not isinstance(engine, Mapping):
        return [Finding("no_engine", "", "neither conversationFlow nor retellLlmData")]
    tools = list(_custom_tools(engine))
    return [
        *_zone(agent, wanted),
        *_begin(engine),
        *(finding for tool in tools for finding in _tool(tool, wanted)),
        *_missing_functions(tools),
        *_texts(agent, engine, tools),
        *(flow_findings(engine) if "nodes" in engine else ()),
    ]


def _custom_tools(engine: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    some = [*(engine.get("general_tools") or ()), *(engine.get("tools") or ())]
    for state in engine.get("states") or ():
        some += state.get("tools") or ()
    yield from (tool for tool in some if tool.get("type") == "custom")


def _zone(agent: Mapping[str, Any], expected: Expected) -> Iterator[Finding]:
    """TG-11: left out, the model's today is that of Los Angeles."""
    zone = agent.get("timezone")
    if not zone:
        yield Finding("time_zone", "timezone", "missing: Retell then takes America/Los_Angeles")
    elif expected.time_zone and zone != expected.time_zone:
        yield Finding("time_zone", "timezone", f"{zone} instead of {expected.time_zone}")


def _begin(engine: Mapping[str, Any]) -> Iterator[Finding]:
    """TG-14: the agent speaks first and has nothing to say."""
    if (
        engine.get("start_speaker") == "agent"
        and "general_prompt" in engine
        and not engine.get("begin_message")
    ):
        yield Finding("silent_start", "begin_message", "the agent speaks first and has nothing to say")


def _tool(tool: Mapping[str, Any], expected: Expected) -> Iterator[Finding]:
    where = f"tool {tool.get('name')}"
    path = urlsplit(str(tool.get("url", ""))).path
    name = function_name(path.rsplit("/", 1)[-1])
    if "/retell/functions/" not in path or contract(name) is None:
        yield Finding("unknown_function", where, f"no function of ours is at {path}")
        return
    if function_name(str(tool.get("name"))) != name:
        yield Finding("unknown_function", where, f"calls {name}")
    if tool.get("args_at_root"):
        yield Finding("args_at_root", where, "without the call object nobody knows who calls whom")
    budget_s = expected.budgets.of(name)
    if tool.get("timeout_ms", 120_000) < budget_s * 1000:
        yield Finding("timeout", where, f"shorter than the {budget_s} s that our answer may take")
    variables = tool.get("response_variables") or {}
    if "status" not in variables.values():
        yield Finding("no_status", where, "no response variable holds the status")
    yield from _arguments(tool, where)
    yield from _waiting(tool, where)


def _arguments(tool: Mapping[str, Any], where: str) -> Iterator[Finding]:
    for name in (tool.get("parameters") or {}).get("properties") or {}:
        if name == "call_id":
            yield Finding("call_id_argument", where, "the model makes it up; the envelope has it")
        elif name not in _KNOWN_ARGUMENTS | _FILLED_IN:
            yield Finding("unknown_argument", where, f"{name} is not looked at")


def _waiting(tool: Mapping[str, Any], where: str) -> Iterator[Finding]:
    """TG-08: said while the function runs."""
    said = str(tool.get("execution_message_description", ""))
    for claim in claims(said):
        yield Finding("early_claim", where, f"claims “{claim.words}” while it runs")


def _missing_functions(tools: list[Mapping[str, Any]]) -> Iterator[Finding]:
    """TG-22, TG-35"""
    offered = {function_name(urlsplit(str(tool.get("url", ""))).path.rsplit("/", 1)[-1]) for tool in tools}
    for one in CONTRACTS:
        if one.name not in offered:
            yield Finding("missing_function", "tools", f"{one.name} is not among them")


def _texts(
    agent: Mapping[str, Any], engine: Mapping[str, Any], tools: list[Mapping[str, Any]]
) -> Iterator[Finding]:
    """TG-25: variables that nobody sets are read out as they are written."""
    set_by_tools = {name for tool in tools for name in (tool.get("response_variables") or {})}
    known = {*VARIABLES, *_BUILT_IN, *set_by_tools, *(engine.get("default_dynamic_variables") or {})}
    for where, text in _strings({"agent": agent.get("begin_message", ""), **engine}):
        for name in _VARIABLE.findall(text):
            if name in _ZONELESS:
                yield Finding("time_zone", where, f"{{{{{name}}}}} is the time of Los Angeles")
            elif name not in known and name.rsplit("_", 1)[0] not in _ZONELESS and "/" not in name:
                yield Finding("placeholder", where, f"nobody sets {{{{{name}}}}}")


def _strings(value: object, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _strings(inner, f"{where}.{key}" if where else str(key))
    elif isinstance(value, list):
        for inner in value:
            label = inner.get("id") or inner.get("name") if isinstance(inner, Mapping) else None
            yield from _strings(inner, f"{where}[{label}]" if label else where)
