-- depends: 0001.booking
-- What happens to appointments after they were made; rooms and devices beside people; several made together.

-- Whatever can be taken only once at a time has a number in the same exclusion.
ALTER TABLE person_number RENAME TO occupant;
ALTER TABLE occupant RENAME COLUMN person_id TO occupant_id;
ALTER TABLE occupant ADD COLUMN kind text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'resource'));
ALTER TABLE occupant ALTER COLUMN kind DROP DEFAULT;
ALTER TABLE occupancy RENAME COLUMN person_number TO occupant_number;
ALTER TABLE occupancy RENAME CONSTRAINT occupancy_of_its_person TO occupancy_of_its_occupant;

ALTER TABLE appointment
    ADD COLUMN rescheduled_from_id uuid,
    ADD COLUMN rescheduled_to_id uuid,
    ADD COLUMN moves integer NOT NULL DEFAULT 0,
    ADD COLUMN service_ids uuid[] NOT NULL DEFAULT '{}',
    -- The first appointment of those that were booked together.
    ADD COLUMN party_id uuid,
    ADD COLUMN party_position integer,
    ADD FOREIGN KEY (tenant_id, rescheduled_from_id) REFERENCES appointment,
    ADD FOREIGN KEY (tenant_id, rescheduled_to_id) REFERENCES appointment,
    ADD CONSTRAINT moved_to_somewhere CHECK ((state = 'rescheduled') = (rescheduled_to_id IS NOT NULL)),
    ADD CONSTRAINT moved_from_somewhere CHECK (moves >= 0 AND (moves > 0) = (rescheduled_from_id IS NOT NULL)),
    ADD CONSTRAINT moved_once UNIQUE (tenant_id, rescheduled_from_id);
CREATE INDEX appointment_by_party ON appointment (tenant_id, party_id) WHERE party_id IS NOT NULL;
CREATE INDEX appointment_by_customer ON appointment (tenant_id, customer_id, start_time);

-- Null: the appointment's service.
ALTER TABLE phase ADD COLUMN service_id uuid;

-- Who changed what, when, in which call; "version" is the one that the change made.
CREATE TABLE appointment_change (
    tenant_id uuid NOT NULL,
    appointment_id uuid NOT NULL,
    version integer NOT NULL CHECK (version > 1),
    customer_id uuid NOT NULL,
    changed_at timestamptz NOT NULL,
    call_id text,
    operator text,
    reason text NOT NULL,
    state_before text NOT NULL,
    state_after text NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
    fee_currency text NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id, version),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment ON DELETE CASCADE,
    CHECK (num_nonnulls(call_id, operator) >= 1)
);
CREATE INDEX appointment_change_by_customer ON appointment_change (tenant_id, customer_id, changed_at);

-- As before; people are occupants among others.
CREATE OR REPLACE FUNCTION appointment_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
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
                          FROM phase p
                          LEFT JOIN occupant n ON n.tenant_id = p.tenant_id AND n.occupant_id = p.person_id
                         WHERE p.tenant_id = a.tenant_id AND p.appointment_id = a.appointment_id
                           AND p.kind <> 'gap_free') AS needed)
           ) AS occupancy
      INTO whole
      FROM appointment a
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
