-- depends: 0001.businesses

-- New columns have defaults: what is stored already rules nothing about them.

ALTER TABLE opening_hours
    ADD COLUMN valid_from date, -- absent: since ever
    ADD COLUMN valid_until date, -- absent: for ever
    ADD CHECK (valid_from <= valid_until);

ALTER TABLE working_hours
    ADD COLUMN valid_from date,
    ADD COLUMN valid_until date,
    ADD CHECK (valid_from <= valid_until);

-- The spans of one day are written and read as one value: [{"start": "HH:MM", "end": "HH:MM"}, ...].
CREATE TABLE opening_day (
    tenant_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    day date NOT NULL,
    spans jsonb NOT NULL CHECK (jsonb_typeof(spans) = 'array'),
    note text NOT NULL,
    PRIMARY KEY (tenant_id, branch_id, day),
    FOREIGN KEY (tenant_id, branch_id) REFERENCES branch
);

CREATE TABLE working_day (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    day date NOT NULL,
    spans jsonb NOT NULL CHECK (jsonb_typeof(spans) = 'array'),
    note text NOT NULL,
    PRIMARY KEY (tenant_id, person_id, day),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person
);

CREATE TABLE resource (
    tenant_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    position int NOT NULL,
    name text NOT NULL,
    resource_group text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, resource_id),
    UNIQUE (tenant_id, key),
    FOREIGN KEY (tenant_id, branch_id) REFERENCES branch
);
CREATE INDEX resource_of_branch ON resource (tenant_id, branch_id);

ALTER TABLE service
    ADD COLUMN buffer_before_minutes int NOT NULL DEFAULT 0 CHECK (buffer_before_minutes >= 0),
    ADD COLUMN buffer_after_minutes int NOT NULL DEFAULT 0 CHECK (buffer_after_minutes >= 0),
    ADD COLUMN min_notice_minutes int CHECK (min_notice_minutes >= 0), -- absent: the branch's
    ADD COLUMN horizon_days int CHECK (horizon_days > 0), -- absent: the branch's
    ADD COLUMN daily_cap int NOT NULL DEFAULT 0 CHECK (daily_cap >= 0); -- 0: no limit

CREATE TABLE start_window (
    tenant_id uuid NOT NULL,
    service_id uuid NOT NULL,
    position int NOT NULL,
    weekdays smallint[] NOT NULL CHECK (weekdays <@ '{1,2,3,4,5,6,7}' AND cardinality(weekdays) > 0),
    starts text COLLATE "C" NOT NULL,
    ends text COLLATE "C" NOT NULL CHECK (starts < ends),
    valid_from date,
    valid_until date,
    PRIMARY KEY (tenant_id, service_id, position),
    FOREIGN KEY (tenant_id, service_id) REFERENCES service,
    CHECK (valid_from <= valid_until)
);

ALTER TABLE phase ADD COLUMN resource_groups text[] NOT NULL DEFAULT '{}';

ALTER TABLE person
    ADD COLUMN buffer_before_minutes int NOT NULL DEFAULT 0 CHECK (buffer_before_minutes >= 0),
    ADD COLUMN buffer_after_minutes int NOT NULL DEFAULT 0 CHECK (buffer_after_minutes >= 0);

CREATE TABLE phase_minutes (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    service_id uuid NOT NULL,
    phase_position int NOT NULL,
    minutes int NOT NULL CHECK (minutes BETWEEN 1 AND 600),
    PRIMARY KEY (tenant_id, person_id, service_id, phase_position),
    -- Only for what the person is able to do.
    FOREIGN KEY (tenant_id, person_id, service_id) REFERENCES skill,
    FOREIGN KEY (tenant_id, service_id, phase_position) REFERENCES phase
);

CREATE TABLE policy (
    tenant_id uuid NOT NULL REFERENCES tenant,
    position int NOT NULL,
    -- Absent: any.
    branch_id uuid,
    service_id uuid,
    person_id uuid,
    cancel_cutoff_minutes int CHECK (cancel_cutoff_minutes >= 0),
    move_cutoff_minutes int CHECK (move_cutoff_minutes >= 0),
    moves_max int CHECK (moves_max >= 0),
    cancellations_per_month_max int CHECK (cancellations_per_month_max >= 0),
    PRIMARY KEY (tenant_id, position),
    UNIQUE NULLS NOT DISTINCT (tenant_id, branch_id, service_id, person_id),
    FOREIGN KEY (tenant_id, branch_id) REFERENCES branch,
    FOREIGN KEY (tenant_id, service_id) REFERENCES service,
    FOREIGN KEY (tenant_id, person_id) REFERENCES person
);

CREATE TABLE fee_tier (
    tenant_id uuid NOT NULL,
    policy_position int NOT NULL,
    -- Due when the start is less than so many minutes away.
    minutes_before int NOT NULL CHECK (minutes_before > 0),
    fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
    currency text NOT NULL,
    PRIMARY KEY (tenant_id, policy_position, minutes_before),
    FOREIGN KEY (tenant_id, policy_position) REFERENCES policy
);
