-- The ground everything stands on: events and revisions, the organisation, accounts and sessions, files, drafts, notices, the calendar.

CREATE TABLE events (
    stream_kind text NOT NULL,
    stream_id uuid NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL,
    schema_version smallint NOT NULL,
    at timestamptz NOT NULL,
    account_id uuid,
    person_id uuid,
    role text NOT NULL,
    unit_id uuid,
    address text NOT NULL,
    request_id text NOT NULL,
    round_id uuid,
    payload text NOT NULL,
    alg text NOT NULL,
    prev_hash text NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (stream_kind, stream_id, seq)
);

CREATE TABLE pending_events (
    stream_kind text NOT NULL,
    stream_id uuid NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (stream_kind, stream_id, seq),
    FOREIGN KEY (stream_kind, stream_id, seq) REFERENCES events ON DELETE RESTRICT
);

-- The gapless order of all events; written by one sealer at a time.
CREATE TABLE event_positions (
    position bigint PRIMARY KEY,
    stream_kind text NOT NULL,
    stream_id uuid NOT NULL,
    seq bigint NOT NULL,
    UNIQUE (stream_kind, stream_id, seq),
    FOREIGN KEY (stream_kind, stream_id, seq) REFERENCES events ON DELETE RESTRICT
);

CREATE TABLE revisions (
    sha256 text PRIMARY KEY,
    alg text NOT NULL,
    kind text NOT NULL,
    body text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE units (
    id uuid PRIMARY KEY,
    code text NOT NULL UNIQUE,
    name text NOT NULL UNIQUE,
    aliases text[] NOT NULL DEFAULT '{}',
    kind text NOT NULL CHECK (kind IN ('group', 'department', 'subsidiary', 'plant', 'organ', 'other')),
    parent_id uuid REFERENCES units ON DELETE RESTRICT,
    path uuid[] NOT NULL,
    ordinal integer NOT NULL DEFAULT 0,
    handling_unit_id uuid REFERENCES units ON DELETE RESTRICT,
    retired_on date,
    seq bigint NOT NULL,
    version bigint NOT NULL
);
CREATE INDEX units_path_idx ON units USING gin (path);

CREATE TABLE persons (
    id uuid PRIMARY KEY,
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    seq bigint NOT NULL,
    version bigint NOT NULL
);
CREATE INDEX persons_name_idx ON persons (name);

CREATE TABLE memberships (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    unit_id uuid NOT NULL REFERENCES units ON DELETE RESTRICT,
    post text NOT NULL,
    is_head boolean NOT NULL,
    is_home boolean NOT NULL,
    is_secondment boolean NOT NULL DEFAULT false,
    from_on date NOT NULL,
    to_on date,
    CHECK (to_on IS NULL OR to_on >= from_on)
);
CREATE INDEX memberships_person_idx ON memberships (person_id);
CREATE INDEX memberships_unit_idx ON memberships (unit_id);

CREATE TABLE delegations (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    stand_in_id uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    from_on date NOT NULL,
    to_on date,
    document text NOT NULL,
    granted_by text NOT NULL,
    revoked_on date,
    CHECK (person_id <> stand_in_id)
);
CREATE INDEX delegations_stand_in_idx ON delegations (stand_in_id);

CREATE TABLE accounts (
    id uuid PRIMARY KEY,
    person_id uuid UNIQUE REFERENCES persons ON DELETE RESTRICT,
    login text NOT NULL UNIQUE CHECK (login = lower(login)),
    display_name text NOT NULL,
    role text CHECK (role IN ('leader', 'unit', 'supervisor')),
    duty text CHECK (duty IN ('sys_admin', 'security_admin', 'auditor')),
    status text NOT NULL CHECK (status IN ('inactive', 'active', 'disabled')),
    password_hash text NOT NULL,
    must_change_password boolean NOT NULL,
    epoch integer NOT NULL DEFAULT 1,
    seq bigint NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    last_login_at timestamptz,
    -- Three separated duties, none with a right over a task.
    CHECK (role IS NULL OR duty IS NULL),
    CHECK (status <> 'active' OR role IS NOT NULL OR duty IS NOT NULL),
    CHECK (role IS NULL OR person_id IS NOT NULL)
);

CREATE TABLE login_failures (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login text NOT NULL,
    source text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX login_failures_idx ON login_failures (login, source, at);

CREATE TABLE refresh_tokens (
    sha256 text PRIMARY KEY,
    family_id uuid NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    epoch integer NOT NULL,
    issued_at timestamptz NOT NULL,
    family_started_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX refresh_tokens_family_idx ON refresh_tokens (family_id);
CREATE INDEX refresh_tokens_account_idx ON refresh_tokens (account_id);

CREATE TABLE idempotency_keys (
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    key text NOT NULL,
    route text NOT NULL,
    body_sha256 text NOT NULL,
    response jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, key)
);

CREATE TABLE blobs (
    sha256 text PRIMARY KEY,
    alg text NOT NULL,
    size bigint NOT NULL,
    media_type text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE attachments (
    id uuid PRIMARY KEY,
    blob_sha256 text NOT NULL REFERENCES blobs ON DELETE RESTRICT,
    subject_kind text NOT NULL CHECK (subject_kind IN ('task')),
    subject_id uuid NOT NULL,
    purpose text NOT NULL,
    filename text NOT NULL,
    occurred_on date,
    received_at timestamptz NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT
);
CREATE INDEX attachments_subject_idx ON attachments (subject_kind, subject_id);

CREATE TABLE download_tickets (
    sha256 text PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    attachment_id uuid NOT NULL REFERENCES attachments ON DELETE RESTRICT,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE TABLE drafts (
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    form text NOT NULL,
    subject text NOT NULL,
    body jsonb NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, form, subject)
);

CREATE TABLE notifications (
    id uuid PRIMARY KEY,
    rule text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    due_on date NOT NULL,
    recipient_id uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    params jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    read_at timestamptz,
    UNIQUE (rule, subject_kind, subject_id, due_on, recipient_id)
);
CREATE INDEX notifications_recipient_idx ON notifications (recipient_id, created_at DESC);

CREATE TABLE deliveries (
    notification_id uuid NOT NULL REFERENCES notifications ON DELETE CASCADE,
    channel text NOT NULL CHECK (channel IN ('inbox')),
    state text NOT NULL CHECK (state IN ('due', 'done', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    PRIMARY KEY (notification_id, channel)
);

-- What the clock owes: one row per act, subject and moment, claimed with SKIP LOCKED.
CREATE TABLE due_acts (
    act text NOT NULL,
    subject_id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    done_at timestamptz,
    PRIMARY KEY (act, subject_id, due_at)
);
CREATE INDEX due_acts_due_idx ON due_acts (due_at) WHERE done_at IS NULL;

CREATE TABLE calendar_years (
    year integer PRIMARY KEY,
    notice text NOT NULL,
    days jsonb NOT NULL
);

CREATE TABLE rounds (
    id uuid PRIMARY KEY,
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    state text NOT NULL DEFAULT 'draft',
    seq bigint NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE round_assignments (
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    person_id uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    kind text NOT NULL CHECK (kind IN ('office', 'team')),
    unit_ids uuid[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (round_id, person_id, kind)
);
CREATE INDEX round_assignments_person_idx ON round_assignments (person_id);

CREATE TABLE leading_group_members (
    round_id uuid NOT NULL REFERENCES rounds ON DELETE RESTRICT,
    person_id uuid NOT NULL REFERENCES persons ON DELETE RESTRICT,
    post text NOT NULL CHECK (post IN ('head', 'deputy', 'member')),
    is_principal boolean NOT NULL DEFAULT false,
    is_second boolean NOT NULL DEFAULT false,
    ordinal integer NOT NULL,
    PRIMARY KEY (round_id, person_id)
);
CREATE UNIQUE INDEX leading_group_members_head_key ON leading_group_members (round_id) WHERE post = 'head';
CREATE UNIQUE INDEX leading_group_members_principal_key ON leading_group_members (round_id) WHERE is_principal;
CREATE INDEX leading_group_members_person_idx ON leading_group_members (person_id);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT ON events, event_positions, revisions, blobs TO bihuan_app;
        GRANT SELECT, INSERT, DELETE ON pending_events TO bihuan_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON
            units, persons, memberships, delegations, accounts, login_failures, refresh_tokens, idempotency_keys,
            attachments, download_tickets, drafts, notifications, deliveries, due_acts, calendar_years, rounds,
            round_assignments, leading_group_members TO bihuan_app;
    END IF;
END
$$;
