-- Every row names its tenant, and every reference is by tenant and id: nothing can refer across tenants.
-- Text that is compared or ordered by the service is in the collation "C", the same on every machine.

CREATE TABLE tenant (
    tenant_id uuid PRIMARY KEY,
    key text COLLATE "C" NOT NULL UNIQUE,
    name text NOT NULL,
    language text NOT NULL,
    calendar_sync boolean NOT NULL,
    webhook_secret text NOT NULL, -- encrypted
    revision bigint NOT NULL CHECK (revision > 0),
    imported_at timestamptz NOT NULL
);

CREATE TABLE branch (
    tenant_id uuid NOT NULL REFERENCES tenant,
    branch_id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    position int NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    holiday_region text NOT NULL,
    slot_step_minutes int NOT NULL CHECK (slot_step_minutes BETWEEN 5 AND 60),
    min_notice_minutes int NOT NULL CHECK (min_notice_minutes >= 0),
    horizon_days int NOT NULL CHECK (horizon_days > 0),
    hold_seconds int NOT NULL CHECK (hold_seconds > 0),
    PRIMARY KEY (tenant_id, branch_id),
    UNIQUE (tenant_id, key)
);

-- A number leads to one branch of one business.
CREATE TABLE dialled_number (
    number text COLLATE "C" PRIMARY KEY,
    tenant_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    FOREIGN KEY (tenant_id, branch_id) REFERENCES branch
);
CREATE INDEX dialled_number_of_branch ON dialled_number (tenant_id, branch_id);

CREATE TABLE opening_hours (
    tenant_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    position int NOT NULL,
    weekdays smallint[] NOT NULL CHECK (weekdays <@ '{1,2,3,4,5,6,7}' AND cardinality(weekdays) > 0),
    starts text COLLATE "C" NOT NULL,
    ends text COLLATE "C" NOT NULL CHECK (starts < ends),
    PRIMARY KEY (tenant_id, branch_id, position),
    FOREIGN KEY (tenant_id, branch_id) REFERENCES branch
);

CREATE TABLE service (
    tenant_id uuid NOT NULL REFERENCES tenant,
    service_id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    position int NOT NULL,
    name text NOT NULL,
    synonyms text[] NOT NULL,
    price_minor bigint CHECK (price_minor >= 0),
    currency text NOT NULL,
    PRIMARY KEY (tenant_id, service_id),
    UNIQUE (tenant_id, key)
);

CREATE TABLE phase (
    tenant_id uuid NOT NULL,
    service_id uuid NOT NULL,
    position int NOT NULL CHECK (position >= 0),
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('ACTIVE', 'GAP_FREE', 'GAP_BLOCKED')),
    minutes int NOT NULL CHECK (minutes BETWEEN 1 AND 600),
    PRIMARY KEY (tenant_id, service_id, position),
    UNIQUE (tenant_id, service_id, position, kind),
    FOREIGN KEY (tenant_id, service_id) REFERENCES service
);

CREATE TABLE person (
    tenant_id uuid NOT NULL REFERENCES tenant,
    person_id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    position int NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (tenant_id, person_id),
    UNIQUE (tenant_id, key)
);

CREATE TABLE person_branch (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, person_id, branch_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person,
    FOREIGN KEY (tenant_id, branch_id) REFERENCES branch
);

CREATE TABLE working_hours (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    position int NOT NULL,
    weekdays smallint[] NOT NULL CHECK (weekdays <@ '{1,2,3,4,5,6,7}' AND cardinality(weekdays) > 0),
    starts text COLLATE "C" NOT NULL,
    ends text COLLATE "C" NOT NULL CHECK (starts < ends),
    PRIMARY KEY (tenant_id, person_id, position),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person
);

CREATE TABLE absence (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    position int NOT NULL,
    start_time timestamptz NOT NULL,
    end_time timestamptz NOT NULL CHECK (start_time < end_time),
    note text NOT NULL,
    PRIMARY KEY (tenant_id, person_id, position),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person
);

CREATE TABLE skill (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    service_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, person_id, service_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person,
    FOREIGN KEY (tenant_id, service_id) REFERENCES service
);

CREATE TABLE calendar_account (
    tenant_id uuid NOT NULL,
    account_id uuid NOT NULL,
    person_id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    username text NOT NULL,
    email text NOT NULL,
    api_key text NOT NULL, -- encrypted
    PRIMARY KEY (tenant_id, account_id),
    UNIQUE (tenant_id, key),
    UNIQUE (tenant_id, person_id, account_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person
);

CREATE TABLE mapping (
    tenant_id uuid NOT NULL,
    service_id uuid NOT NULL,
    phase_position int NOT NULL,
    -- Only so that the reference below can say: an active one.
    phase_kind text NOT NULL DEFAULT 'ACTIVE' CHECK (phase_kind = 'ACTIVE'),
    person_id uuid NOT NULL,
    account_id uuid NOT NULL,
    event_type_id bigint NOT NULL CHECK (event_type_id > 0),
    PRIMARY KEY (tenant_id, service_id, phase_position, person_id),
    FOREIGN KEY (tenant_id, service_id, phase_position, phase_kind)
        REFERENCES phase (tenant_id, service_id, position, kind),
    -- The account belongs to this very person.
    FOREIGN KEY (tenant_id, person_id, account_id) REFERENCES calendar_account (tenant_id, person_id, account_id)
);

CREATE TABLE event (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    recorded_at timestamptz NOT NULL,
    traceparent text NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL
);
CREATE INDEX event_in_order ON event (transaction_id, number);
