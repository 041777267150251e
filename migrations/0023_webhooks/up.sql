-- Where other systems are told by themselves of what happened, and what became of each message.
CREATE TABLE webhooks (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES service_accounts ON DELETE RESTRICT,
    url text NOT NULL,
    streams text[] NOT NULL CHECK (cardinality(streams) > 0),
    -- What a key that reads events would open.
    unit_ids uuid[] NOT NULL CHECK (cardinality(unit_ids) > 0),
    expires_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'gone', 'ended')),
    -- The place in the order of events up to which messages were made.
    cursor bigint NOT NULL,
    -- Where the last attempt failed, no other is made before.
    rests_until timestamptz,
    granted_by uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    created_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX webhooks_account_idx ON webhooks (account_id, created_at);

CREATE TABLE webhook_deliveries (
    id uuid PRIMARY KEY,
    webhook_id uuid NOT NULL REFERENCES webhooks ON DELETE RESTRICT,
    -- None where it only tries the target out.
    position bigint,
    kind text NOT NULL,
    -- As it is signed and sent, the same at every attempt.
    body text NOT NULL,
    state text NOT NULL CHECK (state IN ('due', 'sending', 'delivered', 'failed')),
    attempts integer NOT NULL,
    next_at timestamptz NOT NULL,
    -- The last attempts, each with its moment and what became of it.
    tries jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    done_at timestamptz,
    UNIQUE (webhook_id, position)
);
CREATE INDEX webhook_deliveries_due_idx ON webhook_deliveries (next_at) WHERE state IN ('due', 'sending');
CREATE INDEX webhook_deliveries_hook_idx ON webhook_deliveries (webhook_id, created_at DESC);
CREATE INDEX webhook_deliveries_done_idx ON webhook_deliveries (done_at) WHERE done_at IS NOT NULL;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE ON webhooks TO bihuan_app;
        -- What was done a month ago is taken away: the events it told of stay.
        GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_deliveries TO bihuan_app;
    END IF;
END
$$;
