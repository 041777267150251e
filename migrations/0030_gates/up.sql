-- By what somebody proves who he is: his password here, or the group's directory, which is asked each time (docs/domain.md §35).
ALTER TABLE accounts ADD COLUMN proved_by text NOT NULL DEFAULT 'local' CHECK (proved_by IN ('local', 'directory'));
ALTER TABLE accounts ADD CONSTRAINT accounts_directory_check
    CHECK (proved_by = 'local' OR NOT is_service AND password_hash = '' AND NOT must_change_password);

-- What waits for people, as systems that ask for it were told of it.
ALTER TABLE webhooks
    -- The place in the order of events up to which it was asked whose list may have changed.
    ADD COLUMN todo_cursor bigint NOT NULL DEFAULT 0,
    -- When it was last asked who has an account within its units; none before the first time.
    ADD COLUMN todo_synced_at timestamptz,
    -- When lists were last looked at for it, so that targets take turns.
    ADD COLUMN todo_turn_at timestamptz;

CREATE TABLE todo_watch (
    webhook_id uuid NOT NULL REFERENCES webhooks ON DELETE RESTRICT,
    person_id uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    looked_at timestamptz NOT NULL,
    -- Something happened that may have changed his list.
    is_stale boolean NOT NULL,
    PRIMARY KEY (webhook_id, person_id)
);
CREATE INDEX todo_watch_looked_idx ON todo_watch (webhook_id, looked_at);

CREATE TABLE todo_pushed (
    id uuid PRIMARY KEY,
    webhook_id uuid NOT NULL REFERENCES webhooks ON DELETE RESTRICT,
    person_id uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    -- What is to be done with what.
    key text NOT NULL,
    -- The one thing it is about; none where it is about several.
    subject_id uuid,
    -- As it was told, to be said once more when it is done.
    told jsonb NOT NULL,
    opened_at timestamptz NOT NULL,
    done_at timestamptz
);
CREATE UNIQUE INDEX todo_pushed_open_idx ON todo_pushed (webhook_id, person_id, key) WHERE done_at IS NULL;
CREATE INDEX todo_pushed_subject_idx ON todo_pushed (webhook_id, subject_id) WHERE done_at IS NULL;
CREATE INDEX todo_pushed_done_idx ON todo_pushed (done_at) WHERE done_at IS NOT NULL;

-- Of what it says that it waits or is done; none where it says something else.
ALTER TABLE webhook_deliveries ADD COLUMN todo_id uuid REFERENCES todo_pushed ON DELETE SET NULL;
CREATE INDEX webhook_deliveries_todo_idx ON webhook_deliveries (todo_id) WHERE todo_id IS NOT NULL;

-- Policy packs that were loaded here; those that ship with the product stand in its code (docs/domain.md §47).
CREATE TABLE policy_packs (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    version text NOT NULL,
    -- The file as it was loaded.
    body text NOT NULL,
    sha256 text NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    created_at timestamptz NOT NULL,
    UNIQUE (name, version)
);
-- The pack a policy was taken from: its name, version and digest; none where it was set by hand.
ALTER TABLE round_policies ADD COLUMN pack jsonb;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        -- What was done a month ago is taken away, and whoever has left.
        GRANT SELECT, INSERT, UPDATE, DELETE ON todo_watch, todo_pushed TO bihuan_app;
        GRANT SELECT, INSERT ON policy_packs TO bihuan_app;
    END IF;
END
$$;
