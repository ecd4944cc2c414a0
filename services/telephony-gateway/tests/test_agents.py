"""The agents that are shipped, against Retell's own types and against what has gone wrong with agents before."""

import copy
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter
from retell.types.agent_create_params import AgentCreateParams
from retell.types.conversation_flow_create_params import ConversationFlowCreateParams
from retell.types.llm_create_params import LlmCreateParams

from telephony_gateway.agents.export import flow_agent, single_prompt_agent
from telephony_gateway.agents.lint import Expected, lint
from telephony_gateway.agents.options import AgentOptions, Budgets, options_for
from telephony_gateway.domain.business import BookableService, Colleague, DialledBranch
from telephony_gateway.domain.contract import CONTRACTS
from telephony_gateway.domain.sentences import Voice

BRANCH = DialledBranch(
    tenant_id="t", branch_id="b", business_name="Salon Beispiel", language=Voice("de-DE"),
    zone=ZoneInfo("Europe/Berlin"), horizon_days=180, opening_hours=(),
    services=(BookableService("s", "Dauerwelle", (), 135, None, "EUR"),),
    people=(Colleague("p", "Anna", frozenset({"s"})),),
)  # fmt: skip
OPTIONS = options_for(BRANCH, base_url="https://phone.example.org/", transfer_number="+493023125001")
WITHOUT_TRANSFER = options_for(BRANCH, base_url="https://phone.example.org")
EXPECTED = Expected(time_zone="Europe/Berlin")
AGENTS = [single_prompt_agent, flow_agent]


def exhausted(value: Any) -> Any:
    """Walks through what pydantic checks only when it is looked at."""
    if isinstance(value, dict):
        return {key: exhausted(inner) for key, inner in value.items()}
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return value
    return [exhausted(inner) for inner in value]


@pytest.mark.parametrize("options", [OPTIONS, WITHOUT_TRANSFER])
class TestRetellsTypes:
    @pytest.mark.parametrize("make", AGENTS)
    def test_the_agent_is_one_of_retells(self, make: Callable[[AgentOptions], Any], options: Any) -> None:
        agent = make(options)
        assert exhausted(TypeAdapter(AgentCreateParams).validate_python(agent, strict=False))

    def test_the_prompt_is_one_of_retells(self, options: AgentOptions) -> None:
        engine = single_prompt_agent(options)["retellLlmData"]
        checked = exhausted(TypeAdapter(LlmCreateParams).validate_python(engine))
        assert len(checked["general_tools"]) == len(engine["general_tools"])

    def test_the_flow_is_one_of_retells_with_nothing_lost(self, options: AgentOptions) -> None:
        flow = flow_agent(options)["conversationFlow"]
        checked = exhausted(TypeAdapter(ConversationFlowCreateParams).validate_python(flow))
        assert checked["nodes"] == flow["nodes"]
        assert checked["tools"] == flow["tools"]


def test_retells_types_would_notice() -> None:
    flow = flow_agent(OPTIONS)["conversationFlow"]
    del flow["nodes"][2]["wait_for_result"]
    with pytest.raises(ValueError, match="validation error"):
        exhausted(TypeAdapter(ConversationFlowCreateParams).validate_python(flow))


@pytest.mark.parametrize("make", AGENTS)
def test_what_is_shipped_has_no_fault(make: Callable[[AgentOptions], Any]) -> None:
    assert lint(make(OPTIONS), EXPECTED) == []
    assert lint(make(WITHOUT_TRANSFER), EXPECTED) == []


def test_the_tools_are_the_functions_and_none_asks_for_the_call() -> None:
    """TG-01, TG-22, TG-35"""
    tools = single_prompt_agent(OPTIONS)["retellLlmData"]["general_tools"]
    custom = {tool["name"]: tool for tool in tools if tool["type"] == "custom"}
    assert set(custom) == {contract.name for contract in CONTRACTS}
    assert not any("call_id" in tool["parameters"]["properties"] for tool in custom.values())
    assert custom["start_booking"]["url"] == "https://phone.example.org/retell/functions/start_booking"


def test_speech_recognition_expects_the_salons_names() -> None:
    assert flow_agent(OPTIONS)["boosted_keywords"] == ["Dauerwelle", "Anna"]


def _drop_edge(agent: Any) -> None:
    _node(agent, "do_cancel_appointment")["edges"].pop()


def _node(agent: Any, node_id: str) -> Any:
    return next(node for node in agent["conversationFlow"]["nodes"] if node["id"] == node_id)


def _tool(agent: Any, name: str) -> Any:
    return next(tool for tool in agent["conversationFlow"]["tools"] if tool["name"] == name)


FAULTS: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("TG-36: no failure edge", "missing_edge", lambda a: _node(a, "do_cancel_appointment").pop("else_edge")),
    ("TG-36: a status without an edge", "missing_edge", _drop_edge),
    ("TG-09: a node without a way out", "dead_end", lambda a: _node(a, "talk").update(edges=[])),
    (
        "TG-08: success said before it",
        "early_claim",
        lambda a: _node(a, "talk")["instruction"].update(text="Ihr Termin ist gebucht."),
    ),
    (
        "TG-08: success said while the function runs",
        "early_claim",
        lambda a: _tool(a, "start_booking").update(execution_message_description="Das ist gebucht."),
    ),
    (
        "TG-07: going on without the result",
        "early_claim",
        lambda a: _node(a, "do_check_availability").update(wait_for_result=False),
    ),
    (
        "TG-22: a route that there is not",
        "unknown_function",
        lambda a: _tool(a, "start_booking").update(
            url="https://x.example.org/retell/functions/confirm_booking"
        ),
    ),
    ("TG-35: a function less", "missing_function", lambda a: a["conversationFlow"]["tools"].pop()),
    (
        "TG-01: the model fills in the call",
        "call_id_argument",
        lambda a: _tool(a, "list_services")["parameters"]["properties"].update(call_id={"type": "string"}),
    ),
    (
        "TG-26: an argument that nobody reads",
        "unknown_argument",
        lambda a: _tool(a, "list_services")["parameters"]["properties"].update(neuer_tag={"type": "string"}),
    ),
    ("TG-05: no envelope", "args_at_root", lambda a: _tool(a, "list_services").update(args_at_root=True)),
    (
        "TG-25: a variable that nobody sets",
        "placeholder",
        lambda a: _node(a, "talk")["instruction"].update(text="Am {{new_datum}}?"),
    ),
    ("TG-11: no zone", "time_zone", lambda a: a.pop("timezone")),
    ("TG-11: another zone", "time_zone", lambda a: a.update(timezone="America/Los_Angeles")),
    (
        "TG-11: the time of Los Angeles",
        "time_zone",
        lambda a: a["conversationFlow"].update(global_prompt="Heute: {{current_time}}"),
    ),
    (
        "TG-31: shorter than our answer",
        "timeout",
        lambda a: _tool(a, "start_booking").update(timeout_ms=1500),
    ),
    (
        "TG-09: no status to branch on",
        "no_status",
        lambda a: _tool(a, "start_booking").update(response_variables={}),
    ),
    (
        "TG-04: a status that is never given",
        "unknown_status",
        lambda a: _node(a, "do_list_services")["edges"][0]["transition_condition"]["equations"][0].update(
            right="success"
        ),
    ),
    ("a start that is nowhere", "dead_end", lambda a: a["conversationFlow"].update(start_node_id="x")),
]


@pytest.mark.parametrize(
    ("rule", "spoil"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS]
)
def test_a_fault_of_the_past_is_found(rule: str, spoil: Callable[[Any], Any]) -> None:
    agent = copy.deepcopy(flow_agent(OPTIONS))
    spoil(agent)
    assert rule in {finding.rule for finding in lint(agent, EXPECTED)}


def test_an_agent_that_speaks_first_has_something_to_say() -> None:
    """TG-14"""
    agent = single_prompt_agent(OPTIONS)
    agent["retellLlmData"]["begin_message"] = ""
    assert [finding.rule for finding in lint(agent, EXPECTED)] == ["silent_start"]


def test_a_zone_in_a_variables_name_is_no_placeholder() -> None:
    agent = single_prompt_agent(OPTIONS)
    agent["retellLlmData"]["general_prompt"] = "{{current_calendar_Europe/Berlin}}"
    assert lint(agent, EXPECTED) == []


def test_a_success_may_be_said_behind_its_edge_alone() -> None:
    """TG-08"""
    agent = flow_agent(OPTIONS)
    booking, said = (
        _node(agent, "do_start_booking"),
        {"type": "static_text", "text": "Ihr Termin ist gebucht."},
    )
    node = {**_node(agent, "talk"), "id": "success", "instruction": said}
    agent["conversationFlow"]["nodes"].append(node)
    by_status = {edge["id"].removeprefix("do_start_booking_"): edge for edge in booking["edges"]}
    by_status["booked"]["destination_node_id"] = "success"
    assert lint(agent, EXPECTED) == []
    by_status["taken"]["destination_node_id"] = "success"
    assert [finding.rule for finding in lint(agent, EXPECTED)] == ["early_claim"]


def test_a_node_that_nothing_leads_to_is_found() -> None:
    agent = flow_agent(OPTIONS)
    agent["conversationFlow"]["nodes"].append({**_node(agent, "talk"), "id": "forgotten"})
    assert [finding.rule for finding in lint(agent, EXPECTED)] == ["unreached"]


@pytest.mark.parametrize("agent", [{}, {"conversationFlow": None}, {"retellLlmData": []}])
def test_what_is_no_agent_is_a_finding(agent: Any) -> None:
    assert [finding.rule for finding in lint(agent)] == ["no_engine"]


@pytest.mark.parametrize("make", AGENTS)
def test_a_function_with_a_budget_of_its_own_is_waited_for(make: Callable[[AgentOptions], Any]) -> None:
    """TG-31: what the gateway may take, Retell waits for, function by function."""
    budgets = Budgets(2.0, {"start_booking": 8.0})
    longer = make(options_for(BRANCH, base_url="https://phone.example.org", budgets=budgets))
    wanted = Expected(time_zone="Europe/Berlin", budgets=budgets)

    assert lint(longer, wanted) == []
    (found,) = lint(make(OPTIONS), wanted)
    assert (found.rule, found.where) == ("timeout", "tool start_booking")
