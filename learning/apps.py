from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LearningConfig(AppConfig):
    name = "learning"
    verbose_name = _("Learning")

    def ready(self):
        from accounts.models.outbox import BEFORE_SENDING
        from accounts.templatetags.permissions import CAN_TO_TARGET
        from learning.access_check.access import may_check
        from learning.models.history import track_items
        from learning.places.actions import fill_free_places

        track_items()
        CAN_TO_TARGET["check_access"] = may_check
        BEFORE_SENDING.append(fill_free_places)
