"""What a business sets about its messages: read with faults by line, kept with sealed secrets, told to booking alone."""

from dataclasses import replace
from typing import Any

import grpc
import pytest

from chassis.grpc_client import fault_of
from chassis.postgres import Pool
from rufbuch.staff.v1 import service_pb2
from staff_registry.domain.business import Business
from staff_registry.domain.ids import Ids
from staff_registry.domain.merging import merge
from staff_registry.domain.messages import Messages
from staff_registry.domain.validation import faults_in, secrets_missing_in
from staff_registry.wire.describing import request_for
from staff_registry.yaml_file import FileInvalidError, describe, render

FILE = """key: salon
name: Salon
branches:
  - {key: mitte, name: Mitte, time_zone: Europe/Berlin}
messages:
  channels: [sms, email]
  email:
    sender: termine@example.org
    sender_name: Salon Mitte
    host: mail.example.org
    username: termine
  sms: {provider: seven, sender: Salon}
  reminders:
    - {hours_before: 24}
    - {branch: mitte, hours_before: 3}
  quiet_from: 21:00
  quiet_until: 08:00
  texts:
    - language: de
      kind: change
      channel: email
      subject: "Neuer Termin: {date}"
      text: |
        Hallo {name},
        statt {old_date} um {old_time} nun {date} um {time} 🎉
"""


def salon() -> Business:
    return describe(FILE, smtp_password="smtp_of_the_salon", sms_key="sms_of_the_salon")


def messages_of(business: Business) -> Messages:
    assert business.messages
    return business.messages


def faults(text: str) -> list[str]:
    with pytest.raises(FileInvalidError) as caught:
        describe(text)
    return [f"{fault.line} {fault.path}: {fault.expected}" for fault in caught.value.faults]


def test_a_file_says_how_a_business_writes() -> None:
    messages = messages_of(salon())
    assert messages.channels == ("sms", "email")
    assert messages.email
    assert (messages.email.port, messages.email.security) == (587, "starttls")
    assert (messages.quiet_from, messages.quiet_until) == ("21:00", "08:00")
    assert [(each.branch_key, each.hours_before) for each in messages.reminders] == [("", 24), ("mitte", 3)]
    assert describe(render(salon())) == salon().without_secrets()


def test_a_file_without_messages_says_nothing_about_them() -> None:
    assert describe(FILE[: FILE.index("messages:")]).messages is None


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("{old_time} nun", "{old_tiem} nun", "23 messages.texts[0].text: only the placeholders {name}"),
        ("Hallo {name},", "Hallo {name.__class__},", "23 messages.texts[0].text: only the placeholders"),
        ("kind: change", "kind: reminder", "23 messages.texts[0].text: only the placeholders"),
        ('{date}"', '{datum}"', "22 messages.texts[0].subject: only the placeholders"),
        ("channels: [sms, email]", "channels: [sms, fax]", "6 messages.channels[1]: one of email, sms"),
        ("termine@example.org", "termine@localhost", "8 messages.email.sender: an e-mail address"),
        ("sender_name: Salon Mitte", 'sender_name: "Salon\\r\\nBcc: a"', "9 messages.email.sender_name: no control"),
        ("provider: seven", "provider: webhook", "12 messages.sms.url: an http or https URL"),
        ("branch: mitte", "branch: nord", "15 messages.reminders[1].branch_key: the key of a branch"),
        ("hours_before: 24", "hours_before: 900", "14 messages.reminders[0].hours_before: a number from 0 to 336"),
        ("quiet_until: 08:00", "quiet_until: 8 Uhr", "17 messages.quiet_until: a time as HH:MM"),
        ("sender: Salon}", "sender: Salon Lindenhof am Park}", "12 messages.sms.sender: at most 11 letters"),
        ("username: termine", "username: termine\n    security: none", "12 messages.email.security: starttls or tls"),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_its_line(right: str, wrong: str, fault: str) -> None:
    assert right in FILE
    (found,) = faults(FILE.replace(right, wrong))
    assert found.startswith(fault)


def test_a_channel_needs_to_be_described() -> None:
    text = FILE.replace("  sms: {provider: seven, sender: Salon}\n", "")
    assert faults(text) == ["6 messages.sms: how sms is sent, since it is among the channels"]


def test_a_text_of_ten_thousand_characters_is_refused() -> None:
    messages = messages_of(salon())
    longer = replace(messages, texts=(replace(messages.texts[0], text="x" * 10_000),))
    assert faults_in(replace(salon(), messages=longer)) == {
        "messages.texts[0].text": "a text of at most 5000 characters"
    }


async def test_the_secrets_are_sealed_at_rest_and_told_to_booking_alone(registry: Any, pool: Pool) -> None:
    told = (await registry.stub.ImportBusiness(request_for(salon()))).business
    assert "smtp_of_the_salon" not in str(told)
    row = str(await pool.fetchval("SELECT t::text FROM tenant t"))
    assert "mail.example.org" in row
    assert "of_the_salon" not in row
    request = service_pb2.GetMessageSetupRequest(tenant_id=told.tenant_id)
    settings = (await registry.stub.GetMessageSetup(request)).settings
    assert (settings.email.password, settings.sms.key) == ("smtp_of_the_salon", "sms_of_the_salon")
    assert settings.reminders[1].branch_id == str(Ids("salon").branch("mitte"))


async def test_the_same_file_without_secrets_keeps_them_and_changes_nothing(registry: Any) -> None:
    await registry.stub.ImportBusiness(request_for(salon()))
    again = await registry.stub.ImportBusiness(request_for(salon().without_secrets()))
    assert not again.changed


async def test_a_password_is_not_sent_to_another_host_than_it_was_given_for(registry: Any) -> None:
    await registry.stub.ImportBusiness(request_for(salon()))
    moved = describe(FILE.replace("mail.example.org", "mail.example.net"))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await registry.stub.ImportBusiness(request_for(moved))
    assert set(fault_of(caught.value).metadata) == {"messages.email.password"}


async def test_a_business_that_sends_nothing_has_no_settings(registry: Any) -> None:
    bare = describe(FILE[: FILE.index("messages:")])
    told = (await registry.stub.ImportBusiness(request_for(bare))).business
    request = service_pb2.GetMessageSetupRequest(tenant_id=told.tenant_id)
    assert not (await registry.stub.GetMessageSetup(request)).HasField("settings")


async def test_nobody_has_the_messages_of_a_business_that_there_is_not(registry: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await registry.stub.GetMessageSetup(service_pb2.GetMessageSetupRequest(tenant_id="x"))
    assert fault_of(caught.value).reason == "BUSINESS_UNKNOWN"


def test_messages_that_are_left_out_stay_and_are_turned_off_by_saying_so() -> None:
    stored = merge(None, salon())
    silent = replace(salon(), messages=None)
    assert merge(stored, silent).messages == stored.messages
    off = replace(salon(), messages=Messages())
    assert merge(stored, off).messages == Messages()
    assert secrets_missing_in(merge(stored, off)) == {}
