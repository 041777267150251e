-- Lists that are handed on: who asked for which, how far it is, and the file that came of it. The file itself lies in the data folder.
CREATE TABLE exports (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    kind text NOT NULL CHECK (kind IN ('findings', 'measures', 'responsibilities', 'ledger', 'brief', 'statements')),
    -- The filter, as parameters of the ledger by their names.
    query jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'ready', 'failed', 'cancelled')),
    n_done bigint NOT NULL DEFAULT 0,
    n_all bigint NOT NULL DEFAULT 0,
    fault text,
    filename text NOT NULL,
    size bigint,
    sha256 text,
    seq bigint NOT NULL,
    created_at timestamptz NOT NULL,
    -- When the server that makes it last said so.
    beat_at timestamptz NOT NULL,
    CHECK ((state = 'ready') = (sha256 IS NOT NULL AND size IS NOT NULL))
);
CREATE INDEX exports_account_idx ON exports (account_id, created_at DESC);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE ON exports TO bihuan_app;
    END IF;
END
$$;
