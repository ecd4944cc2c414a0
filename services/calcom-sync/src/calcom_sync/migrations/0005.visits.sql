-- Phases of visits of several services: which one each belongs to, and where it stands in it.
-- depends: 0004.busy

-- Null in what is here already: the appointment's service, at the same position.
ALTER TABLE intent ADD COLUMN service_id uuid, ADD COLUMN service_position integer CHECK (service_position >= 0);
