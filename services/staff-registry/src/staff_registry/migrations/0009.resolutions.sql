-- depends: 0008.notice
-- Rows that are one human: merged where one was entered twice, linked where one has two accounts at Cal.com.

-- A phase may be mapped on each account of a person.
ALTER TABLE mapping DROP CONSTRAINT mapping_pkey;
ALTER TABLE mapping ADD PRIMARY KEY (tenant_id, service_id, phase_position, person_id, account_id);

-- What was done, by whom, and how far it is. It is the audit record, too, from which it can be undone.
CREATE TABLE resolution (
    tenant_id uuid NOT NULL REFERENCES tenant,
    resolution_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('MERGE', 'LINK')),
    state text NOT NULL CHECK (state IN ('APPLYING', 'APPLIED', 'UNDOING', 'UNDONE')),
    staying_key text COLLATE "C" NOT NULL,
    going_key text COLLATE "C" NOT NULL CHECK (going_key <> staying_key),
    operator text NOT NULL,
    undone_by text NOT NULL DEFAULT '',
    decisions jsonb NOT NULL,
    plan jsonb NOT NULL,
    -- The rows as they were before, encrypted since keys are among them, and a mark of what became of them; empty: nothing yet.
    rows_before text NOT NULL DEFAULT '',
    mark_after text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    -- When somebody looks after it next: a worker puts it off while it works.
    due_at timestamptz,
    PRIMARY KEY (tenant_id, resolution_id),
    CHECK ((state IN ('APPLYING', 'UNDOING')) = (due_at IS NOT NULL)),
    CHECK ((state IN ('APPLYING', 'UNDOING')) = (finished_at IS NULL))
);
CREATE INDEX resolution_due ON resolution (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE resolution_step (
    tenant_id uuid NOT NULL,
    resolution_id uuid NOT NULL,
    position int NOT NULL,
    name text NOT NULL,
    attempts int NOT NULL DEFAULT 0,
    last_error text NOT NULL DEFAULT '',
    done_at timestamptz,
    PRIMARY KEY (tenant_id, resolution_id, position),
    UNIQUE (tenant_id, resolution_id, name),
    FOREIGN KEY (tenant_id, resolution_id) REFERENCES resolution
);

-- Other names of people: for ever, unless their resolution is undone.
CREATE TABLE person_alias (
    tenant_id uuid NOT NULL,
    alias_id uuid NOT NULL,
    alias_key text COLLATE "C" NOT NULL,
    person_id uuid NOT NULL CHECK (person_id <> alias_id),
    resolution_id uuid NOT NULL,
    -- False while the row of that name is still there.
    retired boolean NOT NULL,
    decisions jsonb NOT NULL,
    account_keys text[] NOT NULL,
    PRIMARY KEY (tenant_id, alias_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person,
    FOREIGN KEY (tenant_id, resolution_id) REFERENCES resolution
);

-- Pairs that are two humans, as long as the facts that spoke for one stay the same.
CREATE TABLE different_people (
    tenant_id uuid NOT NULL REFERENCES tenant,
    one_key text COLLATE "C" NOT NULL,
    other_key text COLLATE "C" NOT NULL CHECK (one_key < other_key),
    facts text NOT NULL,
    operator text NOT NULL,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, one_key, other_key)
);
