-- Acts of the four personal duties: the row is the fold of its events; what it is about and what it was taken over from stand beside it.
CREATE TABLE personal_duties (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    head_id uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    duty text NOT NULL CHECK (duty IN ('research', 'deploy', 'coordinate', 'inspect')),
    occurred_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('unconfirmed', 'counted', 'refused', 'withdrawn')),
    snapshot jsonb NOT NULL,
    seq bigint NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX personal_duties_round_idx ON personal_duties (round_id, occurred_on, head_id);
CREATE INDEX personal_duties_head_idx ON personal_duties (head_id, round_id, occurred_on);

CREATE TABLE personal_duty_tasks (
    personal_duty_id uuid NOT NULL REFERENCES personal_duties ON DELETE RESTRICT,
    task_id uuid NOT NULL REFERENCES tasks ON DELETE RESTRICT,
    PRIMARY KEY (personal_duty_id, task_id)
);
CREATE INDEX personal_duty_tasks_task_idx ON personal_duty_tasks (task_id);

-- What was taken over, once for a head and a duty; given back when the act is refused or withdrawn.
CREATE TABLE personal_duty_sources (
    head_id uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    duty text NOT NULL CHECK (duty IN ('research', 'deploy', 'coordinate', 'inspect')),
    kind text NOT NULL,
    source_id uuid NOT NULL,
    personal_duty_id uuid NOT NULL REFERENCES personal_duties ON DELETE RESTRICT,
    PRIMARY KEY (head_id, duty, kind, source_id)
);
CREATE INDEX personal_duty_sources_act_idx ON personal_duty_sources (personal_duty_id);

-- Key problems are few, and every register asks for them.
CREATE INDEX tasks_key_idx ON tasks (round_id, id) WHERE is_key;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE ON personal_duties TO bihuan_app;
        GRANT SELECT, INSERT ON personal_duty_tasks TO bihuan_app;
        GRANT SELECT, INSERT, DELETE ON personal_duty_sources TO bihuan_app;
    END IF;
END
$$;
