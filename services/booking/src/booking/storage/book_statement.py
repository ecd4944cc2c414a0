"""The one statement that books."""

from booking.storage.event_kinds import BOOKED
from booking.storage.keeping import KEPT, LOCKED

BOOK = f"""
WITH {LOCKED.format(days="$10")},
-- A twin waits here, or for a day of an occupant, until the first is committed. From here on nothing happens for it.
request AS (
    INSERT INTO booking_request (tenant_id, request_id, fingerprint, appointment_id, answered_at)
    SELECT $2, $4, $5, $6, $7 FROM ready
    ON CONFLICT (tenant_id, request_id) DO NOTHING
    RETURNING appointment_id
),
-- What is known stays, a name and an address: what was said now may have been misheard, unless it was read back.
whose AS (
    INSERT INTO customer (
        tenant_id, customer_id, name, phone_number, withheld_in_call, calendar_email, created_at, booked_at, email)
    SELECT $2, c.customer_id, c.name, c.phone_number, CASE WHEN c.phone_number IS NULL THEN coalesce(nullif($8, ''), 'request ' || $4) END,
           c.calendar_email, $7, $7, $1::jsonb->0->>'email'
      FROM request, jsonb_to_record($1::jsonb->0->'customer')
           AS c(customer_id uuid, name text, phone_number text, calendar_email text)
    ON CONFLICT (tenant_id, known_by) DO UPDATE SET booked_at = EXCLUDED.booked_at,
        email = CASE WHEN ($1::jsonb->0->>'email_confirmed')::boolean THEN coalesce(EXCLUDED.email, customer.email)
                     ELSE coalesce(customer.email, EXCLUDED.email) END
    RETURNING customer_id, name, phone_number, calendar_email, email
),
{KEPT},
told AS (
    INSERT INTO event (recorded_at, traceparent, kind, payload)
    SELECT $7, $9, '{BOOKED}',
           doc - '{{option_id,email,email_confirmed}}'::text[] || jsonb_build_object('customer', to_jsonb(whose) - 'email')
      FROM whose, made ORDER BY made.position
)
SELECT to_jsonb(whose) AS customer FROM whose
"""  # noqa: S608 - made of constants
"""One statement is one transaction and one round trip: no lock is held while anything travels.

Answers the customer, with the address that no event names; nothing where the request_id has an answer or an occupant has no number yet. Raises an exclusion
violation where the time is taken, a unique violation where the call has booked an option under another request_id.
"""
