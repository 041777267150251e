-- What happened to the tasks of a round in a stretch of time.
CREATE INDEX events_of_tasks_idx ON events (round_id, at) WHERE stream_kind = 'task';

-- The clock looks at the slips that were open before it did.
INSERT INTO due_acts (act, subject_id, due_at)
    SELECT 'keep_slip_clock', id, now() FROM slips WHERE state IN ('issued', 'received') ON CONFLICT DO NOTHING;
