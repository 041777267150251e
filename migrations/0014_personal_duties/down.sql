DROP INDEX tasks_key_idx;
DROP TABLE personal_duty_sources;
DROP TABLE personal_duty_tasks;
DROP TABLE personal_duties;
