-- depends: 0002.truth
-- When a call of which nothing is heard is looked at again: its end may never have been told (TG-18).
ALTER TABLE call ADD COLUMN look_after timestamptz;
CREATE INDEX call_unended ON call (first_heard_at) WHERE ended_at IS NULL;

-- A call that has been kept long enough goes with all that belongs to it (SE-17).
ALTER TABLE function_call
    DROP CONSTRAINT function_call_call_id_fkey,
    ADD CONSTRAINT function_call_call_id_fkey FOREIGN KEY (call_id) REFERENCES call (call_id) ON DELETE CASCADE;
ALTER TABLE call_event
    DROP CONSTRAINT call_event_call_id_fkey,
    ADD CONSTRAINT call_event_call_id_fkey FOREIGN KEY (call_id) REFERENCES call (call_id) ON DELETE CASCADE;
CREATE INDEX disclosure_old ON disclosure (disclosed_at);
