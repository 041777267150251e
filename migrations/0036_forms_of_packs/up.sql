-- A template that came with a policy pack holds in the rounds that took the pack, not for the whole house (docs/domain.md §47).
ALTER TABLE document_templates ADD COLUMN pack jsonb;
