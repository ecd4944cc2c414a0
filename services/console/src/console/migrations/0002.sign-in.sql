-- Accounts that are shut, and sign-ins through another provider that are under way.
-- depends: 0001.users

ALTER TABLE account
    ADD COLUMN disabled_at timestamptz,
    -- How the provider knows them, from the first sign-in there on; an address may be given to somebody else later.
    ADD COLUMN provider_subject text;

-- One row for each sign-in that was sent to the provider; whoever comes back takes it, so it serves once.
CREATE TABLE sign_in_under_way (
    state_digest bytea PRIMARY KEY CHECK (octet_length(state_digest) = 32),
    -- Of the cookie of the browser that has begun it.
    browser_digest bytea NOT NULL CHECK (octet_length(browser_digest) = 32),
    nonce text NOT NULL,
    verifier text NOT NULL,
    target text NOT NULL,
    begun_at timestamptz NOT NULL
);
CREATE INDEX sign_in_under_way_by_age ON sign_in_under_way (begun_at);
