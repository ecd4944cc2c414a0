SET search_path TO calcom_sync, pg_temp;
INSERT INTO appointment (
    tenant_id, appointment_id, branch_id, service_id, attendee_name, attendee_email, attendee_phone, time_zone, language,
    call_id, traceparent, plan, wanted, called_off, received_at, customer_id)
SELECT tenant_id, appointment_id, branch_id, service_id, 'Kundin ' || customer_number,
       'kunde-' || customer_number || '-' || left(tenant_id::text, 8) || '@kunden.example.org', '', 'Europe/Berlin', 'de',
       call_id, '', 'made', state <> 'cancelled', state = 'cancelled', created_at, customer_id
  FROM filled;
INSERT INTO intent (
    tenant_id, phase_id, appointment_id, position, person_id, account_id, event_type_id, start_time, end_time, state,
    attempts, booking_uid, booking_number, updated_at, service_id, service_position, last_error)
SELECT tenant_id, phase_id, appointment_id, position, person_id, md5('account' || person_id)::uuid, 1, phase_start, phase_end,
       CASE WHEN state = 'cancelled' THEN 'cancelled' WHEN failed THEN 'failed' ELSE 'synced' END, 1,
       CASE WHEN failed THEN '' ELSE 'filled' || left(md5(phase_id::text), 18) END, number, created_at + interval '1 second',
       service_id, position, CASE WHEN failed THEN 'User either already has booking at this time or is not available' ELSE '' END
  FROM filled_phase, LATERAL (SELECT number % 250 = 1 AS failed) AS how WHERE kind = 'active';
INSERT INTO sync_case (tenant_id, appointment_id, phase_id, kind, detail, opened_at, closed_at, resolution, resolved_by)
SELECT tenant_id, appointment_id, phase_id, 'taken', 'User either already has booking at this time or is not available',
       created_at + interval '5 seconds', CASE WHEN start_time < now THEN created_at + interval '1 hour' END,
       CASE WHEN start_time < now THEN 'tried again' ELSE '' END, CASE WHEN start_time < now THEN 'owner@example.org' ELSE '' END
  FROM filled_phase WHERE number % 250 = 1 AND kind = 'active';
INSERT INTO webhook (tenant_id, body, body_sha256, received_at, state, trigger_event, booking_uid, phase_id)
SELECT tenant_id, convert_to('{"filled": "' || phase_id || '"}', 'UTF8'), sha256(convert_to(phase_id::text, 'UTF8')),
       created_at + interval '2 seconds', 'own', 'BOOKING_CREATED', 'filled' || left(md5(phase_id::text), 18), phase_id
  FROM filled_phase WHERE kind = 'active';
INSERT INTO busy (tenant_id, source, key, account_id, person_id, start_time, end_time, gone, seen_at)
SELECT tenant_id, 'booking', 'busy' || number, md5('account' || person_id)::uuid, person_id, end_time + interval '9 hours',
       end_time + interval '10 hours', false, now
  FROM filled WHERE number % 12 = 0;
