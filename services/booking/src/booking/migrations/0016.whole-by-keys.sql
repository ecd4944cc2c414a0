-- depends: 0015.young-tables
-- Whether an appointment is whole was one query whose plan looked cheaper for given ids than for any: in tables that had grown
-- since they were analysed it was planned anew for every booking, which took longer than the rest of the booking. Now it is a
-- few that find everything by its key, so that each connection plans them once.

-- As before: phases from its start to its end, in order and without holes, and at least its active phases and blocked gaps
-- occupied while it is booked, nothing any more when it is not. One that is gone has nothing to check.
CREATE OR REPLACE FUNCTION appointment_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner uuid;
    which uuid;
    one record;
    part record;
    taken record;
    sound boolean;
    parts integer;
    reached timestamptz;
    needed int8multirange;
BEGIN
    -- The appointment that lost the row, and the one that has it: none is moved away unseen.
    FOR turn IN 1..2 LOOP
        IF turn = 1 THEN
            CONTINUE WHEN TG_OP = 'INSERT' OR TG_OP = 'UPDATE'
                AND OLD.tenant_id = NEW.tenant_id AND OLD.appointment_id = NEW.appointment_id;
            owner := OLD.tenant_id;
            which := OLD.appointment_id;
        ELSE
            CONTINUE WHEN TG_OP = 'DELETE'
                OR current_setting('rufbuch.whole', true) = NEW.tenant_id || '/' || NEW.appointment_id;
            owner := NEW.tenant_id;
            which := NEW.appointment_id;
        END IF;
        SELECT a.state, a.start_time, a.end_time, a.overbooking_reason IS NOT NULL AS overbooked INTO one
          FROM appointment a WHERE a.tenant_id = owner AND a.appointment_id = which;
        CONTINUE WHEN NOT FOUND;

        sound := true;
        parts := 0;
        reached := one.start_time;
        needed := '{}';
        FOR part IN
            SELECT p.position, p.kind, p.start_time, p.end_time,
                   (SELECT n.number FROM occupant n WHERE n.tenant_id = owner AND n.occupant_id = p.person_id) AS number
              FROM phase p WHERE p.tenant_id = owner AND p.appointment_id = which ORDER BY p.position
        LOOP
            sound := sound AND part.position = parts AND part.start_time = reached;
            parts := parts + 1;
            reached := part.end_time;
            IF part.kind <> 'gap_free' THEN
                -- Of somebody without a number it is all time, which nothing contains.
                needed := needed + int8multirange(occupied_span(part.number, part.start_time, part.end_time));
            END IF;
        END LOOP;
        IF NOT sound OR reached <> one.end_time THEN
            RAISE EXCEPTION 'the phases of an appointment follow each other from its start to its end'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'phases_without_holes';
        END IF;

        SELECT range_agg(o.span) AS time, bool_or(o.overbooked) AS overbooked INTO taken
          FROM occupancy o WHERE o.tenant_id = owner AND o.appointment_id = which;
        IF (CASE WHEN one.state = 'booked'
                 THEN NOT coalesce(taken.time, '{}') @> needed OR taken.overbooked <> one.overbooked
                 ELSE taken.time IS NOT NULL END) THEN
            RAISE EXCEPTION 'an appointment occupies its active phases and blocked gaps while it is booked, and only then'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'occupancy_as_planned';
        END IF;
        IF turn = 2 THEN
            PERFORM set_config('rufbuch.whole', NEW.tenant_id || '/' || NEW.appointment_id, true);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
