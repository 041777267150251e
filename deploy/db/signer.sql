-- The signer's role, made once by the cluster's superuser after bihuan migrate, in the database bihuan; run by psql with signer_password set.
-- It reads the tree and its checkpoints, adds signatures, and sees nothing else.
SELECT 'CREATE ROLE bihuan_signer LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_signer') \gexec
ALTER ROLE bihuan_signer PASSWORD :'signer_password';
GRANT CONNECT ON DATABASE :"DBNAME" TO bihuan_signer;
GRANT SELECT ON tree_nodes, checkpoints TO bihuan_signer;
GRANT SELECT, INSERT ON checkpoint_signatures TO bihuan_signer;
