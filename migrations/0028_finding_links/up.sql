-- What was said of two findings that are alike: the later one, the other, and which of the three it is. One verdict for two, in whichever order.
CREATE TABLE finding_links (
    id uuid PRIMARY KEY,
    finding_id uuid NOT NULL REFERENCES findings ON DELETE RESTRICT,
    other_id uuid NOT NULL REFERENCES findings ON DELETE RESTRICT,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    verdict text NOT NULL CHECK (verdict IN ('recurrence', 'common', 'dismissed')),
    reason text NOT NULL,
    -- As it was proposed: how alike, by which words.
    score real NOT NULL,
    words text[] NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    judged_at timestamptz NOT NULL,
    seq bigint NOT NULL,
    CHECK (finding_id <> other_id)
);
CREATE UNIQUE INDEX finding_links_pair_key ON finding_links (least(finding_id, other_id), greatest(finding_id, other_id));
CREATE INDEX finding_links_finding_idx ON finding_links (finding_id);
CREATE INDEX finding_links_other_idx ON finding_links (other_id);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE ON finding_links TO bihuan_app;
    END IF;
END
$$;
