-- Checks on the spot: the row is the fold of its events; the tasks looked at stand beside it to be found by.
CREATE TABLE checks (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    title text NOT NULL,
    snapshot jsonb NOT NULL,
    seq bigint NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX checks_round_idx ON checks (round_id, created_at, id);

-- Tasks of a draw or of a running check without a signed result: their verification waits for it.
CREATE TABLE check_targets (
    check_id uuid NOT NULL REFERENCES checks ON DELETE CASCADE,
    task_id uuid NOT NULL REFERENCES tasks ON DELETE RESTRICT,
    PRIMARY KEY (check_id, task_id)
);
CREATE INDEX check_targets_task_idx ON check_targets (task_id);

ALTER TABLE attachments DROP CONSTRAINT attachments_subject_kind_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_subject_kind_check CHECK (subject_kind IN ('task', 'check'));

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE ON checks TO bihuan_app;
        GRANT SELECT, INSERT, DELETE ON check_targets TO bihuan_app;
    END IF;
END
$$;
