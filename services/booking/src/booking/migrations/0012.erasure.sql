-- depends: 0011.operators
-- Somebody is forgotten by everything that knows her, step by step. What says who it is stays until the last step.
CREATE TABLE erasure (
    tenant_id uuid NOT NULL,
    erasure_id uuid NOT NULL,
    phone_number text CHECK (phone_number ~ '^\+[1-9][0-9]{1,14}$'),
    customer_id uuid,
    operator text NOT NULL,
    cancel_ahead boolean NOT NULL,
    created_at timestamptz NOT NULL,
    -- When it is gone on with; whoever does it puts this off for as long as a step may take.
    due_at timestamptz NOT NULL,
    finished_at timestamptz,
    certificate text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, erasure_id),
    CHECK ((finished_at IS NULL) = (phone_number IS NOT NULL)),
    CHECK ((finished_at IS NULL) = (certificate = ''))
);
CREATE UNIQUE INDEX erasure_running ON erasure (tenant_id, phone_number) WHERE finished_at IS NULL;
CREATE INDEX erasure_due ON erasure (due_at) WHERE finished_at IS NULL;

CREATE TABLE erasure_step (
    tenant_id uuid NOT NULL,
    erasure_id uuid NOT NULL,
    position integer NOT NULL,
    name text NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    last_error text NOT NULL DEFAULT '',
    erased jsonb NOT NULL DEFAULT '{}',
    -- Names of what cannot be erased from here.
    left_there jsonb NOT NULL DEFAULT '[]',
    done_at timestamptz,
    PRIMARY KEY (tenant_id, erasure_id, name),
    FOREIGN KEY (tenant_id, erasure_id) REFERENCES erasure ON DELETE CASCADE
);
