-- Appointments that are called off or moved, and customers who are forgotten.
-- depends: 0001.appointments

-- What is called off before it was planned is never planned.
ALTER TABLE appointment DROP CONSTRAINT appointment_check;
ALTER TABLE appointment
    ADD COLUMN customer_id uuid,
    ADD COLUMN called_off boolean NOT NULL DEFAULT false,
    ADD COLUMN moved_to uuid,
    ADD COLUMN moved_from uuid,
    -- False until the bookings of the appointment that it took the place of are dealt with.
    ADD COLUMN ready boolean NOT NULL DEFAULT true,
    ADD CHECK (wanted = NOT (spoiled OR called_off OR moved_to IS NOT NULL)),
    ADD CHECK (ready OR moved_from IS NOT NULL);
CREATE INDEX appointment_waiting ON appointment (received_at) WHERE NOT ready;
CREATE INDEX appointment_of_customer ON appointment (tenant_id, customer_id);

ALTER TABLE intent
    ADD COLUMN takes_over uuid,
    ADD COLUMN mark uuid,
    ADD COLUMN revived boolean NOT NULL DEFAULT false;
CREATE UNIQUE INDEX intent_takes_over ON intent (tenant_id, takes_over)
    WHERE takes_over IS NOT NULL AND state NOT IN ('failed', 'cancelled');

ALTER TABLE sync_case ADD COLUMN resolution text NOT NULL DEFAULT '', ADD COLUMN resolved_by text NOT NULL DEFAULT '';

-- Events that this version did not understand, as they came.
CREATE TABLE skipped_event (
    position text PRIMARY KEY,
    body bytea NOT NULL,
    skipped_at timestamptz NOT NULL
);
