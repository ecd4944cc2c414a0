SET search_path TO telephony_gateway, pg_temp;
-- Beside each call that ended with an appointment, every other one that did not.
CREATE TEMPORARY TABLE heard AS
SELECT CASE WHEN with_one THEN call_id ELSE 'call_' || md5('without' || call_id) END AS call_id, with_one, tenant_id, branch_id,
       '+493023125' || lpad(customer_number::text, 5, '0') AS caller_number, number, appointment_id, service_name, start_time,
       created_at - CASE WHEN with_one THEN interval '0' ELSE interval '17 minutes' END AS at
  FROM filled, unnest(ARRAY [true, false]) AS with_one WHERE with_one OR number % 2 = 0;
INSERT INTO call (call_id, tenant_id, branch_id, dialled_number, caller_number, first_heard_at, ended_at, checked_at)
SELECT call_id, tenant_id, branch_id, '+493023125100', caller_number, at, at + interval '80 seconds', at + interval '85 seconds'
  FROM heard;
INSERT INTO function_call (request_id, call_id, name, arguments, answer, received_at, duration_ms, trace_id)
SELECT gen_random_uuid(), call_id, name, jsonb_build_object('dienstleistung', service_name, 'datum', start_time::date, 'uhrzeit', '15 Uhr'),
       jsonb_build_object('status', CASE name WHEN 'get_context' THEN 'ok' WHEN 'start_booking' THEN 'booked' ELSE 'available' END,
           'message', 'Ja, ' || to_char(start_time, 'DD.MM.YYYY HH24:MI') || ' ist frei für ' || service_name || '.',
           'request_id', number, 'build', 'filled')
           || CASE name WHEN 'start_booking' THEN jsonb_build_object('appointment_id', appointment_id) ELSE '{}' END,
       at + nth * interval '20 seconds', 20 + number % 40, md5(call_id)
  FROM heard, unnest(ARRAY ['get_context', 'check_availability', 'start_booking']) WITH ORDINALITY AS asked (name, nth)
 WHERE with_one OR nth < 3;
INSERT INTO call_event (call_id, event, received_at)
SELECT call_id, event, at + nth * interval '40 seconds'
  FROM heard, unnest(ARRAY ['call_started', 'call_ended']) WITH ORDINALITY AS told (event, nth);
INSERT INTO truth_case (call_id, tenant_id, kind, subject, found_at)
SELECT call_id, tenant_id, 'booked_missing', appointment_id::text, at + interval '85 seconds'
  FROM heard WHERE with_one AND number % 1000 = 0;
