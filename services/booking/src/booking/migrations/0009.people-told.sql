-- depends: 0008.messages
-- A union is told in a transaction of its own, after it was made: readers go by the ids of transactions, and one that has
-- waited for the last bookings under the old name may have a lower id than they.
ALTER TABLE person_union
    ADD COLUMN union_told boolean NOT NULL DEFAULT false,
    ADD COLUMN separation_told boolean NOT NULL DEFAULT false;
