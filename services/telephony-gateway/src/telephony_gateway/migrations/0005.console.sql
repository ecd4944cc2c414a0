-- depends: 0004.operators
-- What was said, where a business lets it be kept; gone sooner than the call.
CREATE TABLE utterance (
    call_id text NOT NULL REFERENCES call (call_id) ON DELETE CASCADE,
    position integer NOT NULL,
    role text NOT NULL CHECK (role IN ('agent', 'user')),
    words text NOT NULL,
    said_at timestamptz,
    after_functions integer NOT NULL,
    kept_since timestamptz NOT NULL,
    PRIMARY KEY (call_id, position)
);
CREATE INDEX utterance_old ON utterance (kept_since);

-- What came of a call, so that calls are found by it without reading every answer.
CREATE TABLE call_outcome (
    call_id text NOT NULL REFERENCES call (call_id) ON DELETE CASCADE,
    outcome text NOT NULL,
    tenant_id uuid NOT NULL,
    first_heard_at timestamptz NOT NULL,
    PRIMARY KEY (call_id, outcome)
);
CREATE INDEX call_outcome_latest ON call_outcome (tenant_id, outcome, first_heard_at DESC, call_id DESC);
INSERT INTO call_outcome (call_id, outcome, tenant_id, first_heard_at)
SELECT DISTINCT c.call_id, f.answer ->> 'status', c.tenant_id, c.first_heard_at
  FROM function_call f JOIN call c USING (call_id)
 WHERE c.tenant_id IS NOT NULL
   AND f.answer ->> 'status' IN
       ('booked', 'cancelled', 'rescheduled', 'callback_noted', 'waitlist_noted', 'pending', 'error');

CREATE INDEX call_by_caller ON call (tenant_id, caller_number, first_heard_at DESC, call_id DESC)
    WHERE caller_number <> '';

-- A person has looked at a difference.
ALTER TABLE truth_case
    ADD COLUMN resolved_at timestamptz,
    ADD COLUMN resolved_by text NOT NULL DEFAULT '',
    ADD COLUMN resolution text NOT NULL DEFAULT '';
CREATE INDEX truth_case_open ON truth_case (tenant_id, case_id DESC) WHERE resolved_at IS NULL;
