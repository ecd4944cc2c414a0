-- What one person keeps, or keeps a part of: asked for by plans that make two ids one human.
-- depends: 0012.erasure
CREATE INDEX appointment_by_person ON appointment (tenant_id, person_id);
CREATE INDEX phase_by_person ON phase (tenant_id, person_id);
