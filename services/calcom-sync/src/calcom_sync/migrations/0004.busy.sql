-- What takes people's time at Cal.com beside our appointments, and how far it was pulled.
-- depends: 0003.pleas

CREATE TABLE busy (
    tenant_id uuid NOT NULL,
    source text NOT NULL CHECK (source IN ('booking', 'calendar')),
    -- A booking's uid; a calendar's entries have no name, so account and span are theirs.
    key text NOT NULL,
    busy_id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    account_id uuid,
    person_id uuid,
    start_time timestamptz,
    end_time timestamptz,
    -- Stays when it is over, so that a report which comes late does not bring it back.
    gone boolean NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, source, key),
    CHECK (gone OR (person_id IS NOT NULL AND start_time IS NOT NULL AND end_time > start_time))
);
CREATE INDEX busy_of_person ON busy (tenant_id, person_id, start_time) WHERE NOT gone;
CREATE INDEX busy_of_account ON busy (tenant_id, account_id) WHERE NOT gone;

CREATE TABLE event (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    recorded_at timestamptz NOT NULL,
    traceparent text NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL
);
CREATE INDEX event_in_order ON event (transaction_id, number);

CREATE TABLE survey (
    tenant_id uuid NOT NULL,
    account_id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    -- Of the pass that is under way; null: none is.
    started_at timestamptz,
    page integer NOT NULL DEFAULT 0,
    drift jsonb NOT NULL DEFAULT '{}',
    finished_at timestamptz,
    -- Of the last pass that came to its end.
    found jsonb NOT NULL DEFAULT '{}',
    registered_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, account_id)
);
CREATE INDEX survey_due ON survey (due_at);

ALTER TABLE intent ADD COLUMN seen_at timestamptz;
CREATE INDEX intent_of_account ON intent (tenant_id, account_id, start_time) WHERE state = 'synced';

-- A case may be about a booking that is no copy of anything here.
ALTER TABLE sync_case DROP CONSTRAINT sync_case_tenant_id_phase_id_fkey;

ALTER TABLE webhook DROP CONSTRAINT webhook_state_check;
ALTER TABLE webhook
    ADD COLUMN signature text NOT NULL DEFAULT '',
    ADD CHECK (state IN ('stored', 'unverified', 'refused', 'own', 'other', 'unreadable', 'nobodys'));
CREATE INDEX webhook_unseen ON webhook (webhook_id) WHERE state IN ('stored', 'unverified');
