-- What is taken of people's time, and up to which event of booking's log that is known.
CREATE TABLE busy (
    tenant_id uuid NOT NULL,
    appointment_id uuid NOT NULL,
    ordinal integer NOT NULL,
    person_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    source text NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id, ordinal),
    CHECK (starts_at < ends_at)
);

CREATE INDEX busy_by_end ON busy (ends_at);

CREATE TABLE consumed (
    log text PRIMARY KEY,
    position text NOT NULL
);

INSERT INTO consumed (log, position) VALUES ('booking', '');
