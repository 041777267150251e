-- Targets that are told of signed checkpoints: the newest, and never an older one behind it.
ALTER TABLE webhooks
    -- Size of the newest checkpoint a message was made of; 0 before the first.
    ADD COLUMN checkpoint_size bigint NOT NULL DEFAULT 0,
    -- When that was; the next is not made at once.
    ADD COLUMN checkpoint_at timestamptz;
-- A checkpoint is about no unit.
ALTER TABLE webhooks DROP CONSTRAINT webhooks_unit_ids_check;
ALTER TABLE webhooks ADD CONSTRAINT webhooks_unit_ids_check CHECK (cardinality(unit_ids) > 0 OR streams = ARRAY['checkpoint']);

ALTER TABLE webhook_deliveries
    -- Of the checkpoint it tells of; none where it tells of something else.
    ADD COLUMN checkpoint_size bigint;
ALTER TABLE webhook_deliveries DROP CONSTRAINT webhook_deliveries_state_check;
ALTER TABLE webhook_deliveries ADD CONSTRAINT webhook_deliveries_state_check
    CHECK (state IN ('due', 'sending', 'delivered', 'failed', 'replaced'));
CREATE UNIQUE INDEX webhook_deliveries_checkpoint_idx ON webhook_deliveries (webhook_id, checkpoint_size)
    WHERE checkpoint_size IS NOT NULL;
