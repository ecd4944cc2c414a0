-- What became another person's when two ids turned out to be one human; enough to give it back.
-- depends: 0005.visits

CREATE TABLE person_reassignment (
    tenant_id uuid NOT NULL,
    resolution_id uuid NOT NULL,
    person_id uuid NOT NULL,
    alias_id uuid NOT NULL,
    moved jsonb NOT NULL,
    reassigned_at timestamptz NOT NULL,
    returned_at timestamptz,
    PRIMARY KEY (tenant_id, resolution_id)
);
CREATE INDEX intent_of_person ON intent (tenant_id, person_id);
