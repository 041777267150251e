-- Other systems of the group: an account of their own without a password, and keys of which only the hash is kept.
ALTER TABLE accounts ADD COLUMN is_service boolean NOT NULL DEFAULT false;
ALTER TABLE accounts DROP CONSTRAINT accounts_check1;
ALTER TABLE accounts ADD CONSTRAINT accounts_active_check
    CHECK (status <> 'active' OR role IS NOT NULL OR duty IS NOT NULL OR is_service);
-- A service has neither role nor duty: what it may do stands with each of its keys.
ALTER TABLE accounts ADD CONSTRAINT accounts_service_check
    CHECK (NOT is_service OR role IS NULL AND duty IS NULL AND person_id IS NULL);

CREATE TABLE service_accounts (
    account_id uuid PRIMARY KEY REFERENCES accounts ON DELETE RESTRICT,
    purpose text NOT NULL,
    -- Who answers for what it hands in.
    person_id uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    seq bigint NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX service_accounts_person_idx ON service_accounts (person_id);

CREATE TABLE api_keys (
    id text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{12}$'),
    account_id uuid NOT NULL REFERENCES service_accounts ON DELETE RESTRICT,
    secret_sha256 text NOT NULL UNIQUE,
    alg text NOT NULL,
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
    unit_ids uuid[] NOT NULL,
    expires_on date NOT NULL,
    granted_by uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    created_at timestamptz NOT NULL,
    -- Kept to the minute.
    last_used_at timestamptz,
    last_used_from text,
    revoked_at timestamptz
);
CREATE INDEX api_keys_account_idx ON api_keys (account_id, created_at DESC);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE ON service_accounts, api_keys TO bihuan_app;
    END IF;
END
$$;
