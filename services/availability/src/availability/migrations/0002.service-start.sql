-- Which service starts when in which branch, for services of which a day takes only so many.
-- depends: 0001.busy
CREATE TABLE service_start (
    tenant_id uuid NOT NULL,
    appointment_id uuid NOT NULL,
    ordinal integer NOT NULL,
    branch_id uuid NOT NULL,
    service_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id, ordinal)
);
