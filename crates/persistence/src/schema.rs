// @generated automatically by Diesel CLI.

diesel::table! {
    accountability_actions (id) {
        id -> Uuid,
        round_id -> Uuid,
        readers -> Array<Uuid>,
        snapshot -> Jsonb,
        seq -> Int8,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    accounts (id) {
        id -> Uuid,
        person_id -> Nullable<Uuid>,
        login -> Text,
        display_name -> Text,
        role -> Nullable<Text>,
        duty -> Nullable<Text>,
        status -> Text,
        password_hash -> Text,
        must_change_password -> Bool,
        epoch -> Int4,
        seq -> Int8,
        version -> Int8,
        created_at -> Timestamptz,
        last_login_at -> Nullable<Timestamptz>,
        is_service -> Bool,
        proved_by -> Text,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        account_id -> Uuid,
        secret_sha256 -> Text,
        alg -> Text,
        scopes -> Array<Text>,
        unit_ids -> Array<Uuid>,
        expires_on -> Date,
        granted_by -> Uuid,
        created_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
        last_used_from -> Nullable<Text>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    appraisal_schemes (id) {
        id -> Uuid,
        round_id -> Uuid,
        snapshot -> Jsonb,
        seq -> Int8,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    appraisal_scores (appraisal_id, n, subject_kind, subject_id) {
        appraisal_id -> Uuid,
        n -> Int4,
        subject_kind -> Text,
        subject_id -> Uuid,
        total -> Int8,
        grade -> Int4,
        rank -> Int4,
    }
}

diesel::table! {
    appraisals (id) {
        id -> Uuid,
        round_id -> Uuid,
        from_on -> Date,
        to_on -> Date,
        state -> Text,
        published -> Nullable<Int4>,
        snapshot -> Jsonb,
        seq -> Int8,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    aspects (id) {
        id -> Uuid,
        round_id -> Uuid,
        ordinal -> Int4,
        title -> Text,
    }
}

diesel::table! {
    attachments (id) {
        id -> Uuid,
        blob_sha256 -> Text,
        subject_kind -> Text,
        subject_id -> Uuid,
        purpose -> Text,
        filename -> Text,
        occurred_on -> Nullable<Date>,
        received_at -> Timestamptz,
        account_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    blobs (sha256) {
        sha256 -> Text,
        alg -> Text,
        size -> Int8,
        media_type -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    calendar_links (account_id) {
        account_id -> Uuid,
        token_sha256 -> Text,
        created_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    calendar_years (year) {
        year -> Int4,
        notice -> Text,
        days -> Jsonb,
    }
}

diesel::table! {
    channel_rules (id) {
        id -> Uuid,
        rules -> Jsonb,
        seq -> Int8,
    }
}

diesel::table! {
    check_targets (check_id, task_id) {
        check_id -> Uuid,
        task_id -> Uuid,
    }
}

diesel::table! {
    checkpoint_signatures (size, verifier) {
        size -> Int8,
        verifier -> Text,
        alg -> Text,
        line -> Text,
        made_at -> Timestamptz,
    }
}

diesel::table! {
    checkpoints (size) {
        size -> Int8,
        alg -> Text,
        root -> Text,
        body -> Text,
        made_at -> Timestamptz,
    }
}

diesel::table! {
    checks (id) {
        id -> Uuid,
        round_id -> Uuid,
        title -> Text,
        snapshot -> Jsonb,
        seq -> Int8,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    day_counters (round_id, kind, on_day) {
        round_id -> Uuid,
        kind -> Text,
        on_day -> Date,
        n_tasks -> Int4,
        n_closed -> Int4,
    }
}

diesel::table! {
    delegations (id) {
        id -> Uuid,
        person_id -> Uuid,
        stand_in_id -> Uuid,
        from_on -> Date,
        to_on -> Nullable<Date>,
        document -> Text,
        granted_by -> Text,
        revoked_on -> Nullable<Date>,
    }
}

diesel::table! {
    deliveries (notification_id, channel) {
        notification_id -> Uuid,
        channel -> Text,
        state -> Text,
        attempts -> Int4,
        next_at -> Timestamptz,
        fault -> Nullable<Text>,
        done_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    document_templates (kind, version) {
        kind -> Text,
        version -> Int4,
        sha256 -> Text,
        body -> Bytea,
        filename -> Text,
        account_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        pack -> Nullable<Jsonb>,
    }
}

diesel::table! {
    documents (id) {
        id -> Uuid,
        round_id -> Uuid,
        kind -> Text,
        state -> Text,
        title -> Text,
        as_of -> Timestamptz,
        corrects_id -> Nullable<Uuid>,
        snapshot -> Jsonb,
        seq -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    download_tickets (sha256) {
        sha256 -> Text,
        account_id -> Uuid,
        attachment_id -> Uuid,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    drafts (account_id, form, subject) {
        account_id -> Uuid,
        form -> Text,
        subject -> Text,
        body -> Jsonb,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    due_acts (act, subject_id, due_at) {
        act -> Text,
        subject_id -> Uuid,
        due_at -> Timestamptz,
        attempts -> Int4,
        done_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    event_positions (position) {
        position -> Int8,
        stream_kind -> Text,
        stream_id -> Uuid,
        seq -> Int8,
    }
}

diesel::table! {
    events (stream_kind, stream_id, seq) {
        stream_kind -> Text,
        stream_id -> Uuid,
        seq -> Int8,
        kind -> Text,
        schema_version -> Int2,
        at -> Timestamptz,
        account_id -> Nullable<Uuid>,
        person_id -> Nullable<Uuid>,
        role -> Text,
        unit_id -> Nullable<Uuid>,
        address -> Text,
        request_id -> Text,
        round_id -> Nullable<Uuid>,
        payload -> Text,
        alg -> Text,
        prev_hash -> Text,
        hash -> Text,
    }
}

diesel::table! {
    exports (id) {
        id -> Uuid,
        round_id -> Uuid,
        account_id -> Uuid,
        kind -> Text,
        query -> Jsonb,
        state -> Text,
        n_done -> Int8,
        n_all -> Int8,
        fault -> Nullable<Text>,
        filename -> Text,
        size -> Nullable<Int8>,
        sha256 -> Nullable<Text>,
        seq -> Int8,
        created_at -> Timestamptz,
        beat_at -> Timestamptz,
    }
}

diesel::table! {
    finding_links (id) {
        id -> Uuid,
        finding_id -> Uuid,
        other_id -> Uuid,
        round_id -> Uuid,
        verdict -> Text,
        reason -> Text,
        score -> Float4,
        words -> Array<Nullable<Text>>,
        account_id -> Uuid,
        judged_at -> Timestamptz,
        seq -> Int8,
    }
}

diesel::table! {
    finding_scopes (finding_id) {
        finding_id -> Uuid,
        scope -> Text,
        proposed -> Text,
        grounds -> Array<Nullable<Text>>,
        reason -> Text,
        account_id -> Uuid,
        decided_at -> Timestamptz,
        seq -> Int8,
    }
}

diesel::table! {
    findings (id) {
        id -> Uuid,
        round_id -> Uuid,
        aspect_id -> Uuid,
        ordinal -> Int4,
        number -> Text,
        body -> Text,
        source -> Text,
        feedback_document -> Text,
        amount -> Nullable<Numeric>,
        basis -> Text,
        period -> Text,
        first_occurred_on -> Nullable<Date>,
        scope -> Nullable<Text>,
        sensitivity -> Text,
        extra -> Jsonb,
        lineage_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    handovers (id) {
        id -> Uuid,
        from_id -> Uuid,
        to_id -> Uuid,
        unit_id -> Uuid,
        state -> Text,
        snapshot -> Jsonb,
        seq -> Int8,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    idempotency_keys (account_id, key) {
        account_id -> Uuid,
        key -> Text,
        route -> Text,
        body_sha256 -> Text,
        response -> Jsonb,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    identity_rules (id) {
        id -> Uuid,
        rules -> Jsonb,
        seq -> Int8,
    }
}

diesel::table! {
    import_answers (round_id, account_id, sha256) {
        round_id -> Uuid,
        account_id -> Uuid,
        sha256 -> Text,
        corrections -> Jsonb,
        saved_at -> Timestamptz,
    }
}

diesel::table! {
    import_mappings (shape) {
        shape -> Text,
        sheets -> Jsonb,
        account_id -> Uuid,
        saved_at -> Timestamptz,
    }
}

diesel::table! {
    import_previews (id) {
        id -> Uuid,
        round_id -> Uuid,
        account_id -> Uuid,
        filename -> Text,
        sha256 -> Text,
        body -> Bytea,
        corrections -> Jsonb,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    imports (id) {
        id -> Uuid,
        round_id -> Uuid,
        filename -> Text,
        blob_sha256 -> Text,
        account_id -> Uuid,
        report -> Jsonb,
        n_created -> Int4,
        n_updated -> Int4,
        n_unchanged -> Int4,
        n_kept -> Int4,
        committed_at -> Timestamptz,
    }
}

diesel::table! {
    kiosks (id) {
        id -> Uuid,
        round_id -> Uuid,
        account_id -> Uuid,
        name -> Text,
        pages -> Array<Nullable<Text>>,
        token_sha256 -> Text,
        seq -> Int8,
        created_at -> Timestamptz,
        last_seen_at -> Nullable<Timestamptz>,
        withdrawn_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    lead_counters (round_id, unit_id) {
        round_id -> Uuid,
        unit_id -> Uuid,
        n_tasks -> Int4,
        n_closed -> Int4,
        n_draft -> Int4,
        n_red -> Int4,
        n_yellow -> Int4,
        n_green -> Int4,
    }
}

diesel::table! {
    leading_group_members (round_id, person_id) {
        round_id -> Uuid,
        person_id -> Uuid,
        post -> Text,
        is_principal -> Bool,
        is_second -> Bool,
        ordinal -> Int4,
    }
}

diesel::table! {
    login_failures (id) {
        id -> Int8,
        login -> Text,
        source -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    login_steps (sha256) {
        sha256 -> Text,
        kind -> Text,
        account_id -> Nullable<Uuid>,
        epoch -> Nullable<Int4>,
        source -> Text,
        agreed -> Nullable<Jsonb>,
        attempts -> Int4,
        created_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    measures (id) {
        id -> Uuid,
        task_id -> Uuid,
        ordinal -> Int4,
        number -> Text,
        body -> Text,
        due_on -> Nullable<Date>,
        is_excused -> Bool,
    }
}

diesel::table! {
    meetings (id) {
        id -> Uuid,
        round_id -> Uuid,
        kind -> Text,
        state -> Text,
        title -> Text,
        at -> Timestamptz,
        snapshot -> Jsonb,
        seq -> Int8,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    memberships (id) {
        id -> Uuid,
        person_id -> Uuid,
        unit_id -> Uuid,
        post -> Text,
        is_head -> Bool,
        is_home -> Bool,
        is_secondment -> Bool,
        from_on -> Date,
        to_on -> Nullable<Date>,
    }
}

diesel::table! {
    milestones (id) {
        id -> Uuid,
        task_id -> Uuid,
        measure_id -> Nullable<Uuid>,
        ordinal -> Int4,
        title -> Text,
        proof -> Nullable<Text>,
        due_on -> Nullable<Date>,
        unit_id -> Nullable<Uuid>,
        done_on -> Nullable<Date>,
    }
}

diesel::table! {
    notifications (id) {
        id -> Uuid,
        rule -> Text,
        subject_kind -> Text,
        subject_id -> Uuid,
        due_on -> Date,
        recipient_id -> Uuid,
        params -> Jsonb,
        created_at -> Timestamptz,
        read_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    opinions (id) {
        id -> Uuid,
        round_id -> Uuid,
        publication_id -> Nullable<Uuid>,
        state -> Text,
        unit_id -> Nullable<Uuid>,
        task_id -> Nullable<Uuid>,
        due_on -> Date,
        code_sha256 -> Nullable<Text>,
        snapshot -> Jsonb,
        seq -> Int8,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    pending_events (stream_kind, stream_id, seq) {
        stream_kind -> Text,
        stream_id -> Uuid,
        seq -> Int8,
    }
}

diesel::table! {
    personal_duties (id) {
        id -> Uuid,
        round_id -> Uuid,
        head_id -> Uuid,
        duty -> Text,
        occurred_on -> Date,
        state -> Text,
        snapshot -> Jsonb,
        seq -> Int8,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    personal_duty_sources (head_id, duty, kind, source_id) {
        head_id -> Uuid,
        duty -> Text,
        kind -> Text,
        source_id -> Uuid,
        personal_duty_id -> Uuid,
    }
}

diesel::table! {
    personal_duty_tasks (personal_duty_id, task_id) {
        personal_duty_id -> Uuid,
        task_id -> Uuid,
    }
}

diesel::table! {
    persons (id) {
        id -> Uuid,
        code -> Text,
        name -> Text,
        seq -> Int8,
        version -> Int8,
        external_id -> Nullable<Text>,
        left_on -> Nullable<Date>,
        removed_on -> Nullable<Date>,
    }
}

diesel::table! {
    plan_package_items (plan_package_id, sign_request_id) {
        plan_package_id -> Uuid,
        sign_request_id -> Uuid,
    }
}

diesel::table! {
    plan_packages (id) {
        id -> Uuid,
        round_id -> Uuid,
        unit_id -> Uuid,
        cover_sha256 -> Text,
        submitted_by -> Uuid,
        submitted_at -> Timestamptz,
    }
}

diesel::table! {
    policy_packs (id) {
        id -> Uuid,
        name -> Text,
        version -> Text,
        body -> Text,
        sha256 -> Text,
        account_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    publications (id) {
        id -> Uuid,
        round_id -> Uuid,
        kind -> Text,
        state -> Text,
        title -> Text,
        corrects_id -> Nullable<Uuid>,
        notice_id -> Nullable<Int8>,
        snapshot -> Jsonb,
        seq -> Int8,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    published_answers (code_sha256) {
        code_sha256 -> Text,
        notice_id -> Int8,
        received_on -> Date,
        standing -> Text,
        answer -> Nullable<Text>,
        answered_on -> Nullable<Date>,
    }
}

diesel::table! {
    published_notices (id) {
        id -> Int8,
        kind -> Text,
        title -> Text,
        published_on -> Date,
        until_on -> Date,
        standing -> Text,
        body -> Nullable<Jsonb>,
        reason -> Nullable<Text>,
        successor_id -> Nullable<Int8>,
        n_received -> Int4,
        n_answered -> Int4,
    }
}

diesel::table! {
    quiet_rules (person_id, rule) {
        person_id -> Uuid,
        rule -> Text,
    }
}

diesel::table! {
    recovery_codes (account_id, sha256) {
        account_id -> Uuid,
        sha256 -> Text,
        alg -> Text,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    refresh_tokens (sha256) {
        sha256 -> Text,
        family_id -> Uuid,
        account_id -> Uuid,
        epoch -> Int4,
        issued_at -> Timestamptz,
        family_started_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        source -> Text,
        agent -> Text,
        proved_at -> Nullable<Timestamptz>,
        second_factor -> Nullable<Text>,
    }
}

diesel::table! {
    resolutions (id) {
        id -> Uuid,
        meeting_id -> Uuid,
        round_id -> Uuid,
        task_id -> Nullable<Uuid>,
        unit_id -> Nullable<Uuid>,
        person_id -> Nullable<Uuid>,
        due_on -> Date,
        standing -> Text,
        text_sha256 -> Text,
    }
}

diesel::table! {
    revisions (sha256) {
        sha256 -> Text,
        alg -> Text,
        kind -> Text,
        body -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    round_assignments (round_id, person_id, kind) {
        round_id -> Uuid,
        person_id -> Uuid,
        kind -> Text,
        unit_ids -> Array<Uuid>,
    }
}

diesel::table! {
    round_policies (round_id, version) {
        round_id -> Uuid,
        version -> Int4,
        body -> Jsonb,
        basis -> Text,
        valid_from -> Timestamptz,
        pack -> Nullable<Jsonb>,
    }
}

diesel::table! {
    rounds (id) {
        id -> Uuid,
        code -> Text,
        name -> Text,
        state -> Text,
        seq -> Int8,
        version -> Int8,
        created_at -> Timestamptz,
        inspected_org -> Text,
        inspection_level -> Text,
        inspection_from_on -> Nullable<Date>,
        inspection_to_on -> Nullable<Date>,
        feedback_on -> Nullable<Date>,
        feedback_document -> Text,
        plan_approved_on -> Nullable<Date>,
        plan_document -> Text,
        mobilised_on -> Nullable<Date>,
        concentrated_until -> Nullable<Date>,
        report_due_on -> Nullable<Date>,
        report_due_text -> Text,
        policy_version -> Int4,
    }
}

diesel::table! {
    rule_tasks (rule_id, task_id) {
        rule_id -> Uuid,
        task_id -> Uuid,
    }
}

diesel::table! {
    rules (id) {
        id -> Uuid,
        round_id -> Uuid,
        kind -> Text,
        state -> Text,
        owner_unit_id -> Uuid,
        owner_id -> Nullable<Uuid>,
        supervisor_id -> Nullable<Uuid>,
        snapshot -> Jsonb,
        seq -> Int8,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    saved_views (id) {
        id -> Uuid,
        round_id -> Uuid,
        account_id -> Uuid,
        name -> Text,
        is_shared -> Bool,
        body -> Jsonb,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    second_factors (account_id) {
        account_id -> Uuid,
        alg -> Text,
        sealed -> Text,
        seal_alg -> Text,
        created_at -> Timestamptz,
        confirmed_at -> Nullable<Timestamptz>,
        last_step -> Int8,
    }
}

diesel::table! {
    service_accounts (account_id) {
        account_id -> Uuid,
        purpose -> Text,
        person_id -> Uuid,
        seq -> Int8,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    sign_requests (id) {
        id -> Uuid,
        kind -> Text,
        subject_kind -> Text,
        task_id -> Uuid,
        round_id -> Uuid,
        revision_sha256 -> Text,
        policy_version -> Int4,
        chain -> Jsonb,
        state -> Text,
        submitted_by -> Uuid,
        submitted_at -> Timestamptz,
        waits_for -> Nullable<Text>,
        waits_for_person_id -> Nullable<Uuid>,
        number -> Int8,
        decided_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    signatures (id) {
        id -> Uuid,
        sign_request_id -> Uuid,
        step -> Int2,
        who -> Text,
        nth -> Int2,
        person_id -> Nullable<Uuid>,
        submitted_by -> Uuid,
        verdict -> Text,
        mode -> Text,
        words_sha256 -> Nullable<Text>,
        recorded_by -> Uuid,
        confirmed_by -> Nullable<Uuid>,
        stand_in_id -> Nullable<Uuid>,
        occurred_on -> Date,
        recorded_at -> Timestamptz,
        state -> Text,
    }
}

diesel::table! {
    slip_numbers (round_id, level, year) {
        round_id -> Uuid,
        level -> Text,
        year -> Int4,
        last -> Int4,
    }
}

diesel::table! {
    slips (id) {
        id -> Uuid,
        round_id -> Uuid,
        level -> Text,
        state -> Text,
        title -> Text,
        task_id -> Nullable<Uuid>,
        unit_id -> Uuid,
        raised_from_id -> Nullable<Uuid>,
        year -> Nullable<Int4>,
        n -> Nullable<Int4>,
        snapshot -> Jsonb,
        seq -> Int8,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    task_counted (task_id) {
        task_id -> Uuid,
        round_id -> Uuid,
        finding_id -> Uuid,
        in_units -> Array<Uuid>,
        n_tasks -> Int4,
        n_measures -> Int4,
        n_closed -> Int4,
        n_observing -> Int4,
        n_draft -> Int4,
        n_red -> Int4,
        n_yellow -> Int4,
        n_green -> Int4,
        n_completed -> Int4,
        n_sustained -> Int4,
        n_in_progress -> Int4,
        n_not_started -> Int4,
        n_withdrawn -> Int4,
        lead_unit_id -> Nullable<Uuid>,
        due_on -> Nullable<Date>,
        closed_on -> Nullable<Date>,
    }
}

diesel::table! {
    systemic_problems (id) {
        id -> Uuid,
        round_id -> Uuid,
        state -> Text,
        owner_id -> Nullable<Uuid>,
        unit_ids -> Array<Uuid>,
        task_ids -> Array<Uuid>,
        raised_ids -> Array<Uuid>,
        snapshot -> Jsonb,
        seq -> Int8,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    task_counters (round_id, scope_id, part_id) {
        round_id -> Uuid,
        scope_id -> Uuid,
        part_id -> Uuid,
        n_findings -> Int4,
        n_tasks -> Int4,
        n_measures -> Int4,
        n_closed -> Int4,
        n_observing -> Int4,
        n_draft -> Int4,
        n_red -> Int4,
        n_yellow -> Int4,
        n_green -> Int4,
        n_completed -> Int4,
        n_sustained -> Int4,
        n_in_progress -> Int4,
        n_not_started -> Int4,
        n_withdrawn -> Int4,
    }
}

diesel::table! {
    task_people (task_id, part, person_id) {
        task_id -> Uuid,
        person_id -> Uuid,
        part -> Text,
        ordinal -> Int4,
    }
}

diesel::table! {
    task_units (task_id, part, unit_id) {
        task_id -> Uuid,
        unit_id -> Uuid,
        part -> Text,
        ordinal -> Int4,
    }
}

diesel::table! {
    tasks (id) {
        id -> Uuid,
        round_id -> Uuid,
        finding_id -> Uuid,
        ordinal -> Int8,
        number -> Text,
        item_number -> Text,
        title -> Text,
        state -> Text,
        disposition -> Nullable<Text>,
        sensitivity -> Text,
        completion_status -> Text,
        alert_level -> Text,
        alert_reasons -> Jsonb,
        lead_unit_id -> Nullable<Uuid>,
        lead_leader_id -> Nullable<Uuid>,
        principal_person_id -> Nullable<Uuid>,
        due_on -> Nullable<Date>,
        original_due_on -> Nullable<Date>,
        review_on -> Nullable<Date>,
        n_measures -> Int4,
        progress_done -> Int4,
        progress_all -> Int4,
        n_doubts -> Int4,
        is_key -> Bool,
        snapshot -> Jsonb,
        extra -> Jsonb,
        source_digest -> Nullable<Text>,
        grams -> Array<Text>,
        seq -> Int8,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        closed_on -> Nullable<Date>,
        cause_categories -> Array<Nullable<Text>>,
    }
}

diesel::table! {
    told_by (person_id) {
        person_id -> Uuid,
        mail -> Nullable<Text>,
        robot_kind -> Nullable<Text>,
        robot_url -> Nullable<Text>,
        is_digest -> Bool,
    }
}

diesel::table! {
    tree_nodes (level, ordinal) {
        level -> Int2,
        ordinal -> Int8,
        alg -> Text,
        hash -> Text,
    }
}

diesel::table! {
    todo_pushed (id) {
        id -> Uuid,
        webhook_id -> Uuid,
        person_id -> Uuid,
        key -> Text,
        subject_id -> Nullable<Uuid>,
        told -> Jsonb,
        opened_at -> Timestamptz,
        done_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    todo_watch (webhook_id, person_id) {
        webhook_id -> Uuid,
        person_id -> Uuid,
        looked_at -> Timestamptz,
        is_stale -> Bool,
    }
}

diesel::table! {
    units (id) {
        id -> Uuid,
        code -> Text,
        name -> Text,
        aliases -> Array<Text>,
        kind -> Text,
        parent_id -> Nullable<Uuid>,
        path -> Array<Uuid>,
        ordinal -> Int4,
        handling_unit_id -> Nullable<Uuid>,
        retired_on -> Nullable<Date>,
        seq -> Int8,
        version -> Int8,
        external_id -> Nullable<Text>,
    }
}

diesel::table! {
    verifications (id) {
        id -> Uuid,
        made_at -> Timestamptz,
        part -> Text,
        size -> Int8,
        root -> Text,
        n_signed -> Int8,
        n_anchors -> Int8,
        n_faults -> Int8,
        first_fault -> Nullable<Text>,
    }
}

diesel::table! {
    webhook_deliveries (id) {
        id -> Uuid,
        webhook_id -> Uuid,
        position -> Nullable<Int8>,
        kind -> Text,
        body -> Text,
        state -> Text,
        attempts -> Int4,
        next_at -> Timestamptz,
        tries -> Jsonb,
        created_at -> Timestamptz,
        done_at -> Nullable<Timestamptz>,
        checkpoint_size -> Nullable<Int8>,
        todo_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    webhooks (id) {
        id -> Uuid,
        account_id -> Uuid,
        url -> Text,
        streams -> Array<Text>,
        unit_ids -> Array<Uuid>,
        expires_on -> Date,
        state -> Text,
        cursor -> Int8,
        rests_until -> Nullable<Timestamptz>,
        granted_by -> Uuid,
        created_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        checkpoint_size -> Int8,
        checkpoint_at -> Nullable<Timestamptz>,
        todo_cursor -> Int8,
        todo_synced_at -> Nullable<Timestamptz>,
        todo_turn_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    weekly_statements (task_id, unit_id, week, revision) {
        task_id -> Uuid,
        unit_id -> Uuid,
        week -> Text,
        revision -> Int2,
        revision_sha256 -> Text,
        submitted_at -> Timestamptz,
        submitted_by -> Uuid,
        is_late -> Bool,
        is_after_cut_off -> Bool,
        reply -> Text,
        is_newest -> Bool,
        answered_at -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(accountability_actions -> rounds (round_id));
diesel::joinable!(accounts -> persons (person_id));
diesel::joinable!(api_keys -> service_accounts (account_id));
diesel::joinable!(appraisal_schemes -> rounds (round_id));
diesel::joinable!(appraisal_scores -> appraisals (appraisal_id));
diesel::joinable!(appraisals -> rounds (round_id));
diesel::joinable!(aspects -> rounds (round_id));
diesel::joinable!(attachments -> accounts (account_id));
diesel::joinable!(attachments -> blobs (blob_sha256));
diesel::joinable!(calendar_links -> accounts (account_id));
diesel::joinable!(check_targets -> checks (check_id));
diesel::joinable!(check_targets -> tasks (task_id));
diesel::joinable!(checkpoint_signatures -> checkpoints (size));
diesel::joinable!(checks -> rounds (round_id));
diesel::joinable!(day_counters -> rounds (round_id));
diesel::joinable!(deliveries -> notifications (notification_id));
diesel::joinable!(document_templates -> accounts (account_id));
diesel::joinable!(documents -> rounds (round_id));
diesel::joinable!(download_tickets -> accounts (account_id));
diesel::joinable!(download_tickets -> attachments (attachment_id));
diesel::joinable!(drafts -> accounts (account_id));
diesel::joinable!(exports -> accounts (account_id));
diesel::joinable!(exports -> rounds (round_id));
diesel::joinable!(finding_links -> accounts (account_id));
diesel::joinable!(finding_links -> rounds (round_id));
diesel::joinable!(finding_scopes -> accounts (account_id));
diesel::joinable!(finding_scopes -> findings (finding_id));
diesel::joinable!(findings -> aspects (aspect_id));
diesel::joinable!(findings -> rounds (round_id));
diesel::joinable!(handovers -> units (unit_id));
diesel::joinable!(idempotency_keys -> accounts (account_id));
diesel::joinable!(import_answers -> accounts (account_id));
diesel::joinable!(import_answers -> rounds (round_id));
diesel::joinable!(import_mappings -> accounts (account_id));
diesel::joinable!(import_previews -> accounts (account_id));
diesel::joinable!(import_previews -> rounds (round_id));
diesel::joinable!(imports -> accounts (account_id));
diesel::joinable!(imports -> rounds (round_id));
diesel::joinable!(kiosks -> accounts (account_id));
diesel::joinable!(kiosks -> rounds (round_id));
diesel::joinable!(lead_counters -> rounds (round_id));
diesel::joinable!(lead_counters -> units (unit_id));
diesel::joinable!(leading_group_members -> persons (person_id));
diesel::joinable!(leading_group_members -> rounds (round_id));
diesel::joinable!(login_steps -> accounts (account_id));
diesel::joinable!(measures -> tasks (task_id));
diesel::joinable!(meetings -> rounds (round_id));
diesel::joinable!(memberships -> persons (person_id));
diesel::joinable!(memberships -> units (unit_id));
diesel::joinable!(milestones -> measures (measure_id));
diesel::joinable!(milestones -> tasks (task_id));
diesel::joinable!(milestones -> units (unit_id));
diesel::joinable!(notifications -> persons (recipient_id));
diesel::joinable!(opinions -> publications (publication_id));
diesel::joinable!(opinions -> rounds (round_id));
diesel::joinable!(opinions -> tasks (task_id));
diesel::joinable!(opinions -> units (unit_id));
diesel::joinable!(personal_duties -> persons (head_id));
diesel::joinable!(personal_duties -> rounds (round_id));
diesel::joinable!(personal_duty_sources -> personal_duties (personal_duty_id));
diesel::joinable!(personal_duty_sources -> persons (head_id));
diesel::joinable!(personal_duty_tasks -> personal_duties (personal_duty_id));
diesel::joinable!(personal_duty_tasks -> tasks (task_id));
diesel::joinable!(plan_package_items -> plan_packages (plan_package_id));
diesel::joinable!(plan_package_items -> sign_requests (sign_request_id));
diesel::joinable!(plan_packages -> persons (submitted_by));
diesel::joinable!(plan_packages -> revisions (cover_sha256));
diesel::joinable!(plan_packages -> rounds (round_id));
diesel::joinable!(plan_packages -> units (unit_id));
diesel::joinable!(policy_packs -> accounts (account_id));
diesel::joinable!(publications -> published_notices (notice_id));
diesel::joinable!(publications -> rounds (round_id));
diesel::joinable!(published_answers -> published_notices (notice_id));
diesel::joinable!(quiet_rules -> persons (person_id));
diesel::joinable!(recovery_codes -> second_factors (account_id));
diesel::joinable!(refresh_tokens -> accounts (account_id));
diesel::joinable!(resolutions -> meetings (meeting_id));
diesel::joinable!(resolutions -> persons (person_id));
diesel::joinable!(resolutions -> revisions (text_sha256));
diesel::joinable!(resolutions -> rounds (round_id));
diesel::joinable!(resolutions -> tasks (task_id));
diesel::joinable!(resolutions -> units (unit_id));
diesel::joinable!(round_assignments -> persons (person_id));
diesel::joinable!(round_assignments -> rounds (round_id));
diesel::joinable!(round_policies -> rounds (round_id));
diesel::joinable!(rule_tasks -> rules (rule_id));
diesel::joinable!(rule_tasks -> tasks (task_id));
diesel::joinable!(rules -> rounds (round_id));
diesel::joinable!(rules -> units (owner_unit_id));
diesel::joinable!(saved_views -> accounts (account_id));
diesel::joinable!(saved_views -> rounds (round_id));
diesel::joinable!(second_factors -> accounts (account_id));
diesel::joinable!(service_accounts -> accounts (account_id));
diesel::joinable!(service_accounts -> persons (person_id));
diesel::joinable!(sign_requests -> revisions (revision_sha256));
diesel::joinable!(sign_requests -> rounds (round_id));
diesel::joinable!(sign_requests -> tasks (task_id));
diesel::joinable!(signatures -> revisions (words_sha256));
diesel::joinable!(signatures -> sign_requests (sign_request_id));
diesel::joinable!(slip_numbers -> rounds (round_id));
diesel::joinable!(slips -> rounds (round_id));
diesel::joinable!(slips -> tasks (task_id));
diesel::joinable!(slips -> units (unit_id));
diesel::joinable!(task_counted -> findings (finding_id));
diesel::joinable!(task_counted -> rounds (round_id));
diesel::joinable!(task_counted -> tasks (task_id));
diesel::joinable!(task_counters -> rounds (round_id));
diesel::joinable!(task_people -> persons (person_id));
diesel::joinable!(task_people -> tasks (task_id));
diesel::joinable!(systemic_problems -> rounds (round_id));
diesel::joinable!(systemic_problems -> units (owner_id));
diesel::joinable!(task_units -> tasks (task_id));
diesel::joinable!(task_units -> units (unit_id));
diesel::joinable!(tasks -> findings (finding_id));
diesel::joinable!(tasks -> rounds (round_id));
diesel::joinable!(tasks -> units (lead_unit_id));
diesel::joinable!(todo_pushed -> persons (person_id));
diesel::joinable!(todo_pushed -> webhooks (webhook_id));
diesel::joinable!(todo_watch -> persons (person_id));
diesel::joinable!(todo_watch -> webhooks (webhook_id));
diesel::joinable!(told_by -> persons (person_id));
diesel::joinable!(webhook_deliveries -> todo_pushed (todo_id));
diesel::joinable!(webhook_deliveries -> webhooks (webhook_id));
diesel::joinable!(webhooks -> service_accounts (account_id));
diesel::joinable!(weekly_statements -> persons (submitted_by));
diesel::joinable!(weekly_statements -> revisions (revision_sha256));
diesel::joinable!(weekly_statements -> tasks (task_id));
diesel::joinable!(weekly_statements -> units (unit_id));

diesel::allow_tables_to_appear_in_same_query!(
    accountability_actions,
    accounts,
    api_keys,
    appraisal_schemes,
    appraisal_scores,
    appraisals,
    aspects,
    attachments,
    blobs,
    calendar_links,
    calendar_years,
    channel_rules,
    check_targets,
    checkpoint_signatures,
    checkpoints,
    checks,
    day_counters,
    delegations,
    deliveries,
    download_tickets,
    drafts,
    due_acts,
    event_positions,
    events,
    exports,
    finding_links,
    finding_scopes,
    findings,
    handovers,
    idempotency_keys,
    identity_rules,
    import_answers,
    import_mappings,
    import_previews,
    imports,
    kiosks,
    lead_counters,
    leading_group_members,
    login_failures,
    login_steps,
    measures,
    meetings,
    memberships,
    milestones,
    notifications,
    opinions,
    pending_events,
    personal_duties,
    personal_duty_sources,
    personal_duty_tasks,
    persons,
    plan_package_items,
    plan_packages,
    policy_packs,
    publications,
    published_answers,
    published_notices,
    quiet_rules,
    recovery_codes,
    refresh_tokens,
    resolutions,
    revisions,
    round_assignments,
    round_policies,
    rounds,
    rule_tasks,
    rules,
    saved_views,
    second_factors,
    service_accounts,
    sign_requests,
    signatures,
    slip_numbers,
    slips,
    task_counted,
    systemic_problems,
    task_counters,
    task_people,
    task_units,
    tasks,
    todo_pushed,
    todo_watch,
    told_by,
    tree_nodes,
    units,
    verifications,
    webhook_deliveries,
    webhooks,
    weekly_statements,
);
