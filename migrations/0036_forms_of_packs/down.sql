-- Without the mark such a template would hold for the whole house.
DELETE FROM document_templates WHERE pack IS NOT NULL;
ALTER TABLE document_templates DROP COLUMN pack;
