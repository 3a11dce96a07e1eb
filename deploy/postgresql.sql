-- PostgreSQL: the roles and the database. Run once, as the superuser:
--   runuser -u postgres -- psql --file=deploy/postgresql.sql
-- standin_owner owns the tables and runs migrate; standin is the application, which owns nothing. On one machine both
-- sign in by the name of their account there (peer), so that no password lies in a file.
\set ON_ERROR_STOP on
CREATE ROLE standin_owner LOGIN;
CREATE ROLE standin LOGIN;
CREATE DATABASE standin OWNER standin_owner ENCODING 'UTF8' TEMPLATE template0 LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8';
REVOKE ALL ON DATABASE standin FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE standin TO standin;
\connect standin
ALTER SCHEMA public OWNER TO standin_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
-- The application may read a new table as soon as migrate makes it, so that its backup goes on, and may change nothing there.
-- docs/reference/audit_grants.sql opens it, unless it belongs to the audit log: run that file after each migrate.
ALTER DEFAULT PRIVILEGES FOR ROLE standin_owner IN SCHEMA public GRANT SELECT ON TABLES TO standin;
ALTER DEFAULT PRIVILEGES FOR ROLE standin_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO standin;
