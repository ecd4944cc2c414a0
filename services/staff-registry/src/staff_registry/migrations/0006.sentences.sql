-- depends: 0005.messages

ALTER TABLE tenant
    -- The business's own sentences, written and read as one value.
    ADD COLUMN sentences jsonb NOT NULL DEFAULT '[]';
