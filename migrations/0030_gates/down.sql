ALTER TABLE round_policies DROP COLUMN pack;
DROP TABLE policy_packs;

DELETE FROM webhook_deliveries WHERE todo_id IS NOT NULL OR kind IN ('todo.opened', 'todo.done');
ALTER TABLE webhook_deliveries DROP COLUMN todo_id;
DROP TABLE todo_pushed;
DROP TABLE todo_watch;
ALTER TABLE webhooks DROP COLUMN todo_turn_at, DROP COLUMN todo_synced_at, DROP COLUMN todo_cursor;
-- A target of things to do alone asks for nothing that is left.
UPDATE webhooks SET streams = array_remove(streams, 'todo') WHERE 'todo' = ANY (streams) AND cardinality(streams) > 1;
DELETE FROM webhook_deliveries d USING webhooks w WHERE w.id = d.webhook_id AND w.streams = ARRAY['todo'];
DELETE FROM webhooks WHERE streams = ARRAY['todo'];

ALTER TABLE accounts DROP CONSTRAINT accounts_directory_check;
-- Nobody's password is here; a security administrator gives each a new one.
ALTER TABLE accounts DROP COLUMN proved_by;
