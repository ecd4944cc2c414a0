"""The one statement that books."""

BOOKED = "appointment_booked"
"""Kind of the event."""

BOOK = f"""
WITH doc AS (
    SELECT $1::jsonb AS doc
),
-- Bookings of one person go one after another: two that meet in the exclusion constraint at the same moment would wait
-- for each other until PostgreSQL calls it a deadlock.
person AS (
    SELECT number FROM person_number WHERE tenant_id = $2 AND person_id = $3 FOR NO KEY UPDATE
),
-- A twin waits here, or for the person, until the first is committed. From here on nothing happens for it.
request AS (
    INSERT INTO booking_request (tenant_id, request_id, fingerprint, appointment_id, answered_at)
    SELECT $2, $4, $5, $6, $7 FROM person
    ON CONFLICT (tenant_id, request_id) DO NOTHING
    RETURNING appointment_id
),
-- A name that is known stays: the one that was said now may have been misheard.
whose AS (
    INSERT INTO customer (
        tenant_id, customer_id, name, phone_number, withheld_in_call, calendar_email, created_at, booked_at)
    SELECT $2, c.customer_id, c.name, c.phone_number, CASE WHEN c.phone_number IS NULL THEN $8 END,
           c.calendar_email, $7, $7
      FROM request, doc, jsonb_to_record(doc->'customer')
           AS c(customer_id uuid, name text, phone_number text, calendar_email text)
    ON CONFLICT (tenant_id, known_by) DO UPDATE SET booked_at = EXCLUDED.booked_at
    RETURNING customer_id, name, phone_number, calendar_email
),
booked AS (
    INSERT INTO appointment (
        tenant_id, appointment_id, branch_id, service_id, service_name, person_id, customer_id, name_given, state,
        start_time, end_time, call_id, option_id, created_at, version)
    SELECT $2, $6, a.branch_id, a.service_id, a.service_name, $3, whose.customer_id, doc->'customer'->>'name', a.state,
           a.start_time, a.end_time, $8, $9, $7, a.version
      FROM whose, doc, jsonb_to_record(doc)
           AS a(branch_id uuid, service_id uuid, service_name text, state text, start_time timestamptz,
                end_time timestamptz, version integer)
    RETURNING appointment_id
),
phases AS (
    INSERT INTO phase (
        phase_id, tenant_id, appointment_id, position, name, kind, person_id, start_time, end_time)
    SELECT p.phase_id, $2, $6, p.position, p.name, p.kind, p.person_id, p.start_time, p.end_time
      FROM booked, doc, jsonb_to_recordset(doc->'phases')
           AS p(phase_id uuid, position integer, name text, kind text, person_id uuid, start_time timestamptz,
                end_time timestamptz)
),
taken AS (
    INSERT INTO occupancy (tenant_id, appointment_id, person_number, span)
    SELECT $2, $6, person.number, occupied_span(person.number, o.start_time, o.end_time)
      FROM booked, person, doc, jsonb_to_recordset(doc->'occupied') AS o(start_time timestamptz, end_time timestamptz)
),
told AS (
    INSERT INTO event (recorded_at, traceparent, kind, payload)
    SELECT $7, $10, '{BOOKED}', doc || jsonb_build_object('customer', to_jsonb(whose))
      FROM whose, booked, doc
)
SELECT to_jsonb(whose) AS customer FROM whose
"""  # noqa: S608 - the one value in it is the constant above
"""One statement is one transaction and one round trip: no lock is held while anything travels.

Answers the customer; nothing where the request_id has an answer or the person has no number yet. Raises an exclusion
violation where the time is taken, a unique violation where the call has booked the option under another request_id.
"""

NUMBER_PERSON = """
INSERT INTO person_number (tenant_id, person_id) VALUES ($1, $2) ON CONFLICT (tenant_id, person_id) DO NOTHING
"""
