DROP TABLE leading_group_members, round_assignments, rounds, calendar_years, due_acts, deliveries, notifications, drafts,
    download_tickets, attachments, blobs, idempotency_keys, refresh_tokens, login_failures, accounts, delegations,
    memberships, persons, units, revisions, event_positions, pending_events, events;
