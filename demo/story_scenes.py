"""What happened at Harbour Coffee in the last two months, as tables. Days count back from today."""

from __future__ import annotations

from typing import NamedTuple


class Visit(NamedTuple):
    """
    An assumed session.

    day: days ago. steps: what was looked at ("@module title"), changed ("+event title" for a new place, "~module title"
    for an answer) or refused ("!"). told: whether the person has seen the notice. objected: whether they said that they
    had not asked for it, and "withdrawn" if they took that back a day later.
    """

    day: int
    time: str
    actor: str
    target: str
    mode: str
    category: str
    reason: str
    ticket: str
    steps: tuple[str, ...]
    minutes: int
    cause: str = "exit"
    seen: bool = True
    objected: str = ""


class Deed(NamedTuple):
    """A single event; detail is what the platform itself stores with events of this kind."""

    day: int
    time: str
    kind: str
    actor: str
    target: str = ""
    detail: dict | None = None
    reason: dict | None = None
    outcome: str = "done"


LOOK, ACT = "look_only", "act"
FOOD, TILL, ART = "Food safety basics", "Closing the till", "Latte art basics"
ALLERGENS, GRINDER, COLD = "Allergens at the counter", "The grinder, cleaned and set", "The new cold room in Aarhus"
WELCOME, AID, NIGHT = "Welcome to Harbour Coffee", "First aid for shift leads", "Latte art night"
WINTER, STEAM, CUPPING = "Winter menu, online", "Steaming milk, hands on", "Cupping: three farms in Huila"

VISITS = [
    Visit(58, "09:12", "sam", "freja.al-masri", LOOK, "content_not_visible",
          "Freja says that the welcome module is missing since Monday", "HELP-4102", ("@", f"@{WELCOME}"), 4),
    Visit(57, "14:40", "sam", "magnus.munoz", ACT, "cannot_submit",
          "Submit stays grey in the allergens module, he sent a picture", "HELP-4108",
          ("@", f"@{ALLERGENS}", f"~{ALLERGENS}"), 7),
    Visit(55, "10:05", "rita", "lena", LOOK, "content_not_visible",
          "Lena can't find the module on the grinder", "HELP-4119", ("@", f"@{GRINDER}"), 3),
    Visit(52, "08:31", "sam", "bjorn.byrne2", LOOK, "permissions_check",
          "Moved to Hamburg: does Björn still see the Copenhagen events?", "HELP-4126", ("@", "events"), 5),
    Visit(51, "16:20", "rita", "ellen.pedersen", ACT, "event_problem",
          "The page of the first aid course shows an error on her tablet", "HELP-4131",
          ("@", "events", f"+{AID}"), 6),
    Visit(48, "11:47", "sam", "zofia.bech", LOOK, "content_not_visible",
          "Zofia expects the wall chart among her documents", "HELP-4140", ("@", "documents"), 2),
    Visit(45, "13:15", "sam", "karla.petersen", ACT, "cannot_submit",
          "The answer on cloths is marked wrong though it is right", "HELP-4152",
          ("@", f"@{FOOD}", f"~{FOOD}", "!"), 11),
    Visit(44, "09:58", "rita", "pawel.nunez", LOOK, "other",
          "Paweł asks what a new colleague sees on the first day", "", ("@", f"@{WELCOME}", "documents"), 8),
    Visit(41, "15:03", "sam", "ronja.ni.bhriain", LOOK, "cannot_submit",
          "Two steps stay open in food safety", "HELP-4170", ("@", f"@{FOOD}"), 3),
    Visit(38, "10:26", "sam", "max", LOOK, "content_not_visible",
          "Wrong Max: the ticket is about Max Kjær in Aarhus, but from another shop", "HELP-4181",
          ("@",), 1, objected="withdrawn"),
    Visit(37, "12:10", "rita", "agnes.walsh", ACT, "event_problem",
          "Agnes can't leave the waiting list from his phone", "HELP-4188", ("@", "events"), 9, "idle"),
    Visit(34, "09:40", "sam", "josefine.noergaard", LOOK, "content_not_visible",
          "Trøjborg doesn't see the cold room module", "HELP-4203", ("@", f"@{COLD}"), 4),
    Visit(31, "14:22", "sam", "louise.wojcik", ACT, "cannot_submit",
          "The tick “I report illness” jumps back", "HELP-4215", ("@", f"@{FOOD}", f"~{FOOD}"), 6),
    Visit(30, "16:48", "rita", "lena", ACT, "event_problem",
          "Lena asks for a place at first aid, the button does nothing", "HELP-4219",
          ("@", "events", f"+{AID}"), 5),
    Visit(27, "08:55", "sam", "elias.larsen", LOOK, "permissions_check",
          "Shift lead since the 1st: sees the events for shift leads?", "HELP-4227", ("@", "events"), 2),
    Visit(24, "11:11", "sam", "uwe.mikkelsen", LOOK, "content_not_visible",
          "Hamburg asks why the till module is missing", "HELP-4240", ("@", "modules"), 3),
    Visit(23, "13:37", "sam", "goran.weiss", ACT, "cannot_submit",
          "Submit answers with an error page", "HELP-4246", ("@", f"@{ALLERGENS}", f"~{ALLERGENS}"), 12, "time_limit"),
    Visit(20, "10:02", "rita", "freja.al-masri", LOOK, "cannot_submit",
          "Freja is stuck at the last step of food safety", "HELP-4261", ("@", f"@{FOOD}"), 4),
    Visit(17, "15:30", "sam", "valdemar.kjaer", LOOK, "event_problem",
          "The cupping is not in Odense's list", "HELP-4277", ("@", "events"), 3),
    Visit(16, "09:21", "sam", "emma.walsh", ACT, "event_problem",
          "Emma booked the wrong evening and can't change it", "HELP-4280", ("@", "events", f"+{WINTER}", "!"), 7),
    Visit(13, "12:44", "sam", "josefine.noergaard", LOOK, "other", "Check before the audit of Trøjborg", "",
          ("@", "documents"), 6, "revoked"),
    Visit(10, "08:47", "sam", "trine.nguyen", LOOK, "content_not_visible",
          "New in Altona, sees no module at all", "HELP-4302", ("@", "modules"), 3),
    Visit(9, "14:09", "sam", "max", LOOK, "content_not_visible",
          "Max can't find Latte art night", "HELP-4306", ("@", "events"), 4),
    Visit(6, "10:33", "rita", "lena", LOOK, "cannot_submit",
          "Food safety basics can't be submitted, she says", "HELP-4318", ("@", f"@{FOOD}", f"@{GRINDER}"), 5),
    Visit(5, "16:15", "sam", "sofie.kelly", ACT, "event_problem",
          "Sofie can't register for the winter menu", "HELP-4322", ("@", "events", f"+{WINTER}"), 3),
    Visit(3, "09:05", "sam", "arjun.moeller", LOOK, "permissions_check",
          "Malmö: do they see Danish documents?", "HELP-4331", ("@", "documents"), 4, seen=False, objected="open"),
    Visit(2, "11:26", "rita", "ellen.pedersen", LOOK, "cannot_submit",
          "Two answers are gone after the update of her tablet", "HELP-4335", ("@", f"@{FOOD}"), 6, seen=False),
    Visit(1, "13:52", "sam", "magnus.munoz", LOOK, "content_not_visible",
          "He wants to see the cold room module once more", "HELP-4340", ("@", f"@{COLD}"), 2, seen=False),
]  # fmt: skip

# Access checks: day, time, actor, target, title of the item ("" for everything that somebody sees).
CHECKS = [
    (56, "10:20", "sam", "bjorn.byrne2", NIGHT),
    (53, "13:01", "rita", "lena", GRINDER),
    (49, "09:44", "sam", "max", STEAM),
    (46, "15:12", "rita", "agnes.walsh", TILL),
    (43, "11:38", "sam", "zofia.bech", FOOD),
    (40, "08:59", "sam", "elias.larsen", AID),
    (36, "14:05", "rita", "freja.al-masri", ART),
    (33, "10:11", "sam", "laura.kohler", COLD),
    (29, "16:27", "sam", "uwe.mikkelsen", TILL),
    (26, "09:30", "rita", "pawel.nunez", ""),
    (22, "12:18", "sam", "valdemar.kjaer", CUPPING),
    (18, "10:48", "sam", "trine.nguyen", WELCOME),
    (14, "13:26", "rita", "lena", NIGHT),
    (11, "09:17", "sam", "max", NIGHT),
    (8, "15:41", "sam", "emma.walsh", WINTER),
    (7, "11:05", "rita", "ellen.pedersen", FOOD),
    (4, "10:36", "sam", "arjun.moeller", ""),
    (1, "10:02", "sam", "max", NIGHT),
]

# Starts that a rule refused: day, time, actor, target, rule.
REFUSALS = [
    (54, "09:33", "rita", "max", "out_of_scope"),
    (47, "14:51", "mona", "ellen.pedersen", "no_right"),
    (39, "10:14", "sam", "audrey", "target_holds_more"),
    (32, "15:55", "sam", "owner", "target_superuser"),
    (25, "12:02", "rita", "josefine.noergaard", "out_of_scope"),
    (19, "09:09", "sam", "ina", "target_inactive"),
    (12, "16:40", "mona", "lena", "no_right"),
    (4, "08:52", "rita", "sofie.kelly", "out_of_scope"),
]

DEEDS = [
    Deed(59, "09:00", "permission_type.assigned", "owner", "rita",
         {"before": [], "after": ["Regional support (Copenhagen)"]}),
    Deed(59, "09:04", "permission_type.assigned", "owner", "audrey", {"before": [], "after": ["Auditor"]}),
    Deed(59, "10:30", "user.invited", "owner", "freja.al-masri", {}),
    Deed(50, "17:10", "user.exported", "owner", "", {"format": "csv", "people": 395}),
    Deed(11, "10:00", "user.invited", "owner", "trine.nguyen", {}),
    Deed(35, "16:00", "user.deactivated", "owner", "ina", {}, {"text": "Left at the end of the month"}),
    Deed(28, "09:15", "user.changed", "owner", "elias.larsen",
         {"before": {"job_profile": "Barista"}, "after": {"job_profile": "Shift lead"}}),
    Deed(28, "15:20", "audit.exported", "audrey", "", {"format": "csv", "events": 214}),
    Deed(21, "10:41", "due_date.extended", "sam", "goran.weiss",
         {"title": ALLERGENS, "before": None, "after": None}, {"text": "The error page cost him two days (HELP-4246)"}),
    Deed(15, "11:00", "result.reopened", "sam", "karla.petersen",
         {"title": FOOD}, {"text": "The question was worded in two ways"}),
    Deed(13, "12:50", "assumed_session.revoked", "owner", "josefine.noergaard", {"actor": "Sam Okafor"}),
    Deed(8, "09:30", "user.sign_in_lock_lifted", "sam", "torben.olsen", {}),
]  # fmt: skip
