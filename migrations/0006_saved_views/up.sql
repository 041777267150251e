-- The ledger as people look at it: in other orders than that of its numbers, each by an index that a page is read from, and as views they keep.

-- What has no due date is ordered by its review, and behind everything where it has neither: as the column shows them.
CREATE INDEX tasks_due_order_idx ON tasks (round_id, (COALESCE(due_on, review_on, DATE '9999-12-31')), ordinal, id);
CREATE INDEX tasks_light_order_idx ON tasks
    (round_id, (CASE alert_level WHEN 'red' THEN 0 WHEN 'yellow' THEN 1 WHEN 'green' THEN 2 ELSE 3 END), ordinal, id);

-- The tasks of one finding in their order; it also finds what the plain index of findings found.
CREATE INDEX tasks_finding_order_idx ON tasks (finding_id, ordinal, id);
DROP INDEX tasks_finding_idx;

-- body: filter, sort, group and columns, as the page's address and its table have them.
CREATE TABLE saved_views (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    name text NOT NULL CHECK (name <> ''),
    is_shared boolean NOT NULL,
    body jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (round_id, account_id, name)
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON saved_views TO bihuan_app;
    END IF;
END
$$;
