-- depends: 0006.sentences

-- Nothing that appointments can refer to is ever deleted: it is retired.
ALTER TABLE branch ADD COLUMN retired boolean NOT NULL DEFAULT false;
ALTER TABLE person ADD COLUMN retired boolean NOT NULL DEFAULT false;
ALTER TABLE service ADD COLUMN retired boolean NOT NULL DEFAULT false;

-- Who has changed what; written in the transaction of the change. Secrets are named in it, never quoted.
CREATE TABLE change (
    tenant_id uuid NOT NULL REFERENCES tenant,
    revision bigint NOT NULL CHECK (revision > 0),
    actor text NOT NULL,
    change_time timestamptz NOT NULL,
    changes jsonb NOT NULL CHECK (jsonb_typeof(changes) = 'array'),
    PRIMARY KEY (tenant_id, revision)
);
