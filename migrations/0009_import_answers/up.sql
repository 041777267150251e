-- What was said of a file, kept when another one takes its place, so that the same file again finds it.
CREATE TABLE import_answers (
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    sha256 text NOT NULL,
    corrections jsonb NOT NULL,
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (round_id, account_id, sha256)
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON import_answers TO bihuan_app;
    END IF;
END
$$;
