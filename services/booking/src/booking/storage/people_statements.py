"""The statements that make two ids one human, and take it back. $1 is the tenant in each."""

from booking.storage.documents import SELECT_DOCUMENTS
from booking.storage.event_kinds import REASSIGNED

OTHER_NAMES: tuple[tuple[str, str, str], ...] = (
    ("waitlist_entry", "person_id", "waitlist_entry_id"),
    ("waitlist_offer", "person_id", "offer_id"),
)
"""Table, column that names a person, and primary key beside the tenant: what is neither appointment nor phase."""

NAME_VACANCIES = """
UPDATE waitlist_vacancy SET person_ids = array_replace(person_ids, $2, $3)
 WHERE tenant_id = $1 AND $2 = ANY(person_ids) AND done_at IS NULL
"""
"""Time that has come free and is looked at in these minutes; it is not taken back when the two are parted."""

OF_PERSON = """
SELECT appointment_id FROM appointment WHERE tenant_id = $1 AND person_id = $2
UNION SELECT appointment_id FROM phase WHERE tenant_id = $1 AND person_id = $2
"""
"""All appointments that $2 keeps, or keeps a part of."""

RECORDS = f"""
WITH hers AS MATERIALIZED (SELECT appointment_id, customer_id, state FROM appointment
                            WHERE tenant_id = $1 AND person_id = $2),
     parts AS MATERIALIZED (SELECT appointment_id FROM phase WHERE tenant_id = $1 AND person_id = $2),
     own AS MATERIALIZED (SELECT appointment_id FROM hers UNION SELECT appointment_id FROM parts)
SELECT (SELECT count(*) FROM own) AS appointments,
       (SELECT count(*) FROM appointment NATURAL JOIN own
         WHERE tenant_id = $1 AND state = 'booked' AND end_time > $3) AS ahead,
       (SELECT count(*) FROM parts) AS phases,
       (SELECT count(*) FROM (
           SELECT 1 FROM hers WHERE state IN ('booked', 'completed')
            GROUP BY customer_id HAVING count(*) > 1) AS regular) AS regulars,
       {" + ".join(f"(SELECT count(*) FROM {table} WHERE tenant_id = $1 AND {column} = $2)" for table, column, _ in OTHER_NAMES)}
           AS others
"""  # noqa: S608 - made of constants
"""$2 person, $3 now."""

TAKEN = """
SELECT p.occupant_id, o.appointment_id, to_timestamp((lower(o.span) & 4294967295) * 60) AS start_time,
       to_timestamp((((upper(o.span) - 1) & 4294967295) + 1) * 60) AS end_time
  FROM occupant p JOIN occupancy o ON o.occupant_number = p.number
 WHERE p.tenant_id = $1 AND p.occupant_id = ANY($2) AND (upper(o.span) - 1) & 4294967295 >= $3::bigint
"""
"""What $2 have, as far as it is not over at $3, in minutes since 1970. What overlaps is found outside: the planner would
compare each with each."""

LOCK_PAIR = """
SELECT occupant_id, number, same_as FROM occupant WHERE tenant_id = $1 AND occupant_id = ANY($2)
 ORDER BY number FOR NO KEY UPDATE
"""
"""Whoever books, moves or unites one of the two waits here."""

LOCK_APPOINTMENTS = """
SELECT appointment_id FROM appointment WHERE tenant_id = $1 AND appointment_id = ANY($2)
 ORDER BY appointment_id FOR NO KEY UPDATE
"""

TAKE_OUT = """
DELETE FROM occupancy WHERE tenant_id = $1 AND appointment_id = ANY($2) AND occupant_number = ANY($3)
RETURNING appointment_id, occupant_number, lower(span) AS lower, upper(span) AS upper, overbooked
"""

PUT_BACK = """
INSERT INTO occupancy (tenant_id, appointment_id, occupant_number, span, overbooked)
SELECT $1, o.appointment_id, o.occupant_number, int8range(o.lower, o.upper), o.overbooked
  FROM jsonb_to_recordset($2::jsonb)
       AS o(appointment_id uuid, occupant_number bigint, lower bigint, upper bigint, overbooked boolean)
"""

PUT_TOGETHER = """
WITH mine AS (
    SELECT range_agg(span_of_number(int8range(o.lower, o.upper), $4)) AS time, bool_or(o.overbooked) AS overbooked
      FROM jsonb_to_recordset($3::jsonb) AS o(appointment_id uuid, lower bigint, upper bigint, overbooked boolean)
     WHERE o.appointment_id = $2
),
others AS (
    SELECT coalesce(range_agg(span), '{}') AS time FROM occupancy
     WHERE occupant_number = $4 AND NOT overbooked
),
parts AS (
    SELECT unnest(CASE WHEN overbooked THEN '{}' ELSE mine.time - others.time END) AS span, false AS overbooked
      FROM mine, others WHERE mine.time IS NOT NULL
    UNION ALL
    SELECT unnest(CASE WHEN overbooked THEN mine.time ELSE mine.time * others.time END), true
      FROM mine, others WHERE mine.time IS NOT NULL
),
put AS (
    INSERT INTO occupancy (tenant_id, appointment_id, occupant_number, span, overbooked)
    SELECT $1, $2, $4, span, overbooked FROM parts RETURNING overbooked
)
SELECT coalesce(bool_or(put.overbooked), false) AND NOT (SELECT coalesce(overbooked, false) FROM mine) FROM put
"""
"""Appointment $2, whose time $3 says, takes number $4: where somebody else has the time it is overbooked, the rest of it
stays in the exclusion. Answers whether that has made it overbooked."""

NAME_PHASES = "UPDATE phase SET person_id = $3 WHERE tenant_id = $1 AND person_id = $2 RETURNING phase_id"
NAME_PHASES_BACK = "UPDATE phase SET person_id = $3 WHERE tenant_id = $1 AND phase_id = ANY($2)"

NAME_APPOINTMENTS = """
UPDATE appointment
   SET person_id = CASE WHEN appointment_id = ANY($4) THEN $3 ELSE person_id END,
       version = version + 1,
       overbooking_reason = CASE WHEN appointment_id = ANY($5) THEN $6 ELSE overbooking_reason END,
       overbooked_by = CASE WHEN appointment_id = ANY($5) THEN $7 ELSE overbooked_by END
 WHERE tenant_id = $1 AND appointment_id = ANY($2)
RETURNING appointment_id, version
"""
"""$2 all that are touched, $3 person, $4 those that are hers as a whole, $5 those that become or cease to be overbooked,
$6 and $7 why and by whom."""

NOTE = """
INSERT INTO appointment_change (
    tenant_id, appointment_id, version, customer_id, changed_at, operator, reason, state_before, state_after, before,
    after, fee_minor, fee_currency)
SELECT tenant_id, appointment_id, version, customer_id, $3, $4, $5, state, state,
       jsonb_build_object('person_id', $6::uuid), jsonb_build_object('person_id', $7::uuid), 0, ''
  FROM appointment WHERE tenant_id = $1 AND appointment_id = ANY($2)
"""

TELL = f"""
INSERT INTO event (recorded_at, traceparent, kind, payload)
SELECT $3::timestamptz, $4, '{REASSIGNED}', document || jsonb_build_object('previous_person_id', $5::uuid)
  FROM ({SELECT_DOCUMENTS} WHERE a.tenant_id = $1 AND a.appointment_id = ANY($2)
        AND (a.state = 'booked' OR a.end_time > $3::timestamptz - interval '2 days')
        ORDER BY a.start_time, a.appointment_id) AS made
"""  # noqa: S608 - made of constants
"""Only of what somebody may still look at: nobody keeps time that is long over."""

RECENT_OF_PERSON = f"""
SELECT appointment_id FROM appointment NATURAL JOIN ({OF_PERSON}) AS own
 WHERE tenant_id = $1 AND created_at > $3
"""  # noqa: S608 - made of constants

LATER_UNION = """
SELECT resolution_id FROM person_union
 WHERE tenant_id = $1 AND number > $2 AND separated_at IS NULL AND (person_id = ANY($3) OR alias_id = ANY($3))
 ORDER BY number LIMIT 1
"""
