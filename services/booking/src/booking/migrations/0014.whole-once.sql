-- depends: 0013.by-person
-- Each row of a new appointment had the whole of it checked again: with three phases six times the same.

-- Which appointment was found whole last holds until the next statement that may change one; whoever sets constraints to
-- immediate and goes on is checked again. It ends with the transaction, and a savepoint takes it back with the rows.
CREATE FUNCTION not_known_to_be_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('rufbuch.whole', true) <> '' THEN
        PERFORM set_config('rufbuch.whole', '', true);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER not_known_to_be_whole BEFORE INSERT OR UPDATE OR DELETE ON appointment
    FOR EACH STATEMENT EXECUTE FUNCTION not_known_to_be_whole();
CREATE TRIGGER not_known_to_be_whole BEFORE INSERT OR UPDATE OR DELETE ON phase
    FOR EACH STATEMENT EXECUTE FUNCTION not_known_to_be_whole();
CREATE TRIGGER not_known_to_be_whole BEFORE INSERT OR UPDATE OR DELETE ON occupancy
    FOR EACH STATEMENT EXECUTE FUNCTION not_known_to_be_whole();

-- As before, but once for all rows of an appointment.
CREATE OR REPLACE FUNCTION appointment_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whole record;
BEGIN
    IF current_setting('rufbuch.whole', true) = NEW.tenant_id || '/' || NEW.appointment_id
       AND (TG_OP = 'INSERT' OR (OLD.tenant_id, OLD.appointment_id) = (NEW.tenant_id, NEW.appointment_id)) THEN
        RETURN NULL;
    END IF;
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
    IF TG_OP <> 'DELETE' THEN
        PERFORM set_config('rufbuch.whole', NEW.tenant_id || '/' || NEW.appointment_id, true);
    END IF;
    RETURN NULL;
END $$;
