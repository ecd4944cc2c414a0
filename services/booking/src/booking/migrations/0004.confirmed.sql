-- depends: 0003.care
-- What was confirmed is never moved in place: another time is another appointment, made by a request to move.

CREATE FUNCTION confirmed_time_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the time of an appointment does not change; it gives way to another appointment'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'confirmed_time_stays';
END $$;

CREATE TRIGGER confirmed_time_stays AFTER UPDATE OF start_time, end_time ON appointment
    FOR EACH ROW WHEN (OLD.start_time <> NEW.start_time OR OLD.end_time <> NEW.end_time)
    EXECUTE FUNCTION confirmed_time_stays();
