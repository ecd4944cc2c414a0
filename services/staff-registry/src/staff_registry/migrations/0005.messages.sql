-- depends: 0004.telephony-workspace

ALTER TABLE tenant
    -- Everything but the secrets, written and read as one value; absent: nothing was ever said about messages.
    ADD COLUMN messages jsonb,
    -- Sealed; '' means: none.
    ADD COLUMN smtp_password text NOT NULL DEFAULT '',
    ADD COLUMN sms_key text NOT NULL DEFAULT '';
