-- Finds what is over, to drop it.
-- depends: 0002.service-start
CREATE INDEX service_start_by_start ON service_start (starts_at);
