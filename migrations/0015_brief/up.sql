-- What happened to the tasks of a round in a stretch of time.
CREATE INDEX events_of_tasks_idx ON events (round_id, at) WHERE stream_kind = 'task';
