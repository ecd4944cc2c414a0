-- depends: 0007.waitlist
-- What is written to customers, and where they want to be written to.

-- Given by the customer, never the technical one.
ALTER TABLE customer ADD COLUMN email text CHECK (char_length(email) BETWEEN 3 AND 254 AND email <> calendar_email);

CREATE TABLE message (
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    appointment_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('confirmation', 'change', 'cancellation', 'reminder')),
    version integer NOT NULL,
    channel text CHECK (channel IN ('email', 'sms')),
    address text NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'failed', 'unknown', 'suppressed')),
    due_time timestamptz,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    attempts integer NOT NULL CHECK (attempts >= 0),
    detail text NOT NULL,
    receipt text NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    revision integer NOT NULL CHECK (revision > 0),
    -- The case of the person who has to look, where it has come to that.
    case_id uuid,
    PRIMARY KEY (tenant_id, message_id),
    -- Nothing is said twice about the same version of an appointment.
    CONSTRAINT message_once UNIQUE (tenant_id, appointment_id, kind, version),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment,
    CHECK (state NOT IN ('pending', 'sending') OR due_time IS NOT NULL),
    CHECK (state NOT IN ('sent', 'failed', 'suppressed') OR due_time IS NULL),
    CHECK (channel IS NOT NULL OR state = 'suppressed')
);
CREATE INDEX message_due ON message (due_time) WHERE due_time IS NOT NULL;
CREATE INDEX message_newest ON message (tenant_id, create_time DESC, message_id DESC);
CREATE INDEX message_by_customer ON message (tenant_id, customer_id);
CREATE INDEX message_without_case ON message (update_time)
    WHERE case_id IS NULL AND state IN ('failed', 'unknown') AND due_time IS NULL;

-- How far the log has been read for messages; moved in the transaction that notes them down. It begins here: whoever had
-- an appointment before messages existed is not told of it now.
CREATE TABLE message_reader (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    position text NOT NULL
);
INSERT INTO message_reader (position) VALUES (pg_snapshot_xmin(pg_current_snapshot())::text || '-0');
