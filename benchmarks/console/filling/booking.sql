SET search_path TO booking, pg_temp;
INSERT INTO occupant (tenant_id, occupant_id, kind)
SELECT tenant_id, unnest(people), 'person' FROM given ON CONFLICT DO NOTHING;
INSERT INTO customer (tenant_id, customer_id, name, phone_number, calendar_email, created_at, booked_at)
SELECT tenant_id, customer_id, 'Kundin ' || customer_number, '+493023125' || lpad(customer_number::text, 5, '0'),
       'kunde-' || customer_number || '-' || left(tenant_id::text, 8) || '@kunden.example.org', min(created_at), max(created_at)
  FROM filled GROUP BY tenant_id, customer_id, customer_number
ON CONFLICT DO NOTHING;
INSERT INTO appointment (
    tenant_id, appointment_id, branch_id, service_id, service_name, person_id, customer_id, name_given, state, start_time,
    end_time, call_id, option_id, created_at, version, party_position)
SELECT tenant_id, appointment_id, branch_id, service_id, service_name, person_id, customer_id, 'Kundin ' || customer_number,
       state, start_time, end_time, call_id, 'o-' || number, created_at, CASE WHEN state = 'booked' THEN 1 ELSE 2 END, 1
  FROM filled;
INSERT INTO phase (phase_id, tenant_id, appointment_id, position, name, kind, person_id, start_time, end_time, service_id)
SELECT phase_id, tenant_id, appointment_id, position, name, kind, person_id, phase_start, phase_end, service_id
  FROM filled_phase;
INSERT INTO occupancy (tenant_id, appointment_id, occupant_number, span)
SELECT f.tenant_id, appointment_id, o.number, occupied_span(o.number, phase_start, phase_end)
  FROM filled_phase f JOIN occupant o ON o.tenant_id = f.tenant_id AND o.occupant_id = f.person_id
 WHERE state = 'booked' AND f.kind = 'active';
INSERT INTO appointment_change (
    tenant_id, appointment_id, version, customer_id, changed_at, call_id, reason, state_before, state_after, before,
    after, fee_minor, fee_currency)
SELECT tenant_id, appointment_id, 2, customer_id, created_at + interval '10 minutes', call_id, '', 'booked', state, '{}',
       '{}', 0, 'EUR'
  FROM filled WHERE state <> 'booked';
INSERT INTO callback (
    tenant_id, callback_id, branch_id, call_id, phone_number, name, topic, priority, state, due_time, create_time,
    resolved_by, resolution, request_id)
SELECT tenant_id, md5('callback' || appointment_id)::uuid, branch_id, call_id,
       '+493023125' || lpad(customer_number::text, 5, '0'), 'Kundin ' || customer_number, 'Farbe besprechen',
       CASE WHEN number % 60 = 0 THEN 'high' ELSE 'normal' END, CASE WHEN open THEN 'open' ELSE 'resolved' END,
       created_at + interval '1 day', created_at, CASE WHEN open THEN '' ELSE 'owner@example.org' END,
       CASE WHEN open THEN '' ELSE 'angerufen' END, 'filled-' || number
  FROM filled, LATERAL (SELECT created_at > now - interval '1 day' AS open) AS how
 WHERE number % 20 = 0;
INSERT INTO message (
    tenant_id, message_id, branch_id, appointment_id, customer_id, kind, version, channel, address, state, create_time,
    update_time, attempts, detail, receipt, subject, text, revision)
SELECT tenant_id, md5(kind || appointment_id)::uuid, branch_id, appointment_id, customer_id, kind, 1, 'sms',
       '+493023125' || lpad(customer_number::text, 5, '0'), CASE WHEN number % 500 = 0 THEN 'failed' ELSE 'sent' END,
       created_at, created_at, 1, '', '', '', 'Ihr Termin: ' || service_name, 1
  FROM filled, unnest(ARRAY ['confirmation', 'reminder']) AS kind WHERE kind = 'confirmation' OR start_time < now;
INSERT INTO waitlist_entry (
    tenant_id, waitlist_entry_id, branch_id, service_id, call_id, phone_number, customer_name, window_start, window_end,
    state, version, create_time, request_id, fingerprint)
SELECT tenant_id, md5('wish' || appointment_id)::uuid, branch_id, service_id, call_id,
       '+493023125' || lpad(customer_number::text, 5, '0'), 'Kundin ' || customer_number, start_time,
       start_time + interval '3 hours', CASE WHEN start_time > now THEN 'waiting' ELSE 'expired' END, 1, created_at,
       'filled-' || number, 'filled-' || number
  FROM filled WHERE number % 100 = 0;
INSERT INTO waitlist_change (tenant_id, waitlist_entry_id, version, changed_at, call_id, reason, state_after)
SELECT tenant_id, md5('wish' || appointment_id)::uuid, 1, created_at, call_id, '', 'waiting' FROM filled WHERE number % 100 = 0;
