"""
Login as User: an administrator (the actor) uses the platform in the place of another user (the target).

What happens to a request, in this order:

1. config/middleware/browser_sessions.py loads the browser session.
2. impersonation/middleware.py sets request.user, request.actor and request.assumed_session, all of them lazy.
3. impersonation/identity.py resolves them at the first use: Plain, Assumed or Ended.
4. impersonation/loader.py reads the assumed session, both users and their rights in one statement.
5. accounts/policy/rules.py decides whether the actor may still log in as the target.
6. impersonation/actions.py ends a session that may not continue; impersonation/browser_session.py logs the browser out.
7. accounts/authorization/decorators.py: the marks of the view decide whether the view is closed.
8. impersonation/readonly.py makes the database refuse writes while a safe view runs.
9. accounts/authorization/decorators.py records an unsafe request, its changes and its outcome in the audit log.
10. impersonation/traces/ records the first look at what a page shows, before the page leaves.

impersonation/views.py starts a session (login_as) and ends it (assumed_session_exit).
"""
