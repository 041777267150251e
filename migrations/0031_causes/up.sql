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

-- Systemic problems, and groups a person said are none: the row is the fold of its events.
CREATE TABLE systemic_problems (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    state text NOT NULL CHECK (state IN ('confirmed', 'checking', 'closed', 'withdrawn', 'dismissed')),
    owner_id uuid REFERENCES units ON DELETE RESTRICT,
    -- Units that were asked to look at themselves.
    unit_ids uuid[] NOT NULL,
    -- The tasks that are it, and those made of answers.
    task_ids uuid[] NOT NULL,
    raised_ids uuid[] NOT NULL,
    snapshot jsonb NOT NULL,
    seq bigint NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX systemic_problems_round_idx ON systemic_problems (round_id, created_at);
CREATE INDEX systemic_problems_units_idx ON systemic_problems USING gin (unit_ids);
CREATE INDEX systemic_problems_owner_idx ON systemic_problems (owner_id);

ALTER TABLE attachments DROP CONSTRAINT attachments_subject_kind_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_subject_kind_check
    CHECK (subject_kind IN ('task', 'check', 'slip', 'meeting', 'publication', 'opinion', 'document', 'handover', 'systemic_problem'));

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE ON finding_scopes, systemic_problems TO bihuan_app;
    END IF;
END
$$;
