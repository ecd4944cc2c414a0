-- What booking has told us, and how far its copies at Cal.com are.

CREATE TABLE stream (
    name text PRIMARY KEY,
    position text NOT NULL,
    moved_at timestamptz NOT NULL
);

CREATE TABLE appointment (
    tenant_id uuid NOT NULL,
    appointment_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    service_id uuid NOT NULL,
    attendee_name text NOT NULL,
    attendee_email text NOT NULL,
    attendee_phone text NOT NULL,
    time_zone text NOT NULL DEFAULT '',
    language text NOT NULL DEFAULT '',
    call_id text NOT NULL,
    traceparent text NOT NULL,
    plan text NOT NULL CHECK (plan IN ('open', 'made', 'not_needed')),
    wanted boolean NOT NULL DEFAULT true,
    spoiled boolean NOT NULL DEFAULT false,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id),
    CHECK (wanted OR plan <> 'open')
);

CREATE TABLE intent (
    tenant_id uuid NOT NULL,
    phase_id uuid NOT NULL,
    appointment_id uuid NOT NULL,
    position integer NOT NULL CHECK (position >= 0),
    person_id uuid NOT NULL,
    account_id uuid,
    event_type_id bigint,
    start_time timestamptz NOT NULL,
    end_time timestamptz NOT NULL CHECK (end_time > start_time),
    state text NOT NULL CHECK (state IN ('pending', 'in_flight', 'synced', 'unknown', 'failed', 'cancelled')),
    due_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    setbacks integer NOT NULL DEFAULT 0,
    refusals integer NOT NULL DEFAULT 0,
    looks integer NOT NULL DEFAULT 0,
    doubt text CHECK (doubt IN ('lost', 'taken')),
    unknown_since timestamptz,
    booking_uid text NOT NULL DEFAULT '',
    booking_number bigint,
    without_phone boolean NOT NULL DEFAULT false,
    last_error text NOT NULL DEFAULT '',
    revision integer NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, phase_id),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment,
    -- What is to be asked for has somewhere to go, and what stands has a name.
    CHECK (state NOT IN ('in_flight', 'unknown', 'synced') OR (account_id IS NOT NULL AND event_type_id IS NOT NULL)),
    CHECK (state <> 'synced' OR booking_uid <> ''),
    CHECK ((state = 'unknown') = (doubt IS NOT NULL)),
    -- Nothing that is not settled is ever without a time at which somebody cares for it.
    CHECK (state IN ('synced', 'failed', 'cancelled') OR due_at IS NOT NULL)
);
CREATE INDEX intent_of_appointment ON intent (tenant_id, appointment_id);
CREATE INDEX intent_due ON intent (due_at) WHERE due_at IS NOT NULL;
-- One booking at Cal.com is the copy of one phase.
CREATE UNIQUE INDEX intent_booking ON intent (tenant_id, booking_uid) WHERE booking_uid <> '';

CREATE TABLE sync_case (
    case_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL,
    appointment_id uuid NOT NULL,
    phase_id uuid NOT NULL,
    kind text NOT NULL,
    detail text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    FOREIGN KEY (tenant_id, phase_id) REFERENCES intent
);
CREATE UNIQUE INDEX sync_case_open ON sync_case (tenant_id, phase_id, kind) WHERE closed_at IS NULL;

CREATE TABLE webhook (
    webhook_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id uuid NOT NULL,
    body bytea NOT NULL,
    body_sha256 bytea NOT NULL,
    received_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'stored' CHECK (state IN ('stored', 'own', 'other', 'unreadable')),
    trigger_event text NOT NULL DEFAULT '',
    booking_uid text NOT NULL DEFAULT '',
    phase_id uuid
);
-- Cal.com sends no delivery id; the same bytes are the same delivery.
CREATE UNIQUE INDEX webhook_once ON webhook (tenant_id, body_sha256);
