-- Notices that leave the page: by mail, and by the robot of a chat; whom they reach, which rules go out, and what became of each.
CREATE TABLE told_by (
    person_id uuid PRIMARY KEY REFERENCES persons ON DELETE CASCADE,
    mail text,
    robot_kind text CHECK (robot_kind IN ('wecom', 'dingtalk', 'feishu')),
    robot_url text,
    -- One message in the morning instead of one for each notice.
    is_digest boolean NOT NULL,
    CHECK ((robot_kind IS NULL) = (robot_url IS NULL))
);

-- Which rules go out, by rule and channel; a rule that is not named follows the product's own choice.
CREATE TABLE channel_rules (
    id uuid PRIMARY KEY,
    rules jsonb NOT NULL,
    seq bigint NOT NULL
);

ALTER TABLE deliveries DROP CONSTRAINT deliveries_channel_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_channel_check CHECK (channel IN ('inbox', 'mail', 'robot'));
ALTER TABLE deliveries DROP CONSTRAINT deliveries_state_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_state_check CHECK (state IN ('due', 'sending', 'done', 'failed', 'dropped'));
ALTER TABLE deliveries ADD COLUMN fault text;
ALTER TABLE deliveries ADD COLUMN done_at timestamptz;
CREATE INDEX deliveries_due_idx ON deliveries (next_at) WHERE state IN ('due', 'sending');
CREATE INDEX deliveries_failed_idx ON deliveries (next_at) WHERE state = 'failed';

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, UPDATE ON told_by, channel_rules TO bihuan_app;
    END IF;
END
$$;
