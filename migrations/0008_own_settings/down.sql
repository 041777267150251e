DROP TABLE quiet_rules;
ALTER TABLE refresh_tokens DROP COLUMN source, DROP COLUMN agent;
