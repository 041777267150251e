DELETE FROM due_acts WHERE act = 'keep_slip_clock';
DROP INDEX events_of_tasks_idx;
