-- A file that is being looked at: kept with what was said of it until the next one, one per account and round.
CREATE TABLE import_previews (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    filename text NOT NULL,
    sha256 text NOT NULL,
    body bytea NOT NULL,
    corrections jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (round_id, account_id)
);

-- What the columns of a shape of ledger were said to mean, for the next file of the same shape.
CREATE TABLE import_mappings (
    shape text PRIMARY KEY,
    sheets jsonb NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    saved_at timestamptz NOT NULL
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON import_previews, import_mappings TO bihuan_app;
    END IF;
END
$$;
