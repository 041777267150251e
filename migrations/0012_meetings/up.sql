-- Meetings: the row is the fold of its events; what was resolved stands beside it, from the end of the meeting on, to be found by.
CREATE TABLE meetings (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    kind text NOT NULL CHECK (kind IN ('coordination', 'mobilisation', 'committee', 'group', 'democratic')),
    state text NOT NULL CHECK (state IN ('scheduled', 'open', 'concluded', 'cancelled')),
    title text NOT NULL,
    at timestamptz NOT NULL,
    snapshot jsonb NOT NULL,
    seq bigint NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX meetings_round_idx ON meetings (round_id, at, id);

CREATE TABLE resolutions (
    id uuid PRIMARY KEY,
    meeting_id uuid NOT NULL REFERENCES meetings ON DELETE RESTRICT,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    task_id uuid REFERENCES tasks ON DELETE RESTRICT,
    unit_id uuid REFERENCES units ON DELETE RESTRICT,
    person_id uuid REFERENCES persons ON DELETE RESTRICT,
    due_on date NOT NULL,
    standing text NOT NULL CHECK (standing IN ('running', 'reported', 'accepted', 'replaced')),
    text_sha256 text NOT NULL REFERENCES revisions ON DELETE RESTRICT,
    CONSTRAINT resolutions_owner_check CHECK (unit_id IS NOT NULL OR person_id IS NOT NULL)
);
CREATE INDEX resolutions_round_idx ON resolutions (round_id, due_on, id);
CREATE INDEX resolutions_left_idx ON resolutions (round_id, due_on, id) WHERE standing IN ('running', 'reported');
CREATE INDEX resolutions_meeting_idx ON resolutions (meeting_id);
CREATE INDEX resolutions_task_idx ON resolutions (task_id);

ALTER TABLE attachments DROP CONSTRAINT attachments_subject_kind_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_subject_kind_check CHECK (subject_kind IN ('task', 'check', 'slip', 'meeting'));

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE ON meetings, resolutions TO bihuan_app;
    END IF;
END
$$;
