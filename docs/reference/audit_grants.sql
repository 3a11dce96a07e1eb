-- PostgreSQL: what the application's role may do with the audit log. Run as the tables' owner, after migrate:
--   psql --set=app=standin_app --file=docs/reference/audit_grants.sql
-- The owner runs migrate, erase_user and seal_audit; the application signs in as the role named here, which owns nothing.
GRANT USAGE ON SCHEMA public TO :"app";
-- Tables that a later migrate makes are closed until this file runs again, because they may belong to the log. Only the
-- new version uses them, and it starts afterwards.
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON TABLES FROM :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"app";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"app";
REVOKE ALL ON audit_auditevent, audit_audittext, audit_auditerasure, audit_auditseal FROM :"app", PUBLIC;
GRANT SELECT, INSERT ON audit_auditevent, audit_audittext TO :"app";
GRANT SELECT ON audit_auditerasure, audit_auditseal TO :"app";
