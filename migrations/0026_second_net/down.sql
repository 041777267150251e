DROP POLICY IF EXISTS narrow ON weekly_statements;
DROP POLICY IF EXISTS narrow ON tasks;
DROP POLICY IF EXISTS wide ON weekly_statements;
DROP POLICY IF EXISTS wide ON tasks;
ALTER TABLE weekly_statements DISABLE ROW LEVEL SECURITY;
ALTER TABLE tasks DISABLE ROW LEVEL SECURITY;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_narrow') THEN
        ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM bihuan_narrow;
        REVOKE SELECT ON ALL TABLES IN SCHEMA public FROM bihuan_narrow;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_public') THEN
        REVOKE SELECT ON published_notices, published_answers, checkpoints, checkpoint_signatures FROM bihuan_public;
    END IF;
END
$$;
