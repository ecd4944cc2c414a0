SET search_path TO availability, pg_temp;
-- What is over is not kept here.
INSERT INTO busy (tenant_id, appointment_id, ordinal, person_id, starts_at, ends_at, source)
SELECT tenant_id, appointment_id, position, person_id, phase_start, phase_end, 'appointment'
  FROM filled_phase WHERE kind = 'active' AND state = 'booked';
INSERT INTO service_start (tenant_id, appointment_id, ordinal, branch_id, service_id, starts_at)
SELECT tenant_id, appointment_id, 0, branch_id, service_id, start_time FROM filled WHERE state = 'booked';
