-- depends: 0004.confirmed
-- A person may overbook knowingly; an appointment may be a part of a series.

ALTER TABLE appointment
    ADD COLUMN overbooking_reason text CHECK (char_length(overbooking_reason) BETWEEN 1 AND 2000),
    ADD COLUMN overbooked_by text CHECK (char_length(overbooked_by) BETWEEN 1 AND 200),
    ADD COLUMN series_id uuid,
    ADD COLUMN series_position integer CHECK (series_position > 0),
    ADD CONSTRAINT overbooked_by_somebody CHECK ((overbooking_reason IS NULL) = (overbooked_by IS NULL)),
    ADD CONSTRAINT at_its_place_in_a_series CHECK ((series_id IS NULL) = (series_position IS NULL));
CREATE UNIQUE INDEX appointment_once_per_series_position ON appointment (tenant_id, series_id, series_position)
    WHERE series_id IS NOT NULL;

-- What was overbooked is left out of the exclusion, and nothing else is: see appointment_is_whole.
ALTER TABLE occupancy ADD COLUMN overbooked boolean NOT NULL DEFAULT false;
ALTER TABLE occupancy DROP CONSTRAINT occupancy_without_overlap;
ALTER TABLE occupancy ADD CONSTRAINT occupancy_without_overlap EXCLUDE USING gist (span WITH &&) WHERE (NOT overbooked);

-- Wishes to book the same time again and again; the row is there before the first date is booked.
CREATE TABLE series (
    tenant_id uuid NOT NULL,
    request_id text NOT NULL,
    series_id uuid NOT NULL UNIQUE,
    fingerprint text NOT NULL,
    created_at timestamptz NOT NULL,
    -- What became of each date; null while the answer is not known yet.
    dates jsonb,
    PRIMARY KEY (tenant_id, request_id)
);
CREATE INDEX series_by_age ON series (created_at);

-- As before; what is overbooked says so where it takes time, and only that.
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
                                 AND coalesce(taken.as_recorded, true)
                            ELSE taken.time IS NULL END
                  FROM (SELECT range_agg(o.span) AS time,
                               bool_and(o.overbooked = (a.overbooking_reason IS NOT NULL)) AS as_recorded
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

-- What was agreed is not swapped in place either: not the person, and no phase. What has ended stays ended.
CREATE FUNCTION agreed_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was agreed does not change in place'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'agreed_stays';
END $$;
CREATE TRIGGER agreed_stays AFTER UPDATE OF person_id, state ON appointment FOR EACH ROW
    WHEN (OLD.person_id <> NEW.person_id OR OLD.state <> 'booked' AND OLD.state <> NEW.state)
    EXECUTE FUNCTION agreed_stays();
CREATE TRIGGER agreed_stays AFTER UPDATE ON phase FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION agreed_stays();

-- Emptying a table would pass the checks of its rows by.
CREATE FUNCTION never_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is not truncated: its rows are parts of appointments', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'never_truncated';
END $$;
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON appointment EXECUTE FUNCTION never_truncated();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON phase EXECUTE FUNCTION never_truncated();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON occupancy EXECUTE FUNCTION never_truncated();
