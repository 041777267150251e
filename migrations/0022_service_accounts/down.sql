DROP TABLE api_keys;
DROP TABLE service_accounts;
UPDATE accounts SET status = 'disabled' WHERE is_service;
ALTER TABLE accounts DROP CONSTRAINT accounts_service_check;
ALTER TABLE accounts DROP CONSTRAINT accounts_active_check;
ALTER TABLE accounts ADD CONSTRAINT accounts_check1 CHECK (status <> 'active' OR role IS NOT NULL OR duty IS NOT NULL);
ALTER TABLE accounts DROP COLUMN is_service;
