"""
Every module of the apps has its test.

The test of `<folder>/<module>.py` is `tests/<folder>/test_<module>*.py`; or a guard in tests/guards/ changes the module
and names the test that turns red; or the module is listed here with the test file that covers it.
"""

import tomllib

import pytest

from config.settings import BASE_DIR

from .test_rooms import MODULES

pytestmark = pytest.mark.once  # no database has a say in it
# Addresses and app configurations: every test that opens a page needs them, test_url_walk.py opens all pages.
OF_EVERY_TEST = {"__init__.py", "apps.py", "urls.py"}
COVERED_BY = {
    "accounts/templatetags/person.py": "accounts/users/test_activity_views.py",
    "accounts/templatetags/undo.py": "accounts/authorization/test_undo.py",
    "accounts/users/tabs.py": "accounts/users/test_activity_views.py",
    "config/help/pages.py": "config/help/test_views.py",
    "config/help/topics.py": "config/help/test_views.py",
    "config/help/topics_of_the_platform.py": "config/help/test_views.py",
    "learning/team/actions.py": "learning/team/test_module_views.py",
    "learning/team/submissions.py": "learning/team/test_module_views.py",
    "config/backup/engines.py": "config/backup/test_writing.py",
    "config/backup/errors.py": "config/backup/test_writing.py",
    "config/backup/facts.py": "config/backup/test_writing.py",
    "config/backup/uploads.py": "config/backup/test_writing.py",
    "config/management/commands/backup.py": "config/backup/test_writing.py",
    "config/management/commands/repeat_erasures.py": "config/backup/test_restoring.py",
    "config/management/commands/sweep.py": "config/test_sweeping.py",
    "accounts/user_import/memory.py": "accounts/user_import/test_apply.py",
    "accounts/user_import/planning/stored_users.py": "accounts/user_import/planning/test_matching.py",
    "accounts/account_state/profile.py": "accounts/account_state/test_state.py",
    "accounts/account_state/remark.py": "accounts/account_state/test_state.py",
    "accounts/account_state/requests.py": "accounts/account_state/test_state.py",
    "accounts/management/commands/check_names.py": "accounts/models/test_visible_text.py",
    "accounts/models/email_addresses.py": "accounts/authentication/test_backends.py",
    "accounts/models/first_steps.py": "accounts/first_hour/test_actions.py",
    "accounts/models/file_shapes.py": "accounts/user_import/mapping/test_remembered.py",
    "accounts/models/last_requests.py": "config/middleware/test_last_requests.py",
    "accounts/models/second_factors.py": "accounts/authentication/test_step_up.py",
    "accounts/organisation/brand/context_processors.py": "accounts/organisation/brand/test_views.py",
    "accounts/organisation/forms.py": "accounts/organisation/test_edit_views.py",
    "accounts/organisation/job_profiles/actions.py": "accounts/organisation/job_profiles/test_edit_views.py",
    "accounts/organisation/job_profiles/views.py": "accounts/organisation/test_views.py",
    "accounts/organisation/lookup.py": "accounts/organisation/test_views.py",
    "accounts/organisation/rules.py": "accounts/organisation/test_edit_views.py",
    "accounts/organisation/tree.py": "accounts/organisation/test_views.py",
    "accounts/organisation/uses.py": "accounts/organisation/test_views.py",
    "accounts/permission_setup/preview.py": "accounts/permission_setup/test_views.py",
    "accounts/permission_setup/shipped.py": "demo/test_seed_demo.py",
    "accounts/policy/rights.py": "accounts/permission_setup/test_matrix.py",
    "accounts/user_import/planning/departments.py": "accounts/user_import/test_apply.py",
    "accounts/user_import/limits.py": "accounts/user_import/test_files.py",
    "accounts/user_import/planning/names.py": "accounts/user_import/planning/test_spelling.py",
    "accounts/user_import/planning/remarks.py": "accounts/user_import/test_files.py",
    "accounts/authentication/package_words.py": "repository/test_languages.py",
    "config/formats/da/formats.py": "audit/test_dates.py",
    "config/formats/de/formats.py": "audit/test_dates.py",
    "config/formats/en/formats.py": "audit/test_dates.py",
    "audit/errors.py": "impersonation/test_ways_out_without_a_log.py",
    "audit/admin/change_list.py": "audit/admin/test_events.py",
    "audit/admin/search.py": "audit/admin/test_events.py",
    "audit/admin/summary.py": "audit/test_export.py",
    "audit/chain.py": "audit/verification/test_checker.py",
    "audit/context.py": "audit/test_log_lines.py",
    "audit/management/commands/erase_user.py": "audit/test_lifecycle.py",
    "audit/management/commands/verify_audit.py": "audit/test_anchors.py",
    "audit/management/days.py": "audit/test_export_command.py",
    "audit/management/progress.py": "audit/test_export_command.py",
    "audit/management/commands/rotate_audit_key.py": "audit/test_lifecycle.py",
    "audit/groups.py": "audit/test_sentences.py",
    "audit/models.py": "audit/admin/test_events.py",
    "audit/people.py": "audit/admin/test_events.py",
    "audit/detail_keys.py": "audit/admin/test_timeline.py",
    "config/files/storages.py": "config/caching/test_settings.py",
    "config/files/stored_files.py": "config/files/test_object_store.py",
    "config/management/commands/move_uploads.py": "config/files/test_object_store.py",
    "config/management/commands/prepare_uploads.py": "config/files/test_uploads.py",
    "config/monitoring/metrics.py": "config/monitoring/test_middleware.py",
    "config/configuration/surroundings.py": "config/configuration/test_values.py",
    "config/start.py": "config/configuration/test_values.py",
    "config/version.py": "config/monitoring/test_faults.py",
    "config/management/commands/check_config.py": "config/configuration/test_values.py",
    "config/management/commands/createsuperuser.py": "accounts/management/commands/test_create_owner.py",
    "accounts/models/last_runs.py": "config/monitoring/test_figures.py",
    "config/logging.py": "audit/test_log_lines.py",
    "config/models.py": "config/caching/test_database.py",
    "config/server/__main__.py": "operation/test_server.py",
    "config/server/service_manager.py": "operation/test_server.py",
    "config/sub_path.py": "operation/test_sub_path.py",
    "demo/audit.py": "audit/admin/test_scale.py",
    "demo/audit_story.py": "audit/admin/test_scale.py",
    "demo/learning_content.py": "demo/test_learning.py",
    "demo/pdf.py": "demo/test_learning.py",
    "demo/users.py": "demo/test_seed_demo.py",
    "demo/story_scenes.py": "demo/test_story.py",
    "impersonation/refusals.py": "impersonation/test_start.py",
    "accounts/authentication/browser_cookies.py": "accounts/users/test_kept_place.py",
    "impersonation/ended_cookie.py": "impersonation/test_ends.py",
    "impersonation/management/commands/send_notices.py": "impersonation/test_notices.py",
    "impersonation/mode/forms.py": "impersonation/mode/test_actions.py",
    "impersonation/streams.py": "impersonation/test_guards.py",
    "impersonation/traces/stored.py": "impersonation/traces/test_traces.py",
    "learning/admin/choice_fields.py": "learning/test_admin.py",
    "learning/admin/file_input.py": "config/files/test_object_store.py",
    "learning/admin/editing.py": "learning/test_admin.py",
    "learning/admin/problems.py": "learning/visibility/test_problems.py",
    "learning/models/documents.py": "learning/test_documents.py",
    "learning/models/interactions.py": "learning/test_submit.py",
    "learning/models/judging.py": "learning/test_pass_marks.py",
    "learning/models/earlier_submissions.py": "learning/test_again.py",
    "learning/results/forms.py": "learning/results/test_views.py",
    "learning/visibility/path.py": "learning/test_stories.py",
    "learning/visibility/places.py": "learning/visibility/test_history.py",
    "learning/visibility/reorganised.py": "accounts/organisation/test_preview.py",
    "learning/visibility/since.py": "learning/access_check/test_changes.py",
    "learning/visibility/turns.py": "learning/access_check/test_changes.py",
    "learning/visibility/explanation.py": "learning/test_tries.py",
}
GUARDS = [
    guard
    for file in (BASE_DIR / "tests" / "guards").glob("*.toml")
    for guard in tomllib.loads(file.read_text(encoding="utf-8"))["guard"]
]


def without_a_test_of_their_own():
    guarded = {guard["file"] for guard in GUARDS}
    for path in MODULES.values():
        name = path.relative_to(BASE_DIR)
        tests = BASE_DIR / "tests" / name.parent
        own = [*tests.glob(f"test_{name.stem}.py"), *tests.glob(f"test_{name.stem}_*.py")]
        if not own and str(name) not in guarded and name.name not in OF_EVERY_TEST:
            yield str(name)


def test_every_module_has_a_test_a_guard_or_an_entry():
    assert set(without_a_test_of_their_own()) - set(COVERED_BY) == set(), "add tests/<folder>/test_<module>.py"


def test_no_entry_is_stale():
    assert set(COVERED_BY) - set(without_a_test_of_their_own()) == set(), "the module has a test of its own, or is gone"


def test_every_test_file_that_an_entry_names_is_there():
    files = set(COVERED_BY.values())
    assert {
        name for name in files if "def test_" not in (BASE_DIR / "tests" / name).read_text(encoding="utf-8")
    } == set()
