-- Handover lists: the row is the fold of its events.
CREATE TABLE handovers (
    id uuid PRIMARY KEY,
    from_id uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    to_id uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    unit_id uuid NOT NULL REFERENCES units ON DELETE RESTRICT,
    state text NOT NULL CHECK (state IN ('prepared', 'given', 'done', 'withdrawn')),
    snapshot jsonb NOT NULL,
    seq bigint NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK (from_id <> to_id)
);
CREATE INDEX handovers_from_idx ON handovers (from_id, state);
CREATE INDEX handovers_to_idx ON handovers (to_id, state);
CREATE INDEX handovers_created_idx ON handovers (created_at, id);

-- What somebody still answers for, and whose post has ended, are asked by person and by day.
CREATE INDEX resolutions_person_idx ON resolutions (person_id) WHERE standing IN ('running', 'reported');
CREATE INDEX memberships_ended_idx ON memberships (to_on, person_id) WHERE to_on IS NOT NULL;

ALTER TABLE attachments DROP CONSTRAINT attachments_subject_kind_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_subject_kind_check
    CHECK (subject_kind IN ('task', 'check', 'slip', 'meeting', 'publication', 'opinion', 'document', 'handover'));

-- What another system calls a person or a unit; whether a person has left, and was taken out of what that system sees.
ALTER TABLE persons ADD COLUMN external_id text UNIQUE, ADD COLUMN left_on date, ADD COLUMN removed_on date;
ALTER TABLE units ADD COLUMN external_id text UNIQUE;

-- The secret address of a person's calendar, by the hash of its token.
CREATE TABLE calendar_links (
    account_id uuid PRIMARY KEY REFERENCES accounts ON DELETE RESTRICT,
    token_sha256 text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE ON handovers TO bihuan_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON calendar_links TO bihuan_app;
    END IF;
END
$$;
