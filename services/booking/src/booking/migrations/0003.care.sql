-- depends: 0002.changes
-- Promises to call back.

CREATE TABLE callback (
    tenant_id uuid NOT NULL,
    callback_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    call_id text NOT NULL,
    -- A promise needs neither number nor name: the call is known.
    phone_number text CHECK (phone_number ~ '^\+[1-9][0-9]{1,14}$'),
    name text NOT NULL,
    topic text NOT NULL,
    priority text NOT NULL CHECK (priority IN ('normal', 'high')),
    state text NOT NULL CHECK (state IN ('open', 'resolved')),
    due_time timestamptz NOT NULL,
    create_time timestamptz NOT NULL,
    appointment_id uuid,
    resolved_by text NOT NULL,
    resolution text NOT NULL,
    request_id text NOT NULL,
    PRIMARY KEY (tenant_id, callback_id),
    UNIQUE (tenant_id, request_id),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment,
    CHECK ((state = 'resolved') = (resolved_by <> ''))
);
CREATE INDEX callback_by_urgency ON callback (tenant_id, due_time, callback_id);
CREATE INDEX callback_by_number ON callback (tenant_id, phone_number);
