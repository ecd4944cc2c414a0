-- depends: 0002.days-resources-policies

-- How a business and its calendars at Cal.com go together.
ALTER TABLE tenant
    ADD COLUMN mirror_holds boolean NOT NULL DEFAULT false,
    ADD COLUMN cancelled_there text NOT NULL DEFAULT 'CANCEL' CHECK (cancelled_there IN ('CANCEL', 'CASE')),
    ADD COLUMN live_check_after_minutes int NOT NULL DEFAULT 0 CHECK (live_check_after_minutes >= 0); -- 0: never
