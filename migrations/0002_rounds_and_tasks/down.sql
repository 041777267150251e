DROP TABLE imports, plan_package_items, plan_packages, signatures, sign_requests, weekly_statements, milestones, measures,
    task_people, task_units, tasks, findings, aspects, round_policies;

ALTER TABLE rounds
    DROP CONSTRAINT rounds_state_check,
    DROP COLUMN inspected_org,
    DROP COLUMN inspection_level,
    DROP COLUMN inspection_from_on,
    DROP COLUMN inspection_to_on,
    DROP COLUMN feedback_on,
    DROP COLUMN feedback_document,
    DROP COLUMN plan_approved_on,
    DROP COLUMN plan_document,
    DROP COLUMN mobilised_on,
    DROP COLUMN concentrated_until,
    DROP COLUMN report_due_on,
    DROP COLUMN report_due_text,
    DROP COLUMN policy_version;
