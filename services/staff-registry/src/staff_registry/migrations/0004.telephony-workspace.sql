-- depends: 0003.calendar-terms
-- The account at Retell whose calls are calls to the business; '': the default one. Its keys are not stored here.
ALTER TABLE tenant ADD COLUMN telephony_workspace text NOT NULL DEFAULT '';
