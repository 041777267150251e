-- Slips: the row is the fold of its events; what is looked for stands beside it.
CREATE TABLE slips (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    level text NOT NULL CHECK (level IN ('notice', 'urge', 'letter', 'interview', 'referral')),
    state text NOT NULL CHECK (state IN ('draft', 'signing', 'issued', 'received', 'answered', 'settled', 'withdrawn')),
    title text NOT NULL,
    task_id uuid REFERENCES tasks ON DELETE RESTRICT,
    unit_id uuid NOT NULL REFERENCES units ON DELETE RESTRICT,
    raised_from_id uuid REFERENCES slips ON DELETE RESTRICT,
    year integer,
    n integer,
    snapshot jsonb NOT NULL,
    seq bigint NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT slips_number_check CHECK ((year IS NULL) = (n IS NULL))
);
CREATE UNIQUE INDEX slips_number_key ON slips (round_id, level, year, n);
CREATE UNIQUE INDEX slips_raised_key ON slips (raised_from_id) WHERE state <> 'withdrawn';
CREATE INDEX slips_round_idx ON slips (round_id, created_at, id);
CREATE INDEX slips_task_idx ON slips (task_id);

-- The last number of a level, round and year; its row is the lock under which the next one is given.
CREATE TABLE slip_numbers (
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    level text NOT NULL,
    year integer NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (round_id, level, year)
);

ALTER TABLE attachments DROP CONSTRAINT attachments_subject_kind_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_subject_kind_check CHECK (subject_kind IN ('task', 'check', 'slip'));

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE ON slips, slip_numbers TO bihuan_app;
    END IF;
END
$$;
