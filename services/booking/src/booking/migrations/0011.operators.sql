-- What operators look at.
-- depends: 0010.lists
CREATE INDEX appointment_by_creation ON appointment (tenant_id, created_at);
