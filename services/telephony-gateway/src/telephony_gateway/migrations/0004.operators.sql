-- What operators look at: one business beside many, and which agent spoke.
-- depends: 0003.unended-and-old-calls
CREATE INDEX call_latest_of_business ON call (tenant_id, first_heard_at DESC, call_id DESC);
CREATE INDEX truth_case_of_business ON truth_case (tenant_id, case_id DESC);
ALTER TABLE call ADD COLUMN agent_id text, ADD COLUMN agent_version integer;
