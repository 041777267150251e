-- Who somebody is: what the house asks of who logs in, second factors, log-ins that were begun and not ended, proofs given anew.
CREATE TABLE identity_rules (
    id uuid PRIMARY KEY,
    rules jsonb NOT NULL,
    seq bigint NOT NULL
);

CREATE TABLE second_factors (
    account_id uuid PRIMARY KEY REFERENCES accounts ON DELETE RESTRICT,
    -- How codes are made of the secret.
    alg text NOT NULL CHECK (alg IN ('totp-sha1-6-30')),
    -- The secret, which only a server with its key file opens.
    sealed text NOT NULL,
    seal_alg text NOT NULL CHECK (seal_alg IN ('xchacha20-poly1305')),
    created_at timestamptz NOT NULL,
    -- None until a first code has shown that the device has it.
    confirmed_at timestamptz,
    -- Codes of this step and of those before it are not taken any more.
    last_step bigint NOT NULL
);

CREATE TABLE recovery_codes (
    account_id uuid NOT NULL REFERENCES second_factors ON DELETE CASCADE,
    sha256 text NOT NULL,
    alg text NOT NULL CHECK (alg IN ('sha256')),
    used_at timestamptz,
    PRIMARY KEY (account_id, sha256)
);

CREATE TABLE login_steps (
    sha256 text PRIMARY KEY,
    -- What it waits for: a code; or a provider that says who it is.
    kind text NOT NULL CHECK (kind IN ('code', 'provider')),
    account_id uuid REFERENCES accounts ON DELETE CASCADE,
    epoch integer,
    source text NOT NULL,
    -- What was agreed with the provider.
    agreed jsonb,
    attempts integer NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz,
    CHECK ((kind = 'code') = (account_id IS NOT NULL)),
    CHECK ((account_id IS NULL) = (epoch IS NULL)),
    CHECK ((kind = 'provider') = (agreed IS NOT NULL))
);
CREATE INDEX login_steps_account_idx ON login_steps (account_id);

-- When who has the session last proved who he is; none: when it began.
ALTER TABLE refresh_tokens ADD COLUMN proved_at timestamptz;
-- What the session was begun with beside the first proof: a code of ours, or what the provider vouches for.
ALTER TABLE refresh_tokens ADD COLUMN second_factor text CHECK (second_factor IN ('code', 'provider'));

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE ON identity_rules TO bihuan_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON second_factors, recovery_codes, login_steps TO bihuan_app;
    END IF;
END
$$;
