ALTER TABLE refresh_tokens DROP COLUMN second_factor;
ALTER TABLE refresh_tokens DROP COLUMN proved_at;
DROP TABLE login_steps;
DROP TABLE recovery_codes;
DROP TABLE second_factors;
DROP TABLE identity_rules;
