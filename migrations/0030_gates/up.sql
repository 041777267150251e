-- By what somebody proves who he is: his password here, or the group's directory, which is asked each time (docs/domain.md §35).
ALTER TABLE accounts ADD COLUMN proved_by text NOT NULL DEFAULT 'local' CHECK (proved_by IN ('local', 'directory'));
ALTER TABLE accounts ADD CONSTRAINT accounts_directory_check
    CHECK (proved_by = 'local' OR NOT is_service AND password_hash = '' AND NOT must_change_password);
