from django.urls import path

from . import event_views, preview_views, search_views, views, waiting_views
from .access_check import views as access_views
from .access_check import why_views
from .places import views as place_views
from .results import views as result_views
from .team import module_views, person_views, team_views

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("search/", search_views.search, name="search"),
    path("modules/", views.module_list, name="module_list"),
    path("modules/<int:pk>/", views.module_detail, name="module_detail"),
    path("modules/<int:pk>/save/", views.module_save, name="module_save"),
    path("modules/<int:pk>/submit/", views.module_submit, name="module_submit"),
    path("modules/<int:pk>/again/", views.module_do_again, name="module_do_again"),
    path("interactions/<int:pk>/file/", views.interaction_file, name="interaction_file"),
    path("events/", event_views.event_list, name="event_list"),
    path("events/<int:pk>/", event_views.event_detail, name="event_detail"),
    path("events/<int:pk>/calendar/", event_views.event_calendar, name="event_calendar"),
    path("events/<int:pk>/register/", event_views.event_register, name="event_register"),
    path("events/<int:pk>/leave/", event_views.event_leave, name="event_leave"),
    path("events/<int:pk>/wait/", waiting_views.event_wait, name="event_wait"),
    path("events/<int:pk>/stop-waiting/", waiting_views.event_stop_waiting, name="event_stop_waiting"),
    path("events/<int:pk>/places/", place_views.event_places, name="event_places"),
    path("events/<int:pk>/places/give/", place_views.place_give, name="place_give"),
    path("places/<int:pk>/take-back/", place_views.place_take_back, name="place_take_back"),
    path("waiting/<int:pk>/take-off/", place_views.waiting_take_off, name="waiting_take_off"),
    path("documents/", views.document_list, name="document_list"),
    path("documents/<int:pk>/file/", views.document_file, name="document_file"),
    path("preview/<slug:kind>/<int:pk>/", preview_views.item_preview, name="item_preview"),
    path("users/<int:pk>/access/", access_views.user_access, name="user_access"),
    path("users/<int:pk>/access/<slug:question>/", access_views.user_access, name="user_access"),
    path("users/<int:pk>/learning/", person_views.user_learning, name="user_learning"),
    path("why/", why_views.why, name="why"),
    path("team/", team_views.team, name="team"),
    path("team/modules/", module_views.team_modules, name="team_modules"),
    path("modules/<int:pk>/people/", module_views.module_people, name="module_people"),
    path("modules/<int:pk>/people/export/", module_views.module_people_export, name="module_people_export"),
    path("users/<int:pk>/modules/<int:module_pk>/try-again/", result_views.result_reopen, name="result_reopen"),
    path("users/<int:pk>/modules/<int:module_pk>/due-date/", result_views.due_date_extend, name="due_date_extend"),
    path("assumed-session/access/", access_views.assumed_session_access, name="assumed_session_access"),
    path("assumed-session/access/<slug:question>/", access_views.assumed_session_access, name="assumed_session_access"),
]
