"""How a customer is forgotten: what is overwritten, table by table, in this order."""

NOBODY = "–"
"""Stands where a name was."""

OF_CUSTOMER = """tenant_id = $1 AND (
    phone_number = (SELECT phone_number FROM customer WHERE tenant_id = $1 AND customer_id = $2)
    OR call_id = (SELECT withheld_in_call FROM customer WHERE tenant_id = $1 AND customer_id = $2)
    OR appointment_id IN (SELECT appointment_id FROM appointment WHERE tenant_id = $1 AND customer_id = $2))"""
"""Callbacks of $2: by number, by the call where it is withheld, by appointment."""

NOTHING_SAID = """'{"name": "", "topic": "", "phone_number": null}'::jsonb
    || CASE WHEN payload ? 'resolution' THEN '{"resolution": ""}'::jsonb ELSE '{}' END"""
SOMETHING_SAID = """(payload->>'name', payload->>'topic', payload->>'phone_number', coalesce(payload->>'resolution', ''))
   IS DISTINCT FROM ('', '', null, '')"""
"""In the events of a callback."""

_WHO = f"""jsonb_build_object('name', '{NOBODY}', 'phone_number', null)"""


def _words_of(document: str) -> str:
    """What was said of the customer beside the name that she is known by."""
    return f"""jsonb_build_object('booked_for', '{NOBODY}', 'overbooking_reason',
        CASE WHEN {document}->>'overbooking_reason' IS NOT NULL THEN '{NOBODY}' END)"""


_TOLD = f"""
UPDATE event SET payload = jsonb_set(payload, '{{customer}}', payload->'customer' || {_WHO}) || {_words_of("payload")}
 WHERE payload->>'tenant_id' = $1::uuid::text AND payload#>>'{{customer,customer_id}}' = $2::uuid::text
   AND payload#>>'{{customer,name}}' <> '{NOBODY}'
"""  # noqa: S608 - made of constants
"""Copies of the customer in events: they are read again from the beginning by whoever is new."""

_MOVED = f"""
UPDATE event SET payload = payload || jsonb_build_object(
    'previous', payload->'previous' || {_words_of("payload->'previous'")}
        || jsonb_build_object('customer', payload#>'{{previous,customer}}' || {_WHO}),
    'appointment', payload->'appointment' || {_words_of("payload->'appointment'")}
        || jsonb_build_object('customer', payload#>'{{appointment,customer}}' || {_WHO}))
 WHERE payload#>>'{{previous,tenant_id}}' = $1::uuid::text
   AND payload#>>'{{previous,customer,customer_id}}' = $2::uuid::text
   AND payload#>>'{{previous,customer,name}}' <> '{NOBODY}'
"""  # noqa: S608 - made of constants
"""A move keeps its customer, so that both ends have the same."""

ALONE = (
    "SELECT FROM appointment WHERE tenant_id = $1 AND customer_id = $2 ORDER BY appointment_id FOR NO KEY UPDATE",
    f"SELECT FROM callback WHERE {OF_CUSTOMER} ORDER BY callback_id FOR NO KEY UPDATE",
)
"""Before that: what is being written of her is waited for, so that its events are found. Whoever comes later waits, and finds
another name, or another version, than was read."""

FORGET = (
    ("event", _TOLD),
    ("event", _MOVED),
    (
        "event",
        f"""
UPDATE event SET payload = payload || {NOTHING_SAID}
 WHERE payload->>'callback_id' IN (SELECT callback_id::text FROM callback WHERE {OF_CUSTOMER}) AND {SOMETHING_SAID}
""",  # noqa: S608 - made of constants
    ),
    (
        "callback",
        f"""
UPDATE callback SET name = '', topic = '', phone_number = NULL, resolution = '', version = coalesce(version, 1) + 1
 WHERE {OF_CUSTOMER} AND (name, topic, phone_number, resolution) IS DISTINCT FROM ('', '', null, '')
""",  # noqa: S608 - made of constants
    ),
    (
        "message",
        """
UPDATE message SET address = '', subject = '', text = '', receipt = '',
       -- Servers repeat addresses in what they say.
       detail = CASE WHEN state = 'pending' THEN 'the customer was forgotten' ELSE '' END,
       state = CASE WHEN state IN ('pending', 'unknown') THEN 'suppressed' ELSE state END,
       due_time = CASE WHEN state = 'sending' THEN due_time END, revision = revision + 1
 WHERE tenant_id = $1 AND customer_id = $2 AND (address, subject, text, receipt) IS DISTINCT FROM ('', '', '', '')
""",
    ),
    (
        "appointment_change",
        """
UPDATE appointment_change SET reason = '' WHERE tenant_id = $1 AND customer_id = $2 AND reason <> ''
""",
    ),
    (
        "appointment",
        f"""
UPDATE appointment SET name_given = '{NOBODY}',
       overbooking_reason = CASE WHEN overbooking_reason IS NOT NULL THEN '{NOBODY}' END
 WHERE tenant_id = $1 AND customer_id = $2 AND name_given <> '{NOBODY}'
""",  # noqa: S608 - made of constants
    ),
    # The last: the others are found by its number. Known by nothing that anybody could call from.
    (
        "customer",
        f"""
UPDATE customer SET name = '{NOBODY}', phone_number = NULL, email = NULL, withheld_in_call = 'erased ' || customer_id
 WHERE tenant_id = $1 AND customer_id = $2 AND name <> '{NOBODY}'
""",  # noqa: S608 - made of constants
    ),
)
"""Table and statement ($1 tenant, $2 customer); done again they find nothing."""
