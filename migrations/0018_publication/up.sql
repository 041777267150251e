-- Publications: the row is the fold of its events. What is published is a copy in tables of its own, without an id of ours, and the open page reads nothing else.
CREATE TABLE published_notices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    title text NOT NULL,
    published_on date NOT NULL,
    until_on date NOT NULL,
    standing text NOT NULL CHECK (standing IN ('shown', 'ended', 'replaced', 'withdrawn')),
    -- The copy; none once it is no longer shown.
    body jsonb,
    reason text,
    successor_id bigint REFERENCES published_notices ON DELETE RESTRICT,
    n_received integer NOT NULL DEFAULT 0,
    n_answered integer NOT NULL DEFAULT 0,
    CONSTRAINT published_notices_body_check CHECK ((standing = 'shown') = (body IS NOT NULL))
);

CREATE TABLE publications (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    kind text NOT NULL CHECK (kind IN ('progress', 'closures')),
    state text NOT NULL CHECK (state IN ('draft', 'signing', 'approved', 'published', 'ended', 'replaced', 'withdrawn')),
    title text NOT NULL,
    corrects_id uuid REFERENCES publications ON DELETE RESTRICT,
    notice_id bigint UNIQUE REFERENCES published_notices ON DELETE RESTRICT,
    snapshot jsonb NOT NULL,
    seq bigint NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX publications_round_idx ON publications (round_id, created_at, id);
CREATE UNIQUE INDEX publications_corrects_key ON publications (corrects_id) WHERE state <> 'withdrawn';

-- Opinions: the row is the fold of its events.
CREATE TABLE opinions (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    publication_id uuid REFERENCES publications ON DELETE RESTRICT,
    state text NOT NULL CHECK (state IN ('received', 'assigned', 'answered', 'replied', 'set_aside')),
    unit_id uuid REFERENCES units ON DELETE RESTRICT,
    task_id uuid REFERENCES tasks ON DELETE RESTRICT,
    due_on date NOT NULL,
    -- SHA-256 of its writer's code; the same form sent twice has the same.
    code_sha256 text UNIQUE,
    snapshot jsonb NOT NULL,
    seq bigint NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX opinions_round_idx ON opinions (round_id, created_at, id);
CREATE INDEX opinions_publication_idx ON opinions (publication_id);
CREATE INDEX opinions_task_idx ON opinions (task_id);

-- What the writer of an opinion reads by his code.
CREATE TABLE published_answers (
    code_sha256 text PRIMARY KEY,
    notice_id bigint NOT NULL REFERENCES published_notices ON DELETE RESTRICT,
    received_on date NOT NULL,
    standing text NOT NULL CHECK (standing IN ('received', 'working', 'answered', 'set_aside')),
    answer text,
    answered_on date
);

-- A file that comes with an opinion from the open page is sent by no account.
ALTER TABLE attachments ALTER COLUMN account_id DROP NOT NULL;
ALTER TABLE attachments DROP CONSTRAINT attachments_subject_kind_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_subject_kind_check
    CHECK (subject_kind IN ('task', 'check', 'slip', 'meeting', 'publication', 'opinion'));

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE ON published_notices, publications, opinions, published_answers TO bihuan_app;
    END IF;
END
$$;
