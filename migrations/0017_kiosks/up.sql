-- Screens that show a round's wall without a log-in: a link with a token of which only the hash is kept.
CREATE TABLE kiosks (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    name text NOT NULL,
    pages text[] NOT NULL CHECK (cardinality(pages) > 0 AND pages <@ ARRAY['matrix', 'schedule', 'changes', 'progress']),
    token_sha256 text NOT NULL UNIQUE,
    seq bigint NOT NULL,
    created_at timestamptz NOT NULL,
    -- Kept to the minute.
    last_seen_at timestamptz,
    withdrawn_at timestamptz
);
CREATE INDEX kiosks_round_idx ON kiosks (round_id, created_at DESC);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE ON kiosks TO bihuan_app;
    END IF;
END
$$;
