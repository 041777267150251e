-- Counts of tasks for every unit with all below it, kept at the end of each transaction that changes a task, its units or the tree of units.
-- docs/domain.md §2 says what is counted; a test holds the counters equal to a recount.

-- What one task adds to every count, as it stands now. Withdrawn tasks are told apart and count in nothing else.
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

-- What was added for each task; the next change takes it away again.
CREATE TABLE task_counted (
    task_id uuid PRIMARY KEY REFERENCES tasks ON DELETE RESTRICT,
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    finding_id uuid NOT NULL REFERENCES findings ON DELETE RESTRICT,
    in_units uuid[] NOT NULL,
    n_tasks integer NOT NULL,
    n_measures integer NOT NULL,
    n_closed integer NOT NULL,
    n_observing integer NOT NULL,
    n_draft integer NOT NULL,
    n_red integer NOT NULL,
    n_yellow integer NOT NULL,
    n_green integer NOT NULL,
    n_completed integer NOT NULL,
    n_sustained integer NOT NULL,
    n_in_progress integer NOT NULL,
    n_not_started integer NOT NULL,
    n_withdrawn integer NOT NULL
);

-- scope_id is a unit with all below it, or the round itself: every task. part_id is a finding, or the round itself: all findings.
CREATE TABLE task_counters (
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    scope_id uuid NOT NULL,
    part_id uuid NOT NULL,
    n_findings integer NOT NULL,
    n_tasks integer NOT NULL,
    n_measures integer NOT NULL,
    n_closed integer NOT NULL,
    n_observing integer NOT NULL,
    n_draft integer NOT NULL,
    n_red integer NOT NULL,
    n_yellow integer NOT NULL,
    n_green integer NOT NULL,
    n_completed integer NOT NULL,
    n_sustained integer NOT NULL,
    n_in_progress integer NOT NULL,
    n_not_started integer NOT NULL,
    n_withdrawn integer NOT NULL,
    PRIMARY KEY (round_id, scope_id, part_id)
) WITH (fillfactor = 70);

-- Adds what has changed about some tasks of a round. Only one transaction of a round does it at a time, and only while it ends. Whoever writes many
-- tasks may ask for all of them at once before that; what is left for the triggers is then nothing.
CREATE FUNCTION count_tasks(counted_round uuid, counted uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
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

-- A task, and its units, in one function: both name the task in a column of their own.
CREATE FUNCTION count_task() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM count_tasks(NEW.round_id, ARRAY[NEW.id]);
    RETURN NULL;
END
$$;

CREATE FUNCTION count_task_of_unit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM count_tasks(t.round_id, ARRAY[t.id]) FROM tasks t WHERE t.id = COALESCE(NEW.task_id, OLD.task_id);
    RETURN NULL;
END
$$;

CREATE FUNCTION count_tasks_of_moved_unit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM count_tasks(t.round_id, array_agg(t.id))
    FROM tasks t WHERE t.id IN (SELECT x.task_id FROM task_units x WHERE x.unit_id = NEW.id) GROUP BY t.round_id ORDER BY t.round_id;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER tasks_counted_new AFTER INSERT ON tasks DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION count_task();
CREATE CONSTRAINT TRIGGER tasks_counted AFTER UPDATE ON tasks DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN ((OLD.state, OLD.alert_level, OLD.completion_status, OLD.n_measures, OLD.finding_id)
        IS DISTINCT FROM (NEW.state, NEW.alert_level, NEW.completion_status, NEW.n_measures, NEW.finding_id))
    EXECUTE FUNCTION count_task();
CREATE CONSTRAINT TRIGGER task_units_counted_new AFTER INSERT ON task_units DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.part IN ('responsible', 'supporting')) EXECUTE FUNCTION count_task_of_unit();
CREATE CONSTRAINT TRIGGER task_units_counted_gone AFTER DELETE ON task_units DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.part IN ('responsible', 'supporting')) EXECUTE FUNCTION count_task_of_unit();
CREATE CONSTRAINT TRIGGER units_counted AFTER UPDATE ON units DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.path IS DISTINCT FROM NEW.path) EXECUTE FUNCTION count_tasks_of_moved_unit();

-- Everything anew, for what was written past the triggers.
CREATE FUNCTION recount_tasks() RETURNS void LANGUAGE sql SET search_path FROM CURRENT AS $$
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
SELECT recount_tasks();
REVOKE EXECUTE ON FUNCTION count_tasks(uuid, uuid[]), recount_tasks() FROM PUBLIC;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT ON task_counters TO bihuan_app;
        GRANT EXECUTE ON FUNCTION count_tasks(uuid, uuid[]) TO bihuan_app;
    END IF;
END
$$;
