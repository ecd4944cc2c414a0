-- depends: 0007.retired-changes
-- How far ahead a start must lie can be ruled like everything else: for the business, a branch, a service, a person.

ALTER TABLE policy ADD COLUMN min_notice_minutes int CHECK (min_notice_minutes >= 0);
