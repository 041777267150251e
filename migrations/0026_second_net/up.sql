-- What is read outside is read by a role that sees nothing else. What is read for somebody who sees a part only is read by a role to which the
-- database shows no task but his (docs/domain.md §19); everybody else reads and writes as before, and the owner is not held back.
ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
ALTER TABLE weekly_statements ENABLE ROW LEVEL SECURITY;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_public') THEN
        GRANT SELECT ON published_notices, published_answers, checkpoints, checkpoint_signatures TO bihuan_public;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        CREATE POLICY wide ON tasks TO bihuan_app USING (true) WITH CHECK (true);
        CREATE POLICY wide ON weekly_statements TO bihuan_app USING (true) WITH CHECK (true);
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_narrow') THEN
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO bihuan_narrow;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO bihuan_narrow;
        CREATE POLICY narrow ON tasks FOR SELECT TO bihuan_narrow USING (
            state <> 'draft' AND (
                EXISTS (
                    SELECT FROM task_people p WHERE p.task_id = tasks.id AND p.part IN ('leader', 'cross_checker')
                    AND p.person_id = ANY (current_setting('bihuan.persons')::uuid[])
                ) OR EXISTS (
                    SELECT FROM task_units x JOIN units u ON u.id = x.unit_id
                    WHERE x.task_id = tasks.id AND u.path && current_setting('bihuan.units')::uuid[]
                )
            )
        );
        CREATE POLICY narrow ON weekly_statements FOR SELECT TO bihuan_narrow
            USING (EXISTS (SELECT FROM tasks t WHERE t.id = weekly_statements.task_id));
    END IF;
END
$$;
