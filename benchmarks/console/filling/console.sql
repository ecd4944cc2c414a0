SET search_path TO console, pg_temp;
INSERT INTO audit_entry (entry_id, account_id, tenant_id, action, subject, words, begun_at, outcome)
SELECT gen_random_uuid(), tenant_id, tenant_id, 'resolve_callback', appointment_id::text, 'angerufen', created_at, 'done'
  FROM filled WHERE number % 20 = 0 AND created_at < now - interval '1 day';
