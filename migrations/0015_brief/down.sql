DROP INDEX events_of_tasks_idx;
