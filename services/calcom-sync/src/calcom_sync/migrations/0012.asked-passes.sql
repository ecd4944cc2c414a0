-- Since when an operator has wanted a pass over the account; null: nobody does, or she has had it.
-- depends: 0011.by-person
ALTER TABLE survey ADD COLUMN asked_at timestamptz;
