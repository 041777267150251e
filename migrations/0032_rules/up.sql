-- The register of rules (制度): the row is the fold of its events; the tasks it answers stand beside it.
CREATE TABLE rules (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    kind text NOT NULL CHECK (kind IN ('made', 'revised', 'abolished')),
    state text NOT NULL CHECK (state IN ('draft', 'submitted', 'in_force', 'lasting', 'replaced', 'abolished', 'withdrawn')),
    owner_unit_id uuid NOT NULL REFERENCES units ON DELETE RESTRICT,
    owner_id uuid REFERENCES persons ON DELETE RESTRICT,
    supervisor_id uuid REFERENCES persons ON DELETE RESTRICT,
    snapshot jsonb NOT NULL,
    seq bigint NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX rules_round_idx ON rules (round_id, created_at, id);

CREATE TABLE rule_tasks (
    rule_id uuid NOT NULL REFERENCES rules ON DELETE RESTRICT,
    task_id uuid NOT NULL REFERENCES tasks ON DELETE RESTRICT,
    PRIMARY KEY (rule_id, task_id)
);
CREATE INDEX rule_tasks_task_idx ON rule_tasks (task_id);

ALTER TABLE attachments DROP CONSTRAINT attachments_subject_kind_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_subject_kind_check
    CHECK (subject_kind IN ('task', 'check', 'slip', 'meeting', 'publication', 'opinion', 'document', 'handover', 'systemic_problem', 'rule'));

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE ON rules TO bihuan_app;
        GRANT SELECT, INSERT, DELETE ON rule_tasks TO bihuan_app;
    END IF;
END
$$;
