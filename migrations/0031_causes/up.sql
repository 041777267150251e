-- Of which kinds the causes of a task's problem are, as last analysed; what the ledger is narrowed by.
ALTER TABLE tasks ADD COLUMN cause_categories text[] NOT NULL DEFAULT '{}';

-- Whether a finding is one unit's matter or that of many: what was proposed, what a person decided. `findings.scope` is what was decided last.
CREATE TABLE finding_scopes (
    finding_id uuid PRIMARY KEY REFERENCES findings ON DELETE RESTRICT,
    scope text NOT NULL CHECK (scope IN ('individual', 'systemic')),
    proposed text NOT NULL CHECK (proposed IN ('individual', 'systemic')),
    grounds text[] NOT NULL,
    reason text NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    decided_at timestamptz NOT NULL,
    seq bigint NOT NULL
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE ON finding_scopes TO bihuan_app;
    END IF;
END
$$;
