-- depends: 0009.people-told
-- Lists by state: what still needs somebody is found without stepping over all that is done.
CREATE INDEX callback_by_state ON callback (tenant_id, state, due_time, callback_id);
CREATE INDEX waitlist_entry_by_state ON waitlist_entry (tenant_id, state, place);
CREATE INDEX message_by_state ON message (tenant_id, state, create_time DESC, message_id DESC);
