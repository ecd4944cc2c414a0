CREATE TABLE call (
    call_id text PRIMARY KEY,
    tenant_id uuid,
    branch_id uuid,
    dialled_number text NOT NULL,
    caller_number text NOT NULL,
    first_heard_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX call_latest ON call (first_heard_at DESC, call_id DESC);

CREATE TABLE function_call (
    request_id uuid PRIMARY KEY,
    call_id text NOT NULL REFERENCES call (call_id),
    name text NOT NULL,
    arguments jsonb NOT NULL,
    answer jsonb,
    received_at timestamptz NOT NULL,
    duration_ms integer,
    trace_id text NOT NULL
);
CREATE INDEX function_call_of_call ON function_call (call_id, received_at);

-- Retell sends an event again until it hears a 2xx; each is dealt with once.
CREATE TABLE call_event (
    call_id text NOT NULL REFERENCES call (call_id),
    event text NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (call_id, event)
);
