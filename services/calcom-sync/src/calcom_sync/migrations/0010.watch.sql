-- What the service's own watch has found, and what is told of it.
-- depends: 0009.operators

CREATE TABLE alarm (
    alarm_id uuid PRIMARY KEY,
    kind text NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL,
    since timestamptz NOT NULL,
    opened_at timestamptz NOT NULL,
    told_at timestamptz NOT NULL,
    calm_since timestamptz,
    over_at timestamptz
);
-- Each thing that is wrong is one alarm, whoever looks.
CREATE UNIQUE INDEX alarm_open ON alarm (kind, subject) WHERE over_at IS NULL;

CREATE TABLE alarm_notice (
    notice_id uuid PRIMARY KEY,
    channel text NOT NULL,
    about text NOT NULL CHECK (about IN ('raised', 'still', 'over', 'test')),
    kind text,
    subject text NOT NULL,
    detail text NOT NULL,
    since timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'sent', 'given_up')),
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    said text NOT NULL DEFAULT ''
);
CREATE INDEX alarm_notice_due ON alarm_notice (due_at) WHERE state IN ('pending', 'sending');
CREATE INDEX intent_synced_lately ON intent (tenant_id, updated_at) WHERE state = 'synced';
CREATE INDEX webhook_lately ON webhook (tenant_id, received_at);
