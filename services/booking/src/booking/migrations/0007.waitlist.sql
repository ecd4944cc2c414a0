-- depends: 0006.people
-- Waiting wishes, what came free, what is held for whom, and callbacks that somebody takes over.

CREATE TABLE waitlist_entry (
    tenant_id uuid NOT NULL,
    waitlist_entry_id uuid NOT NULL,
    -- Whoever has the lower number is offered first what comes free.
    place bigint NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
    branch_id uuid NOT NULL,
    service_id uuid NOT NULL,
    -- Null: anybody who can do it.
    person_id uuid,
    call_id text NOT NULL,
    -- Overwritten where the customer is forgotten.
    phone_number text NOT NULL CHECK (phone_number ~ '^(\+[1-9][0-9]{1,14})?$'),
    customer_name text NOT NULL CHECK (char_length(customer_name) BETWEEN 1 AND 120),
    window_start timestamptz NOT NULL,
    window_end timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'offered', 'booked', 'expired', 'passed', 'withdrawn')),
    version integer NOT NULL CHECK (version > 0),
    unanswered integer NOT NULL DEFAULT 0 CHECK (unanswered >= 0),
    appointment_id uuid,
    create_time timestamptz NOT NULL,
    request_id text NOT NULL,
    fingerprint text NOT NULL,
    PRIMARY KEY (tenant_id, waitlist_entry_id),
    UNIQUE (tenant_id, request_id),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment,
    CHECK (window_end > window_start),
    CHECK ((state = 'booked') = (appointment_id IS NOT NULL)),
    CHECK (phone_number <> '' OR state IN ('booked', 'expired', 'passed', 'withdrawn'))
);
-- The same wish of the same number has one place.
CREATE UNIQUE INDEX waitlist_entry_once_per_wish ON waitlist_entry (tenant_id, fingerprint)
    WHERE state IN ('waiting', 'offered');
CREATE INDEX waitlist_entry_in_order ON waitlist_entry (tenant_id, place);
CREATE INDEX waitlist_entry_by_number ON waitlist_entry (tenant_id, phone_number);
CREATE INDEX waitlist_entry_by_end ON waitlist_entry (window_end) WHERE state = 'waiting';

-- Who changed what, when, why; neither a call nor an operator: the service itself.
CREATE TABLE waitlist_change (
    tenant_id uuid NOT NULL,
    waitlist_entry_id uuid NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    changed_at timestamptz NOT NULL,
    call_id text,
    operator text,
    reason text NOT NULL,
    -- Null: it was noted.
    state_before text,
    state_after text NOT NULL,
    PRIMARY KEY (tenant_id, waitlist_entry_id, version),
    FOREIGN KEY (tenant_id, waitlist_entry_id) REFERENCES waitlist_entry ON DELETE CASCADE
);

-- Time that may have come free, and who was looked at for it.
CREATE TABLE waitlist_vacancy (
    vacancy_id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    -- What made it: an event, the end of an offer, somebody who joined. Each makes one.
    cause text NOT NULL UNIQUE,
    -- The vacancy that began it; whoever was offered something in its course is not asked again in it.
    root_id uuid NOT NULL,
    -- Whose time; null: anybody's.
    person_ids uuid[],
    start_time timestamptz NOT NULL,
    end_time timestamptz NOT NULL,
    -- An offer whose hold is to end first.
    ended_offer_id uuid,
    branch_id uuid,
    -- An appointment that has given its time back.
    freed_appointment_id uuid,
    due_at timestamptz NOT NULL,
    done_at timestamptz,
    CHECK (end_time > start_time)
);
CREATE INDEX waitlist_vacancy_undone ON waitlist_vacancy (due_at) WHERE done_at IS NULL;
CREATE TABLE waitlist_look (
    vacancy_id uuid NOT NULL REFERENCES waitlist_vacancy ON DELETE CASCADE,
    tenant_id uuid NOT NULL,
    waitlist_entry_id uuid NOT NULL,
    -- offered, nothing_free, too_late, had_its_turn, no_longer_waiting, impossible
    outcome text NOT NULL,
    looked_at timestamptz NOT NULL,
    PRIMARY KEY (vacancy_id, waitlist_entry_id),
    FOREIGN KEY (tenant_id, waitlist_entry_id) REFERENCES waitlist_entry ON DELETE CASCADE
);

-- What is held for whom. A row is there before its hold, so that whoever goes on after a fall holds for the same owner.
CREATE TABLE waitlist_offer (
    tenant_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    waitlist_entry_id uuid NOT NULL,
    vacancy_id uuid NOT NULL REFERENCES waitlist_vacancy,
    root_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    service_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('preparing', 'open', 'booked', 'unanswered', 'declined', 'lost', 'left')),
    -- What callers and operators book by, and its option at availability.
    option_id text NOT NULL,
    held_option_id text,
    person_id uuid,
    start_time timestamptz,
    end_time timestamptz,
    expire_time timestamptz,
    due_at timestamptz NOT NULL,
    callback_id uuid,
    ended_at timestamptz,
    PRIMARY KEY (tenant_id, offer_id),
    UNIQUE (tenant_id, option_id),
    FOREIGN KEY (tenant_id, waitlist_entry_id) REFERENCES waitlist_entry ON DELETE CASCADE,
    CHECK (state = 'preparing' OR num_nulls(held_option_id, person_id, start_time, end_time, expire_time, callback_id) = 0)
);
-- A wish is offered one thing at a time.
CREATE UNIQUE INDEX waitlist_offer_once ON waitlist_offer (tenant_id, waitlist_entry_id)
    WHERE state IN ('preparing', 'open');
CREATE INDEX waitlist_offer_due ON waitlist_offer (due_at) WHERE state = 'open';
CREATE INDEX waitlist_offer_by_vacancy ON waitlist_offer (vacancy_id);
CREATE INDEX waitlist_offer_by_entry ON waitlist_offer (tenant_id, waitlist_entry_id);

-- What open offers take; rows exist only while they are open. Two of them never overlap, whatever becomes of the holds.
CREATE TABLE waitlist_taken (
    tenant_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    occupant_number bigint NOT NULL,
    span int8range NOT NULL,
    PRIMARY KEY (tenant_id, offer_id, span),
    FOREIGN KEY (tenant_id, offer_id) REFERENCES waitlist_offer ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, occupant_number) REFERENCES occupant (tenant_id, number),
    CONSTRAINT waitlist_without_overlap EXCLUDE USING gist (span WITH &&)
);

-- How far the log was read for all this.
CREATE TABLE waitlist_stream (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    position text NOT NULL
);
INSERT INTO waitlist_stream (position) VALUES ('');

ALTER TABLE callback DROP CONSTRAINT callback_state_check;
ALTER TABLE callback
    ADD CONSTRAINT callback_state_check CHECK (state IN ('open', 'in_progress', 'resolved')),
    -- Nulls are what a service of the version before writes: nobody, and the first version.
    ADD COLUMN assigned_to text,
    ADD COLUMN waitlist_entry_id uuid,
    ADD COLUMN version integer CHECK (version > 0),
    ADD FOREIGN KEY (tenant_id, waitlist_entry_id) REFERENCES waitlist_entry,
    ADD CONSTRAINT in_progress_with_somebody CHECK (state <> 'in_progress' OR coalesce(assigned_to, '') <> '');
CREATE INDEX callback_by_call ON callback (tenant_id, call_id);

-- Who handed it over, or resolved it, and how it was before.
CREATE TABLE callback_change (
    tenant_id uuid NOT NULL,
    callback_id uuid NOT NULL,
    version integer NOT NULL CHECK (version > 1),
    changed_at timestamptz NOT NULL,
    operator text NOT NULL,
    state_before text NOT NULL,
    state_after text NOT NULL,
    assigned_before text NOT NULL,
    assigned_after text NOT NULL,
    PRIMARY KEY (tenant_id, callback_id, version),
    FOREIGN KEY (tenant_id, callback_id) REFERENCES callback ON DELETE CASCADE
);
