-- Who may use the console, who is signed in, and what was done.

CREATE TABLE account (
    account_id uuid PRIMARY KEY,
    email text NOT NULL UNIQUE CHECK (email = lower(email) AND char_length(email) BETWEEN 3 AND 254),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
    language text NOT NULL CHECK (language IN ('de', 'en')),
    password_hash text NOT NULL
);

CREATE TABLE membership (
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    tenant_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'staff', 'support')),
    position integer NOT NULL,
    PRIMARY KEY (account_id, tenant_id)
);

-- A stolen copy of this table opens nothing: it holds digests, not tokens.
CREATE TABLE session (
    token_digest bytea PRIMARY KEY CHECK (octet_length(token_digest) = 32),
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    tenant_id uuid NOT NULL,
    csrf_token text NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    FOREIGN KEY (account_id, tenant_id) REFERENCES membership ON DELETE CASCADE
);
CREATE INDEX session_by_account ON session (account_id);

CREATE TABLE sign_in_failure (
    failure_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email_digest bytea NOT NULL,
    failed_at timestamptz NOT NULL
);
CREATE INDEX sign_in_failure_by_email ON sign_in_failure (email_digest, failed_at);

-- Kept when the account is gone.
CREATE TABLE audit_entry (
    entry_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    words text NOT NULL,
    begun_at timestamptz NOT NULL,
    -- Null: cut off, or still going on.
    outcome text
);
CREATE INDEX audit_entry_by_time ON audit_entry (tenant_id, begun_at DESC);
