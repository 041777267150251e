DROP TABLE saved_views;
CREATE INDEX tasks_finding_idx ON tasks (finding_id);
DROP INDEX tasks_finding_order_idx, tasks_light_order_idx, tasks_due_order_idx;
