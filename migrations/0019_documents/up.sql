-- Documents: the row is the fold of its events; words, records and what is signed are revisions.
CREATE TABLE documents (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    kind text NOT NULL CHECK (kind IN ('plan', 'report', 'progress', 'notice', 'weekly', 'duties')),
    state text NOT NULL CHECK (state IN ('draft', 'signing', 'filed', 'withdrawn')),
    title text NOT NULL,
    as_of timestamptz NOT NULL,
    corrects_id uuid REFERENCES documents ON DELETE RESTRICT,
    snapshot jsonb NOT NULL,
    seq bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX documents_round_idx ON documents (round_id, created_at DESC, id);
-- One correction of a version at a time.
CREATE UNIQUE INDEX documents_corrects_key ON documents (corrects_id) WHERE state <> 'withdrawn';

-- Templates by kind and version; what documents were made with stays for ever.
CREATE TABLE document_templates (
    kind text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    sha256 text NOT NULL,
    body bytea NOT NULL,
    filename text NOT NULL,
    -- Nobody: it came with the program.
    account_id uuid REFERENCES accounts ON DELETE RESTRICT,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (kind, version)
);

ALTER TABLE attachments DROP CONSTRAINT attachments_subject_kind_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_subject_kind_check
    CHECK (subject_kind IN ('task', 'check', 'slip', 'meeting', 'publication', 'opinion', 'document'));

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE ON documents TO bihuan_app;
        GRANT SELECT, INSERT ON document_templates TO bihuan_app;
    END IF;
END
$$;
