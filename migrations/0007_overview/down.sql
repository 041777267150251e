DROP TRIGGER tasks_counted ON tasks;
CREATE CONSTRAINT TRIGGER tasks_counted AFTER UPDATE ON tasks DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN ((OLD.state, OLD.alert_level, OLD.completion_status, OLD.n_measures, OLD.finding_id)
        IS DISTINCT FROM (NEW.state, NEW.alert_level, NEW.completion_status, NEW.n_measures, NEW.finding_id))
    EXECUTE FUNCTION count_task();

CREATE OR REPLACE FUNCTION count_tasks(counted_round uuid, counted uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT * FROM task_shares WHERE task_id = ANY(counted)
                   EXCEPT SELECT * FROM task_counted WHERE task_id = ANY(counted)) THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('task_counters ' || counted_round, 0));
    WITH change AS (
        SELECT -1 AS sign, c.* FROM task_counted c WHERE c.task_id = ANY(counted)
        UNION ALL
        SELECT 1, s.* FROM task_shares s WHERE s.task_id = ANY(counted)
    ), delta AS (
        SELECT round_id, scope.id AS scope_id, finding_id AS part_id,
            sum(sign * n_tasks) AS n_tasks, sum(sign * n_measures) AS n_measures, sum(sign * n_closed) AS n_closed,
            sum(sign * n_observing) AS n_observing, sum(sign * n_draft) AS n_draft, sum(sign * n_red) AS n_red,
            sum(sign * n_yellow) AS n_yellow, sum(sign * n_green) AS n_green, sum(sign * n_completed) AS n_completed,
            sum(sign * n_sustained) AS n_sustained, sum(sign * n_in_progress) AS n_in_progress,
            sum(sign * n_not_started) AS n_not_started, sum(sign * n_withdrawn) AS n_withdrawn
        FROM change CROSS JOIN LATERAL unnest(round_id || in_units) AS scope(id)
        GROUP BY round_id, scope.id, finding_id
    ), of_findings AS (
        INSERT INTO task_counters AS c
        SELECT round_id, scope_id, part_id, (n_tasks > 0)::integer, n_tasks, n_measures, n_closed, n_observing, n_draft, n_red, n_yellow,
            n_green, n_completed, n_sustained, n_in_progress, n_not_started, n_withdrawn
        FROM delta
        ON CONFLICT (round_id, scope_id, part_id) DO UPDATE SET
            n_findings = (c.n_tasks + EXCLUDED.n_tasks > 0)::integer,
            n_tasks = c.n_tasks + EXCLUDED.n_tasks, n_measures = c.n_measures + EXCLUDED.n_measures,
            n_closed = c.n_closed + EXCLUDED.n_closed, n_observing = c.n_observing + EXCLUDED.n_observing,
            n_draft = c.n_draft + EXCLUDED.n_draft, n_red = c.n_red + EXCLUDED.n_red, n_yellow = c.n_yellow + EXCLUDED.n_yellow,
            n_green = c.n_green + EXCLUDED.n_green, n_completed = c.n_completed + EXCLUDED.n_completed,
            n_sustained = c.n_sustained + EXCLUDED.n_sustained, n_in_progress = c.n_in_progress + EXCLUDED.n_in_progress,
            n_not_started = c.n_not_started + EXCLUDED.n_not_started, n_withdrawn = c.n_withdrawn + EXCLUDED.n_withdrawn
        RETURNING c.round_id, c.scope_id, c.part_id, c.n_tasks
    )
    INSERT INTO task_counters AS c
    SELECT d.round_id, d.scope_id, d.round_id, sum((f.n_tasks > 0)::integer - (f.n_tasks - d.n_tasks > 0)::integer),
        sum(d.n_tasks), sum(d.n_measures), sum(d.n_closed), sum(d.n_observing), sum(d.n_draft), sum(d.n_red), sum(d.n_yellow),
        sum(d.n_green), sum(d.n_completed), sum(d.n_sustained), sum(d.n_in_progress), sum(d.n_not_started), sum(d.n_withdrawn)
    FROM delta d JOIN of_findings f USING (round_id, scope_id, part_id)
    GROUP BY d.round_id, d.scope_id
    ON CONFLICT (round_id, scope_id, part_id) DO UPDATE SET
        n_findings = c.n_findings + EXCLUDED.n_findings,
        n_tasks = c.n_tasks + EXCLUDED.n_tasks, n_measures = c.n_measures + EXCLUDED.n_measures,
        n_closed = c.n_closed + EXCLUDED.n_closed, n_observing = c.n_observing + EXCLUDED.n_observing,
        n_draft = c.n_draft + EXCLUDED.n_draft, n_red = c.n_red + EXCLUDED.n_red, n_yellow = c.n_yellow + EXCLUDED.n_yellow,
        n_green = c.n_green + EXCLUDED.n_green, n_completed = c.n_completed + EXCLUDED.n_completed,
        n_sustained = c.n_sustained + EXCLUDED.n_sustained, n_in_progress = c.n_in_progress + EXCLUDED.n_in_progress,
        n_not_started = c.n_not_started + EXCLUDED.n_not_started, n_withdrawn = c.n_withdrawn + EXCLUDED.n_withdrawn;
    DELETE FROM task_counted WHERE task_id = ANY(counted);
    INSERT INTO task_counted SELECT * FROM task_shares WHERE task_id = ANY(counted);
END
$$;

CREATE OR REPLACE FUNCTION recount_tasks() RETURNS void LANGUAGE sql SET search_path FROM CURRENT AS $$
    DELETE FROM task_counters;
    DELETE FROM task_counted;
    INSERT INTO task_counted SELECT * FROM task_shares;
    INSERT INTO task_counters
    SELECT round_id, scope.id, part.id, count(DISTINCT finding_id) FILTER (WHERE n_tasks > 0),
        sum(n_tasks), sum(n_measures), sum(n_closed), sum(n_observing), sum(n_draft), sum(n_red), sum(n_yellow),
        sum(n_green), sum(n_completed), sum(n_sustained), sum(n_in_progress), sum(n_not_started), sum(n_withdrawn)
    FROM task_counted CROSS JOIN LATERAL unnest(round_id || in_units) AS scope(id)
        CROSS JOIN LATERAL unnest(ARRAY[round_id, finding_id]) AS part(id)
    GROUP BY round_id, scope.id, part.id;
$$;
DROP VIEW task_shares;
CREATE VIEW task_shares AS
SELECT t.id AS task_id,
       t.round_id,
       t.finding_id,
       COALESCE((SELECT array_agg(DISTINCT above.id ORDER BY above.id)
                 FROM task_units x JOIN units u ON u.id = x.unit_id CROSS JOIN LATERAL unnest(u.path) AS above(id)
                 WHERE x.task_id = t.id AND x.part IN ('responsible', 'supporting')), '{}') AS in_units,
       is_live::integer AS n_tasks,
       is_live::integer * t.n_measures AS n_measures,
       (is_live AND t.state IN ('observing', 'closed'))::integer AS n_closed,
       (is_live AND t.state = 'observing')::integer AS n_observing,
       (is_live AND t.state = 'draft')::integer AS n_draft,
       (is_live AND t.alert_level = 'red')::integer AS n_red,
       (is_live AND t.alert_level = 'yellow')::integer AS n_yellow,
       (is_live AND t.alert_level = 'green')::integer AS n_green,
       (is_live AND t.completion_status = 'completed')::integer AS n_completed,
       (is_live AND t.completion_status = 'sustained')::integer AS n_sustained,
       (is_live AND t.completion_status = 'in_progress')::integer AS n_in_progress,
       (is_live AND t.completion_status = 'not_started')::integer AS n_not_started,
       (NOT is_live)::integer AS n_withdrawn
FROM tasks t CROSS JOIN LATERAL (SELECT t.state <> 'withdrawn') AS live(is_live);

ALTER TABLE task_counted DROP COLUMN lead_unit_id, DROP COLUMN due_on, DROP COLUMN closed_on;
DROP TABLE lead_counters, day_counters;
DROP INDEX notifications_unread_idx, tasks_wish_idx, tasks_observing_idx;
ALTER TABLE sign_requests DROP COLUMN decided_at;
ALTER TABLE weekly_statements DROP COLUMN answered_at;
DROP INDEX weekly_statements_waiting_idx;
ALTER TABLE tasks DROP COLUMN closed_on;
