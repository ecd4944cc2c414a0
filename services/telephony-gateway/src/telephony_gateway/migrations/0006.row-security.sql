-- depends: 0005.console
-- What belongs to a call is seen by whoever may see the call (chassis: row_security.sql).
CREATE POLICY of_its_call ON function_call USING (
    (SELECT current_setting('rufbuch.tenant', true) = '*')
    OR EXISTS (SELECT FROM call WHERE call.call_id = function_call.call_id));
ALTER TABLE function_call ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_its_call ON call_event USING (
    (SELECT current_setting('rufbuch.tenant', true) = '*')
    OR EXISTS (SELECT FROM call WHERE call.call_id = call_event.call_id));
ALTER TABLE call_event ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_its_call ON utterance USING (
    (SELECT current_setting('rufbuch.tenant', true) = '*')
    OR EXISTS (SELECT FROM call WHERE call.call_id = utterance.call_id));
ALTER TABLE utterance ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
