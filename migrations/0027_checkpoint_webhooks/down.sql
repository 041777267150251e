DROP INDEX webhook_deliveries_checkpoint_idx;
DELETE FROM webhook_deliveries d USING webhooks w
    WHERE w.id = d.webhook_id AND (d.checkpoint_size IS NOT NULL OR cardinality(w.unit_ids) = 0);
ALTER TABLE webhook_deliveries DROP CONSTRAINT webhook_deliveries_state_check;
ALTER TABLE webhook_deliveries ADD CONSTRAINT webhook_deliveries_state_check
    CHECK (state IN ('due', 'sending', 'delivered', 'failed'));
ALTER TABLE webhook_deliveries DROP COLUMN checkpoint_size;

DELETE FROM webhooks WHERE cardinality(unit_ids) = 0;
ALTER TABLE webhooks DROP CONSTRAINT webhooks_unit_ids_check;
ALTER TABLE webhooks ADD CONSTRAINT webhooks_unit_ids_check CHECK (cardinality(unit_ids) > 0);
ALTER TABLE webhooks DROP COLUMN checkpoint_at, DROP COLUMN checkpoint_size;
