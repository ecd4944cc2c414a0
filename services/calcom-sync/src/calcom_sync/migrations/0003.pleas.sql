-- What booking is asked for, until it has answered.
-- depends: 0002.changes

CREATE TABLE plea (
    request_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL,
    appointment_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('callback', 'cancel')),
    detail text NOT NULL,
    made_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    last_error text NOT NULL DEFAULT '',
    answered_at timestamptz,
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment
);
CREATE UNIQUE INDEX plea_once ON plea (tenant_id, appointment_id, kind) WHERE answered_at IS NULL;
CREATE INDEX plea_due ON plea (due_at) WHERE answered_at IS NULL;
