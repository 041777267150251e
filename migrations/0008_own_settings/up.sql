-- Where and with what somebody is logged in, shown to himself alone.
ALTER TABLE refresh_tokens ADD COLUMN source text NOT NULL DEFAULT '', ADD COLUMN agent text NOT NULL DEFAULT '';

-- What somebody wants to find in his list without being called to it.
CREATE TABLE quiet_rules (
    person_id uuid NOT NULL REFERENCES persons ON DELETE CASCADE,
    rule text NOT NULL,
    PRIMARY KEY (person_id, rule)
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT, DELETE ON quiet_rules TO bihuan_app;
    END IF;
END
$$;
