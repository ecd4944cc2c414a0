-- What operators see and ask for: what is not settled, what unknown outcomes turned out to be, another try.
-- depends: 0008.alarms

-- Who wants it tried again as soon as what is there has gone.
ALTER TABLE appointment ADD COLUMN retry_by text;
CREATE INDEX appointment_received ON appointment (tenant_id, received_at);
CREATE INDEX intent_unsettled ON intent (tenant_id, end_time) WHERE due_at IS NOT NULL OR state = 'failed';
CREATE INDEX sync_case_of_tenant ON sync_case (tenant_id, opened_at, case_id);
CREATE INDEX sync_case_unclosed ON sync_case (tenant_id, opened_at, case_id) WHERE closed_at IS NULL;
CREATE INDEX webhook_latest ON webhook (tenant_id, received_at DESC);
CREATE INDEX webhook_refused ON webhook (tenant_id, received_at DESC) WHERE state = 'refused';

-- Whatever settles an outcome that was unknown leaves a row, in the same transaction.
CREATE TABLE verification (
    verification_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id uuid NOT NULL,
    phase_id uuid NOT NULL,
    -- done: the error was none. absent: it was surely not there. taken: by somebody else. unwanted: nobody needs to know.
    outcome text NOT NULL CHECK (outcome IN ('done', 'absent', 'taken', 'unwanted')),
    unknown_since timestamptz NOT NULL,
    settled_at timestamptz NOT NULL
);
CREATE INDEX verification_by_time ON verification (tenant_id, settled_at);

CREATE FUNCTION verification_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO verification (tenant_id, phase_id, outcome, unknown_since, settled_at)
    VALUES (NEW.tenant_id, NEW.phase_id,
            CASE WHEN NEW.state = 'synced' THEN 'done' WHEN NEW.state = 'cancelled' THEN 'unwanted'
                 WHEN NEW.state = 'failed' AND OLD.doubt = 'taken' THEN 'taken' ELSE 'absent' END,
            coalesce(OLD.unknown_since, OLD.updated_at), NEW.updated_at);
    RETURN NULL;
END $$;
CREATE TRIGGER verification_ends AFTER UPDATE OF state ON intent FOR EACH ROW
    WHEN (OLD.state = 'unknown' AND NEW.state <> 'unknown') EXECUTE FUNCTION verification_ends();
