-- depends: 0005.overbooking
-- Two ids may turn out to be one human.

-- Another name of the same occupant: who comes under it is counted, and booked, as the other.
ALTER TABLE occupant
    ADD COLUMN same_as uuid CHECK (same_as <> occupant_id),
    ADD FOREIGN KEY (tenant_id, same_as) REFERENCES occupant;
CREATE INDEX occupant_by_other_name ON occupant (tenant_id, same_as) WHERE same_as IS NOT NULL;

-- The same minutes, of another number.
CREATE FUNCTION span_of_number(span int8range, number bigint) RETURNS int8range LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN int8range((number << 32) + (lower(span) & 4294967295), (number << 32) + ((upper(span) - 1) & 4294967295) + 1);

CREATE TABLE person_union (
    tenant_id uuid NOT NULL,
    resolution_id uuid NOT NULL,
    -- In the order in which they were made.
    number bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    person_id uuid NOT NULL,
    alias_id uuid NOT NULL,
    operator text NOT NULL,
    united_at timestamptz NOT NULL,
    -- What has moved, with the versions that it has since: enough to move it back.
    moved jsonb NOT NULL,
    separated_at timestamptz,
    separated_by text,
    PRIMARY KEY (tenant_id, resolution_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES occupant,
    FOREIGN KEY (tenant_id, alias_id) REFERENCES occupant,
    CHECK ((separated_at IS NULL) = (separated_by IS NULL))
);

-- As before, but that a human may be called by another of their names: that swaps nobody.
CREATE OR REPLACE FUNCTION agreed_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (CASE TG_TABLE_NAME WHEN 'phase' THEN to_jsonb(OLD) - 'person_id' = to_jsonb(NEW) - 'person_id'
                          ELSE to_jsonb(OLD)->'state' = to_jsonb(NEW)->'state' END)
       AND EXISTS (SELECT FROM occupant o WHERE o.tenant_id = NEW.tenant_id
                      AND (o.occupant_id, o.same_as) IN ((OLD.person_id, NEW.person_id), (NEW.person_id, OLD.person_id)))
    THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'what was agreed does not change in place'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'agreed_stays';
END $$;

-- As before; of an overbooked appointment, time that nobody else has may stay in the exclusion.
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
               (SELECT CASE WHEN a.state = 'booked'
                            THEN coalesce(taken.time, '{}') @> coalesce(needed.time, '{}')
                                 AND coalesce(taken.overbooked = (a.overbooking_reason IS NOT NULL), true)
                            ELSE taken.time IS NULL END
                  FROM (SELECT range_agg(o.span) AS time, bool_or(o.overbooked) AS overbooked
                          FROM occupancy o
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
