-- The roles of the application and the database, made once by the cluster's superuser; run by psql with owner_password and app_password set.
-- A cluster for this database must be UTF8 with the locale C.UTF-8.
CREATE ROLE bihuan_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE bihuan_app LOGIN PASSWORD :'app_password';
-- What the application becomes to read for whoever sees a part only: the database itself then shows no other task.
CREATE ROLE bihuan_narrow NOLOGIN;
GRANT bihuan_narrow TO bihuan_app;
CREATE DATABASE bihuan OWNER bihuan_owner;
REVOKE ALL ON DATABASE bihuan FROM PUBLIC;
GRANT CONNECT ON DATABASE bihuan TO bihuan_app;
