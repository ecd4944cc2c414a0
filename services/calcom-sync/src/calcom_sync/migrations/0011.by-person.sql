-- How many copies one person has.
-- depends: 0010.watch
CREATE INDEX intent_by_person ON intent (tenant_id, person_id);
