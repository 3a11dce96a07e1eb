from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LearningConfig(AppConfig):
    name = "learning"
    verbose_name = _("Learning")

    def ready(self):
        from accounts.first_hour.facts import PUBLISHED
        from accounts.models.outbox import BEFORE_SENDING
        from accounts.organisation.uses import AUDIENCES
        from accounts.templatetags.permissions import CAN, CAN_TO_TARGET
        from accounts.users.tabs import TABS, Tab
        from audit import changed_fields
        from learning import answers_told, audit_sentences
        from learning.access_check.access import may_check
        from learning.models import Document, Event, Module
        from learning.models.history import track_items
        from learning.places.actions import fill_free_places
        from learning.team.scope import counts_progress, leads_a_team, why_not_see_progress
        from learning.visibility.reorganised import AudiencesOf

        track_items()
        audit_sentences.add()
        changed_fields.VALUES[answers_told.ANSWER] = answers_told.value_for_auditors
        changed_fields.MODELS |= {
            "content": ("learning.module", "learning.event", "learning.document"),
            "question": ("learning.interaction",),
        }
        CAN_TO_TARGET["check_access"] = may_check
        CAN["lead_a_team"] = leads_a_team
        CAN["count_progress"] = counts_progress
        TABS.append(
            Tab("user_learning", _("Learning"), 10, lambda actor, user: why_not_see_progress(actor, user) is None)
        )
        BEFORE_SENDING.append(fill_free_places)
        AUDIENCES.extend(AudiencesOf(model) for model in (Module, Event, Document))
        PUBLISHED.extend(item.objects.published_for_somebody for item in (Module, Event, Document))
