"""
People, events and a document for a load, made in an installation: `standin shell < tests/support/tasting.py`.

It prints the numbers of the learners, of the events and of the document as JSON.
"""

import json
from datetime import timedelta

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Department, User
from learning.models import Document, DocumentAudience, Event, EventAudience

company = Department.objects.add_root({"name": "Tasting"})
learners = []
for number in range(3):
    common = {"password": "standin-demo", "last_name": "Jensen", "department": company}
    supporter = User.objects.create_user(email=f"supporter{number}@tasting.example", first_name="Sam", **common)
    supporter.groups.add(Group.objects.get(name="Support"))
    learner = User.objects.create_user(email=f"learner{number}@tasting.example", first_name="Lena", **common)
    learners.append(learner.pk)
begins = timezone.now() + timedelta(days=1)
events = Event.objects.bulk_create(
    Event(
        title=f"Tasting {number}", place="Roastery", capacity=1000, is_published=True,
        starts_at=begins, ends_at=begins + timedelta(hours=2),
    )
    for number in range(3000)
)  # fmt: skip
EventAudience.objects.bulk_create(EventAudience(item=event, is_everyone=True) for event in events)
document = Document(title="How we taste", is_published=True)
document.file = ContentFile(b"Slowly, and with a clean cup.", name="tasting.txt")
document.full_clean()
document.save()
DocumentAudience.objects.create(item=document, is_everyone=True)
print(json.dumps({"learners": learners, "events": [event.pk for event in events], "document": document.pk}))
