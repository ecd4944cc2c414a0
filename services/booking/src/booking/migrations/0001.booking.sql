-- Appointments, whose they are, what they take of people's time, and what has been told about them.

-- Read in order by chassis.eventlog.
CREATE TABLE event (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    recorded_at timestamptz NOT NULL,
    traceparent text NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL
);
CREATE INDEX event_in_order ON event (transaction_id, number);

-- Customers are known by their number; one who withholds it is known by the call, and only within it.
CREATE TABLE customer (
    tenant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
    phone_number text CHECK (phone_number ~ '^\+[1-9][0-9]{1,14}$'),
    withheld_in_call text,
    known_by text NOT NULL GENERATED ALWAYS AS (coalesce(phone_number, 'call ' || withheld_in_call)) STORED,
    calendar_email text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    booked_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, customer_id),
    CONSTRAINT customer_known_by UNIQUE (tenant_id, known_by),
    CHECK (num_nonnulls(phone_number, withheld_in_call) = 1)
);

CREATE TABLE appointment (
    tenant_id uuid NOT NULL,
    appointment_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    service_id uuid NOT NULL,
    service_name text NOT NULL,
    person_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    -- As it was said this time: it may have been misheard, or be another one of the family.
    name_given text NOT NULL,
    state text NOT NULL CHECK (state IN ('booked', 'cancelled', 'rescheduled', 'completed', 'no_show')),
    start_time timestamptz NOT NULL,
    end_time timestamptz NOT NULL,
    call_id text NOT NULL,
    option_id text NOT NULL,
    created_at timestamptz NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    PRIMARY KEY (tenant_id, appointment_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customer,
    CHECK (end_time > start_time)
);
-- The same option again in the same call is the same wish, whatever its request id.
CREATE UNIQUE INDEX appointment_once_per_option ON appointment (tenant_id, call_id, option_id)
    WHERE state = 'booked';
CREATE INDEX appointment_by_start ON appointment (tenant_id, start_time, appointment_id);
CREATE INDEX appointment_by_call ON appointment (tenant_id, call_id);

CREATE TABLE phase (
    phase_id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    appointment_id uuid NOT NULL,
    position integer NOT NULL CHECK (position >= 0),
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('active', 'gap_free', 'gap_blocked')),
    person_id uuid NOT NULL,
    start_time timestamptz NOT NULL,
    end_time timestamptz NOT NULL,
    UNIQUE (tenant_id, appointment_id, position),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment ON DELETE CASCADE,
    CHECK (end_time > start_time)
);

-- A small number for each person, so that a person and a minute fit into one bigint.
CREATE TABLE person_number (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    number bigint NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE CHECK (number BETWEEN 1 AND 2147483647),
    PRIMARY KEY (tenant_id, person_id),
    UNIQUE (tenant_id, number)
);

-- A person's minutes since 1970, in a stretch of numbers that no other person has. Seconds count as the whole minute.
CREATE FUNCTION occupied_span(person_number bigint, start_time timestamptz, end_time timestamptz)
    RETURNS int8range LANGUAGE sql STABLE PARALLEL SAFE
RETURN int8range(
    (person_number << 32) + floor(extract(epoch FROM start_time) / 60)::bigint,
    (person_number << 32) + ceil(extract(epoch FROM end_time) / 60)::bigint
);

-- What appointments take of people's time; rows exist only while the appointment is booked. Two of them never overlap.
CREATE TABLE occupancy (
    tenant_id uuid NOT NULL,
    appointment_id uuid NOT NULL,
    person_number bigint NOT NULL,
    span int8range NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id, span),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, person_number) REFERENCES person_number (tenant_id, number),
    CONSTRAINT occupancy_without_overlap EXCLUDE USING gist (span WITH &&),
    CONSTRAINT occupancy_of_its_person CHECK (
        NOT (isempty(span) OR lower_inf(span) OR upper_inf(span))
        AND lower(span) >> 32 = person_number
        AND (upper(span) - 1) >> 32 = person_number
    )
);

-- What a request id was answered with, for as long as it may be repeated.
CREATE TABLE booking_request (
    tenant_id uuid NOT NULL,
    request_id text NOT NULL,
    fingerprint text NOT NULL,
    appointment_id uuid NOT NULL,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, request_id),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment ON DELETE CASCADE
);
CREATE INDEX booking_request_by_age ON booking_request (answered_at);

-- An appointment is whole when its transaction commits: phases from its start to its end, in order and without holes,
-- and at least its active phases and blocked gaps occupied while it is booked, nothing any more when it is not.
CREATE FUNCTION appointment_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whole record;
BEGIN
    SELECT bool_and(
               (SELECT count(*) > 0 AND min(position) = 0 AND max(position) = count(*) - 1
                       AND min(start_time) = a.start_time AND max(end_time) = a.end_time
                       AND bool_and(start_time = coalesce(previous_end, a.start_time))
                  FROM (SELECT p.position, p.start_time, p.end_time,
                               lag(p.end_time) OVER (ORDER BY p.position) AS previous_end
                          FROM phase p
                         WHERE p.tenant_id = a.tenant_id AND p.appointment_id = a.appointment_id) AS in_order)
           ) AS phases,
           bool_and(
               (SELECT CASE WHEN a.state = 'booked' THEN coalesce(taken.time, '{}') @> coalesce(needed.time, '{}')
                            ELSE taken.time IS NULL END
                  FROM (SELECT range_agg(o.span) AS time FROM occupancy o
                         WHERE o.tenant_id = a.tenant_id AND o.appointment_id = a.appointment_id) AS taken,
                       (SELECT range_agg(occupied_span(n.number, p.start_time, p.end_time)) AS time
                          FROM phase p LEFT JOIN person_number n USING (tenant_id, person_id)
                         WHERE p.tenant_id = a.tenant_id AND p.appointment_id = a.appointment_id
                           AND p.kind <> 'gap_free') AS needed)
           ) AS occupancy
      INTO whole
      FROM appointment a
     -- Both, so that a row cannot be moved away from another appointment unseen. One that is gone has nothing to check.
     WHERE a.tenant_id IN (OLD.tenant_id, NEW.tenant_id)
       AND a.appointment_id IN (OLD.appointment_id, NEW.appointment_id);
    IF NOT whole.phases THEN
        RAISE EXCEPTION 'the phases of an appointment follow each other from its start to its end'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'phases_without_holes';
    END IF;
    IF NOT whole.occupancy THEN
        RAISE EXCEPTION 'an appointment occupies its active phases and blocked gaps while it is booked, and only then'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'occupancy_as_planned';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER appointment_is_whole AFTER INSERT OR UPDATE ON appointment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION appointment_is_whole();
CREATE CONSTRAINT TRIGGER appointment_is_whole AFTER INSERT OR UPDATE OR DELETE ON phase
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION appointment_is_whole();
CREATE CONSTRAINT TRIGGER appointment_is_whole AFTER INSERT OR UPDATE OR DELETE ON occupancy
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION appointment_is_whole();
