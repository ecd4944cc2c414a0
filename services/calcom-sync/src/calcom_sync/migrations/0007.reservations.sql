-- What is held for callers, reserved at Cal.com where a business wants it. Losing any of it does no harm.
-- depends: 0006.people

CREATE TABLE held_call (
    tenant_id uuid NOT NULL,
    call_id text NOT NULL,
    -- Of what was told last; what was so before is not told again.
    as_of timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, call_id)
);
CREATE INDEX held_call_age ON held_call (as_of);

CREATE TABLE reservation (
    reservation_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL,
    call_id text NOT NULL,
    account_id uuid NOT NULL,
    event_type_id bigint NOT NULL,
    person_id uuid NOT NULL,
    start_time timestamptz NOT NULL,
    end_time timestamptz NOT NULL CHECK (end_time > start_time),
    told_at timestamptz NOT NULL,
    -- The end of the hold.
    wanted_until timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    -- Somebody is at it; null: nobody.
    leased_until timestamptz,
    -- Cal.com's name of it, and until when it lasts there; empty: none is known.
    uid text NOT NULL DEFAULT '',
    stands_until timestamptz,
    revision integer NOT NULL DEFAULT 0,
    UNIQUE (tenant_id, call_id, event_type_id, start_time)
);
CREATE INDEX reservation_due ON reservation (due_at);
CREATE INDEX reservation_of_person ON reservation (tenant_id, person_id);
CREATE INDEX reservation_of_account ON reservation (tenant_id, account_id);
