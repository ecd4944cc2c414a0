-- Beside appointments: what is taken in calendars outside, and up to which change of it that is known.
-- depends: 0003.prune
INSERT INTO consumed (log, position) VALUES ('calendars', '');

ALTER TABLE busy ADD CHECK (source IN ('appointment', 'external'));
COMMENT ON COLUMN busy.appointment_id IS 'Of an external row: the busy time''s id.';
