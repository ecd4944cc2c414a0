-- depends: 0010.booking-note

ALTER TABLE person ADD COLUMN phone_number text NOT NULL DEFAULT ''; -- '': not known
