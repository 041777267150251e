-- Appraisals: each row is the fold of its events; the scores of the newest reckoning beside them, to search by.
CREATE TABLE appraisal_schemes (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL UNIQUE REFERENCES rounds ON DELETE RESTRICT,
    snapshot jsonb NOT NULL,
    seq bigint NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE appraisals (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    from_on date NOT NULL,
    to_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('computed', 'published', 'final')),
    -- The version that the units read.
    published integer,
    snapshot jsonb NOT NULL,
    seq bigint NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT appraisals_period_key UNIQUE (round_id, from_on, to_on),
    CHECK (from_on <= to_on)
);

CREATE TABLE appraisal_scores (
    appraisal_id uuid NOT NULL REFERENCES appraisals ON DELETE RESTRICT,
    n integer NOT NULL,
    subject_kind text NOT NULL CHECK (subject_kind IN ('unit', 'leader')),
    subject_id uuid NOT NULL,
    -- Hundredths of a point, with what people adjusted.
    total bigint NOT NULL,
    grade integer NOT NULL,
    rank integer NOT NULL,
    PRIMARY KEY (appraisal_id, n, subject_kind, subject_id)
);
CREATE INDEX appraisal_scores_subject_idx ON appraisal_scores (subject_id, appraisal_id);

-- Records of accountability: who reads one is written on its row, and the database shows it to nobody else, whatever is asked. A connection says for
-- whom it reads; what verifies all records says so.
CREATE TABLE accountability_actions (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    readers uuid[] NOT NULL,
    snapshot jsonb NOT NULL,
    seq bigint NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX accountability_actions_round_idx ON accountability_actions (round_id, created_at);
ALTER TABLE accountability_actions ENABLE ROW LEVEL SECURITY;

ALTER TABLE attachments DROP CONSTRAINT attachments_subject_kind_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_subject_kind_check
    CHECK (subject_kind IN ('task', 'check', 'slip', 'meeting', 'publication', 'opinion', 'document', 'handover', 'systemic_problem', 'rule', 'accountability'));

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE ON appraisal_schemes, appraisals, appraisal_scores, accountability_actions TO bihuan_app;
        CREATE POLICY named ON accountability_actions TO bihuan_app
            USING (current_setting('bihuan.reader', true) = 'records' OR current_setting('bihuan.reader', true) = ANY (readers::text[]))
            WITH CHECK (true);
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_narrow') THEN
        GRANT SELECT ON appraisal_schemes, appraisals, appraisal_scores TO bihuan_narrow;
        REVOKE SELECT ON accountability_actions FROM bihuan_narrow;
    END IF;
END
$$;
