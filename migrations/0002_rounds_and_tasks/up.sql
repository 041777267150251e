-- A round's dates, policy, aspects and findings; tasks with what lists and inboxes search by; sign requests and statements.

ALTER TABLE rounds
    ADD COLUMN inspected_org text NOT NULL DEFAULT '',
    ADD COLUMN inspection_level text NOT NULL DEFAULT 'enterprise',
    ADD COLUMN inspection_from_on date,
    ADD COLUMN inspection_to_on date,
    ADD COLUMN feedback_on date,
    ADD COLUMN feedback_document text NOT NULL DEFAULT '',
    ADD COLUMN plan_approved_on date,
    ADD COLUMN plan_document text NOT NULL DEFAULT '',
    ADD COLUMN mobilised_on date,
    ADD COLUMN concentrated_until date,
    ADD COLUMN report_due_on date,
    ADD COLUMN report_due_text text NOT NULL DEFAULT '',
    ADD COLUMN policy_version integer NOT NULL DEFAULT 1,
    ADD CONSTRAINT rounds_state_check CHECK (state IN ('draft', 'active', 'closed'));

CREATE TABLE round_policies (
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    version integer NOT NULL,
    body jsonb NOT NULL,
    basis text NOT NULL,
    valid_from timestamptz NOT NULL,
    PRIMARY KEY (round_id, version)
);

CREATE TABLE aspects (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    ordinal integer NOT NULL,
    title text NOT NULL,
    UNIQUE (round_id, ordinal),
    UNIQUE (round_id, title)
);

CREATE TABLE findings (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    aspect_id uuid NOT NULL REFERENCES aspects ON DELETE RESTRICT,
    ordinal integer NOT NULL,
    number text NOT NULL,
    body text NOT NULL,
    source text NOT NULL DEFAULT '',
    feedback_document text NOT NULL DEFAULT '',
    amount numeric(18, 2),
    basis text NOT NULL DEFAULT '',
    period text NOT NULL DEFAULT '',
    first_occurred_on date,
    scope text CHECK (scope IN ('individual', 'systemic')),
    sensitivity text NOT NULL DEFAULT 'open' CHECK (sensitivity IN ('open', 'internal', 'secret', 'referred')),
    extra jsonb NOT NULL DEFAULT '{}',
    UNIQUE (round_id, number)
);
CREATE INDEX findings_aspect_idx ON findings (aspect_id, ordinal);

CREATE TABLE tasks (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    finding_id uuid NOT NULL REFERENCES findings ON DELETE RESTRICT,
    ordinal bigint NOT NULL,
    number text NOT NULL,
    item_number text NOT NULL DEFAULT '',
    title text NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'issued', 'planning', 'plan_review', 'rectifying', 'closure_review', 'observing', 'closed', 'withdrawn')),
    disposition text CHECK (disposition IN ('immediate', 'dated', 'staged', 'sustained')),
    sensitivity text NOT NULL CHECK (sensitivity IN ('open', 'internal', 'secret', 'referred')),
    completion_status text NOT NULL CHECK (completion_status IN ('completed', 'sustained', 'in_progress', 'not_started')),
    alert_level text NOT NULL CHECK (alert_level IN ('none', 'green', 'yellow', 'red')),
    alert_reasons jsonb NOT NULL DEFAULT '[]',
    lead_unit_id uuid REFERENCES units ON DELETE RESTRICT,
    lead_leader_id uuid REFERENCES persons ON DELETE RESTRICT,
    principal_person_id uuid REFERENCES persons ON DELETE RESTRICT,
    due_on date,
    original_due_on date,
    review_on date,
    n_measures integer NOT NULL,
    progress_done integer NOT NULL,
    progress_all integer NOT NULL,
    n_doubts integer NOT NULL DEFAULT 0,
    is_key boolean NOT NULL DEFAULT false,
    snapshot jsonb NOT NULL,
    extra jsonb NOT NULL DEFAULT '{}',
    source_digest text,
    grams text[] NOT NULL DEFAULT '{}',
    seq bigint NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (round_id, number)
);
CREATE INDEX tasks_round_ordinal_idx ON tasks (round_id, ordinal, id);
CREATE INDEX tasks_finding_idx ON tasks (finding_id);
CREATE INDEX tasks_round_state_idx ON tasks (round_id, state);
CREATE INDEX tasks_round_due_idx ON tasks (round_id, due_on);
CREATE INDEX tasks_lead_unit_idx ON tasks (lead_unit_id);
CREATE INDEX tasks_grams_idx ON tasks USING gin (grams);

-- Every unit of a task, in every part it plays.
CREATE TABLE task_units (
    task_id uuid NOT NULL REFERENCES tasks ON DELETE RESTRICT,
    unit_id uuid NOT NULL REFERENCES units ON DELETE RESTRICT,
    part text NOT NULL CHECK (part IN ('responsible', 'supporting', 'milestone', 'former')),
    ordinal integer NOT NULL,
    PRIMARY KEY (task_id, part, unit_id)
);
CREATE INDEX task_units_unit_idx ON task_units (unit_id, task_id);

CREATE TABLE task_people (
    task_id uuid NOT NULL REFERENCES tasks ON DELETE RESTRICT,
    person_id uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    part text NOT NULL CHECK (part IN ('leader', 'person', 'cross_checker', 'unit_leader')),
    ordinal integer NOT NULL,
    PRIMARY KEY (task_id, part, person_id)
);
CREATE INDEX task_people_person_idx ON task_people (person_id, part, task_id);

CREATE TABLE measures (
    id uuid PRIMARY KEY,
    task_id uuid NOT NULL REFERENCES tasks ON DELETE RESTRICT,
    ordinal integer NOT NULL,
    number text NOT NULL,
    body text NOT NULL,
    due_on date,
    is_excused boolean NOT NULL DEFAULT false,
    UNIQUE (task_id, ordinal)
);

CREATE TABLE milestones (
    id uuid PRIMARY KEY,
    task_id uuid NOT NULL REFERENCES tasks ON DELETE RESTRICT,
    measure_id uuid REFERENCES measures ON DELETE RESTRICT,
    ordinal integer NOT NULL,
    title text NOT NULL,
    proof text,
    due_on date,
    unit_id uuid REFERENCES units ON DELETE RESTRICT,
    done_on date
);
CREATE INDEX milestones_task_idx ON milestones (task_id, ordinal);
CREATE INDEX milestones_due_idx ON milestones (due_on) WHERE done_on IS NULL;

CREATE TABLE weekly_statements (
    task_id uuid NOT NULL REFERENCES tasks ON DELETE RESTRICT,
    unit_id uuid NOT NULL REFERENCES units ON DELETE RESTRICT,
    week text NOT NULL CHECK (week ~ '^[0-9]{4}-W[0-9]{2}$'),
    revision smallint NOT NULL,
    revision_sha256 text NOT NULL REFERENCES revisions ON DELETE RESTRICT,
    submitted_at timestamptz NOT NULL,
    submitted_by uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    is_late boolean NOT NULL,
    is_after_cut_off boolean NOT NULL,
    reply text NOT NULL CHECK (reply IN ('waiting', 'acknowledged', 'returned')),
    is_newest boolean NOT NULL,
    PRIMARY KEY (task_id, unit_id, week, revision)
);
CREATE UNIQUE INDEX weekly_statements_newest_key ON weekly_statements (task_id, unit_id, week) WHERE is_newest;
CREATE INDEX weekly_statements_week_idx ON weekly_statements (week, unit_id);

CREATE TABLE sign_requests (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('plan', 'amendment', 'closure', 'extension', 'reassignment', 'withdrawal')),
    subject_kind text NOT NULL CHECK (subject_kind = 'task'),
    task_id uuid NOT NULL REFERENCES tasks ON DELETE RESTRICT,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    revision_sha256 text NOT NULL REFERENCES revisions ON DELETE RESTRICT,
    policy_version integer NOT NULL,
    chain jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'granted', 'returned', 'recalled', 'voided')),
    submitted_by uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    submitted_at timestamptz NOT NULL,
    waits_for text,
    waits_for_person_id uuid REFERENCES persons ON DELETE RESTRICT,
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE
);
CREATE UNIQUE INDEX sign_requests_open_key ON sign_requests (task_id, kind) WHERE state = 'open';
CREATE INDEX sign_requests_waiting_idx ON sign_requests (round_id, waits_for, submitted_at) WHERE state = 'open';
CREATE INDEX sign_requests_person_idx ON sign_requests (waits_for_person_id) WHERE state = 'open';

CREATE TABLE signatures (
    id uuid PRIMARY KEY,
    sign_request_id uuid NOT NULL REFERENCES sign_requests ON DELETE RESTRICT,
    step smallint NOT NULL,
    who text NOT NULL,
    nth smallint NOT NULL,
    person_id uuid REFERENCES persons ON DELETE RESTRICT,
    submitted_by uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    verdict text NOT NULL CHECK (verdict IN ('approve', 'return')),
    mode text NOT NULL CHECK (mode IN ('electronic', 'paper', 'meeting', 'delegated')),
    words_sha256 text REFERENCES revisions ON DELETE RESTRICT,
    recorded_by uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    confirmed_by uuid REFERENCES persons ON DELETE RESTRICT,
    stand_in_id uuid REFERENCES persons ON DELETE RESTRICT,
    occurred_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'effective', 'voided')),
    -- What no bug may break: nobody signs what he handed in, a verifier least of all; a second officer is another person.
    CONSTRAINT signatures_not_own_check CHECK (person_id IS NULL OR person_id <> submitted_by OR state = 'voided'),
    CONSTRAINT signatures_second_officer_check CHECK (confirmed_by IS NULL OR confirmed_by <> recorded_by),
    CONSTRAINT signatures_person_check CHECK (person_id IS NOT NULL OR mode = 'meeting')
);
CREATE UNIQUE INDEX signatures_person_key ON signatures (sign_request_id, person_id) WHERE state <> 'voided';
CREATE INDEX signatures_person_idx ON signatures (person_id, recorded_at);

-- One cover for all plans a unit hands in together.
CREATE TABLE plan_packages (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    unit_id uuid NOT NULL REFERENCES units ON DELETE RESTRICT,
    cover_sha256 text NOT NULL REFERENCES revisions ON DELETE RESTRICT,
    submitted_by uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    submitted_at timestamptz NOT NULL
);
CREATE TABLE plan_package_items (
    plan_package_id uuid NOT NULL REFERENCES plan_packages ON DELETE RESTRICT,
    sign_request_id uuid NOT NULL REFERENCES sign_requests ON DELETE RESTRICT,
    PRIMARY KEY (plan_package_id, sign_request_id)
);

CREATE TABLE imports (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    filename text NOT NULL,
    blob_sha256 text NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    report jsonb NOT NULL,
    n_created integer NOT NULL,
    n_updated integer NOT NULL,
    n_unchanged integer NOT NULL,
    n_kept integer NOT NULL,
    committed_at timestamptz NOT NULL
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON
            rounds, aspects, findings, tasks, task_units, task_people, measures, milestones, weekly_statements,
            sign_requests, signatures, imports, plan_packages, plan_package_items TO bihuan_app;
        GRANT SELECT, INSERT ON round_policies TO bihuan_app;
    END IF;
END
$$;
