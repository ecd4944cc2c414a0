-- What is not as it should be is looked for every few seconds.
-- depends: 0007.reservations

CREATE INDEX intent_troubled ON intent (end_time) WHERE state <> 'synced';
