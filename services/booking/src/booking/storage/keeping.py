"""The parts that the statements which make appointments have in common."""

LOCKED = """
locked AS (
    -- Under another name nobody is taken: whoever has become one meanwhile is not found, and looked up by its right one.
    -- Shared with all but who makes two of them one, or is of a version that lets nobody else in.
    SELECT occupant_id, number FROM occupant
     WHERE tenant_id = $2 AND occupant_id = ANY($3::text::uuid[]) AND same_as IS NULL
     ORDER BY number FOR SHARE
),
-- Whatever takes time of the same occupant on the same day goes one after another: two that meet in the exclusion constraint
-- at the same moment would wait for each other until PostgreSQL calls it a deadlock. Sorted, for the same reason (BK-22), and
-- only once all of "locked" is: who waits for an occupant keeps no day from those who have her.
alone AS (
    SELECT pg_advisory_xact_lock(day) FROM unnest({days}::text::bigint[]) AS day
     WHERE (SELECT count(*) FROM locked) = cardinality($3::text::uuid[])
),
ready AS (
    SELECT 1 WHERE (SELECT count(*) FROM locked) = cardinality($3::text::uuid[]) AND (SELECT count(*) FROM alone) >= 0
),
made AS (
    SELECT position, doc FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS made(doc, position)
)
"""
"""Appointments to make: $1 as documents, $2 tenant, $3 all occupants, each once, {days} as ``days_of`` them."""

KEPT = """
booked AS (
    INSERT INTO appointment (
        tenant_id, appointment_id, branch_id, service_id, service_name, person_id, customer_id, name_given, state,
        start_time, end_time, call_id, option_id, created_at, version, rescheduled_from_id, moves, service_ids,
        party_id, party_position, overbooking_reason, overbooked_by, series_id, series_position)
    SELECT $2, a.appointment_id, a.branch_id, a.service_id, a.service_name, a.person_id, whose.customer_id,
           coalesce(nullif(a.booked_for, ''), whose.name), a.state, a.start_time, a.end_time, $8, a.option_id, $7, a.version,
           a.rescheduled_from_id, a.moves, a.service_ids,
           CASE WHEN jsonb_array_length($1::jsonb) > 1 THEN $6 END, made.position,
           a.overbooking_reason, a.overbooked_by, a.series_id, a.series_position
      FROM whose, made, jsonb_to_record(doc)
           AS a(appointment_id uuid, branch_id uuid, service_id uuid, service_name text, person_id uuid,
                booked_for text, state text, start_time timestamptz, end_time timestamptz, option_id text,
                version integer, rescheduled_from_id uuid, moves integer, service_ids uuid[],
                overbooking_reason text, overbooked_by text, series_id uuid, series_position integer)
    RETURNING appointment_id
),
phases AS (
    INSERT INTO phase (
        phase_id, tenant_id, appointment_id, position, name, kind, person_id, service_id, start_time, end_time)
    SELECT p.phase_id, $2, appointment_id, p.position, p.name, p.kind, p.person_id, p.service_id, p.start_time, p.end_time
      FROM booked JOIN made ON appointment_id = (doc->>'appointment_id')::uuid, jsonb_to_recordset(doc->'phases')
           AS p(phase_id uuid, position integer, name text, kind text, person_id uuid, service_id uuid,
                start_time timestamptz, end_time timestamptz)
),
taken AS (
    INSERT INTO occupancy (tenant_id, appointment_id, occupant_number, span, overbooked)
    SELECT $2, appointment_id, locked.number, occupied_span(locked.number, o.start_time, o.end_time),
           doc->>'overbooking_reason' IS NOT NULL
      FROM booked JOIN made ON appointment_id = (doc->>'appointment_id')::uuid, jsonb_to_recordset(doc->'occupied')
           AS o(person_id uuid, resource_id uuid, start_time timestamptz, end_time timestamptz)
      JOIN locked ON locked.occupant_id = coalesce(o.person_id, o.resource_id)
)
"""
"""Keeps them for ``whose``: $6 id of the first, $7 now, $8 call. Answers nothing; refuses by constraints."""

NUMBER = """
INSERT INTO occupant (tenant_id, occupant_id, kind)
SELECT $1, occupant_id, kind FROM unnest($2::uuid[], $3::text[]) AS o(occupant_id, kind) ORDER BY occupant_id
ON CONFLICT (tenant_id, occupant_id) DO NOTHING
"""
