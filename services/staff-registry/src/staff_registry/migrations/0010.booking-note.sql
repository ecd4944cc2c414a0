-- depends: 0009.resolutions

-- Said to whoever has booked the service; '' means: nothing.
ALTER TABLE service ADD COLUMN booking_note text NOT NULL DEFAULT '';
