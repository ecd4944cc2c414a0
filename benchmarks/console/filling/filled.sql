-- Each appointment, as every schema knows it. People work all days; the last of each person's days lie ahead.
CREATE TEMPORARY TABLE filled AS
SELECT n AS number, tenant_id, branch_id, now,
       md5('appointment' || tenant_id || n)::uuid AS appointment_id,
       md5('customer' || tenant_id || n % (appointments / 4 + 1))::uuid AS customer_id,
       n % (appointments / 4 + 1) AS customer_number,
       people[1 + n % cardinality(people)] AS person_id,
       service_ids[1 + n % cardinality(service_ids)] AS service_id,
       service_names[1 + n % cardinality(service_names)] AS service_name,
       'call_' || md5('call' || tenant_id || n) AS call_id,
       start_time, start_time + interval '45 minutes' AS end_time,
       start_time - (1 + n % 14) * interval '1 day' AS wished_at,
       least(start_time - (1 + n % 14) * interval '1 day', now - interval '1 hour') AS created_at,
       CASE WHEN n % 17 = 0 THEN 'cancelled' WHEN start_time > now - interval '1 day' THEN 'booked'
            WHEN n % 41 = 0 THEN 'no_show' ELSE 'completed' END AS state,
       -- Every third has processing time in which somebody else could be served.
       n % 3 = 0 AS in_three
  FROM given, generate_series(0, appointments - 1) AS n,
       LATERAL (SELECT n / cardinality(people) AS nth, appointments / cardinality(people) / a_day + 1 AS days) AS place,
       LATERAL (SELECT ((date_trunc('day', now AT TIME ZONE 'Europe/Berlin')
                         + (nth / a_day - days + days_ahead) * interval '1 day' + interval '8 hours'
                         + (nth % a_day) * interval '45 minutes') AT TIME ZONE 'Europe/Berlin') AS start_time) AS clock;
CREATE UNIQUE INDEX ON filled (number);
CREATE TEMPORARY TABLE filled_phase AS
SELECT f.*, position, md5('phase' || f.appointment_id || position)::uuid AS phase_id,
       CASE WHEN position = 1 THEN 'gap_free' ELSE 'active' END AS kind,
       CASE WHEN NOT in_three THEN 'Schneiden' ELSE (ARRAY ['Auftragen', 'Einwirkzeit', 'Auswaschen'])[1 + position] END AS name,
       f.start_time + position * interval '15 minutes' AS phase_start,
       CASE WHEN in_three THEN f.start_time + (position + 1) * interval '15 minutes' ELSE f.end_time END AS phase_end
  FROM filled f, generate_series(0, CASE WHEN in_three THEN 2 ELSE 0 END) AS position;
ANALYZE filled;
ANALYZE filled_phase;
