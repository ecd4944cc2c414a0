-- depends: 0001.calls
ALTER TABLE call
    ADD COLUMN checked_at timestamptz,
    ADD COLUMN check_after timestamptz;
CREATE INDEX call_unchecked ON call (first_heard_at) WHERE checked_at IS NULL;

-- A difference between what a caller was told and what is so; a person looks at it.
CREATE TABLE truth_case (
    case_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    call_id text NOT NULL REFERENCES call (call_id) ON DELETE CASCADE,
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    found_at timestamptz NOT NULL,
    UNIQUE (call_id, kind, subject)
);

-- Who has looked at the personal data of a call.
CREATE TABLE disclosure (
    disclosure_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    call_id text NOT NULL,
    operator text NOT NULL,
    disclosed_at timestamptz NOT NULL
);
CREATE INDEX disclosure_of_call ON disclosure (call_id, disclosed_at);
