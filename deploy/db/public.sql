-- The role of the open page, made once by the cluster's superuser after bihuan migrate, in the database bihuan; run by psql with public_password set.
-- It reads what was published, what came of opinions and the signed checkpoints, and sees nothing else.
SELECT 'CREATE ROLE bihuan_public LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_public') \gexec
ALTER ROLE bihuan_public PASSWORD :'public_password';
GRANT CONNECT ON DATABASE :"DBNAME" TO bihuan_public;
GRANT SELECT ON published_notices, published_answers, checkpoints, checkpoint_signatures TO bihuan_public;
