from django.urls import path

from . import person_views, ticket_views, views
from .ledger import views as ledger_views
from .mode.views import assumed_session_mode
from .objections.views import access_end, access_objection, access_objection_withdraw

urlpatterns = [
    path("users/login-as/", ticket_views.login_as_from_ticket, name="login_as_from_ticket"),
    path("users/<int:pk>/login-as/", views.login_as, name="login_as"),
    path("users/<int:pk>/account-access/", person_views.user_account_access, name="user_account_access"),
    path("assumed-session/", views.assumed_session, name="assumed_session"),
    path("assumed-session/exit/", views.assumed_session_exit, name="assumed_session_exit"),
    path("assumed-session/stay/", views.assumed_session_stay, name="assumed_session_stay"),
    path("assumed-session/mode/", assumed_session_mode, name="assumed_session_mode"),
    path("assumed-session/now/", views.assumed_session_now, name="assumed_session_now"),
    path("help/login-as-policy/", views.login_as_policy, name="login_as_policy"),
    path("account/access-history/", ledger_views.access_history, name="access_history"),
    path("account/access-history/<uuid:pk>/end/", access_end, name="access_end"),
    path("account/access-history/<uuid:pk>/objection/", access_objection, name="access_objection"),
    path(
        "account/access-history/<uuid:pk>/objection/withdraw/",
        access_objection_withdraw,
        name="access_objection_withdraw",
    ),
    path("account/access-history/file/", ledger_views.access_history_file, name="access_history_file"),
    path("account/access-history/seen/", views.notices_seen, name="notices_seen"),
]
