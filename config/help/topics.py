"""What the help says to learners, support, managers and content creators."""

from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.authorization.login_as import logs_in_as_somebody
from accounts.policy.rights import Right
from learning.access_check.access import checks_somebody, may_edit
from learning.team.scope import counts_progress, leads_a_team

from .pages import Page, Topic


def supports(user) -> bool:
    return logs_in_as_somebody(user) or checks_somebody(user)


def sees_people(user) -> bool:
    return policy.holds_anywhere(user, Right.SEE_PEOPLE)


def helps_with_results(user) -> bool:
    return policy.holds_anywhere(user, Right.HELP_WITH_RESULTS) and checks_somebody(user)


def creates(user) -> bool:
    return may_edit(user, "module")


LEARNER = Page(
    "learner",
    _("Learning"),
    _("Find what is meant for you, do it, and see who was in your account."),
    (
        Topic(
            "find",
            _("Find your modules"),
            (
                _("Your dashboard shows what is due, the most urgent first."),
                _("“Modules” lists all of them. “Search” also finds events and documents."),
                _("A module can wait for another one. Submit the other one first, then the module appears."),
            ),
            "module_list",
            _("Open modules"),
        ),
        Topic(
            "submit",
            _("Answer and submit a module"),
            (
                _("Your answers are saved while you type."),
                _("Steps marked “Required” have to be done before you can submit."),
                _("After you submit, your answers stay as they are."),
                _("Some modules expire. You can do these again on their page."),
            ),
            "module_list",
            _("Open modules"),
        ),
        Topic(
            "events",
            _("Register for an event"),
            (
                _("Open the event and choose “Register”."),
                _("If it is full, you can wait for a place. You get a mail once you have one."),
                _("The calendar file of the event opens in your own calendar."),
            ),
            "event_list",
            _("Open events"),
        ),
        Topic(
            "missing",
            _("Something is missing"),
            (
                _("Each module, event and document has an audience: departments, jobs or people."),
                _("If you miss something, tell support its title. They can see why you don't see it."),
            ),
        ),
        Topic(
            "who-was-here",
            _("See who was in your account"),
            (
                _("Support can open your account to help you. You get a notice each time."),
                _("Your access history says who it was, why, and what they did."),
                _("If you did not ask for help, say so there. You can end the session at once."),
            ),
            "access_history",
            _("Open your access history"),
        ),
        Topic(
            "account",
            _("Keep your account safe"),
            (
                _("Under “My account” you change your password and set up a second factor."),
                _("Forgot your password? Choose “Forgot your password?” when you sign in."),
            ),
            "account",
            _("Open my account"),
        ),
    ),
)

SUPPORT = Page(
    "support",
    _("Support"),
    _("Find out why somebody can't see or do something, and help."),
    (
        Topic(
            "why",
            _("Find out why somebody can't see something"),
            (
                _("The access check answers without opening the account."),
                _("Name the person and the item. You read which rule hides it, and what would show it."),
                _("Each question is recorded. The person can read that you asked."),
            ),
            "why",
            _("Check access"),
            checks_somebody,
        ),
        Topic(
            "login-as-user",
            _("Login as User"),
            (
                _("Look at the platform as the person does, if the access check is not enough."),
                _("Find the person in User Management. Open the three dots, and choose “Login as User”."),
                _("Say why. Look only unless you must act. Exit as soon as you are done."),
            ),
            "help_login_as",
            _("Read all about Login as User"),
            logs_in_as_somebody,
            "help/_login_as.html",
        ),
        Topic(
            "sign-in",
            _("Somebody can't sign in"),
            (
                _("Open the person in User Management: the page says what keeps them out."),
                _("You can send a link for a new password, lift a lock, or remove a lost second factor."),
            ),
            "user_list",
            _("Open User Management"),
            sees_people,
        ),
        Topic(
            "more-time",
            _("Give another try or more time"),
            (
                _("Check the person's access to the module."),
                _("Below the answer, choose “Let them try again” or “Extend the due date for them”."),
                _("The person reads your reason in a mail."),
            ),
            may=helps_with_results,
        ),
        Topic(
            "ticket",
            _("Come from a ticket, and go back to it"),
            (
                _("Your ticket system can link to the form of Login as User. The link fills in the ticket."),
                _("After you exit, a link leads back to the ticket."),
            ),
            may=logs_in_as_somebody,
        ),
    ),
    supports,
)

MANAGER = Page(
    "manager",
    _("Leading a team"),
    _("See who is overdue, who has not started, and with what."),
    (
        Topic(
            "team",
            _("See your team's progress"),
            (
                _("“My team” lists the people of your departments. Who needs help comes first."),
                _("Choose “Overdue” or “Not started” above the list to see only those people."),
            ),
            "team",
            _("Open my team"),
            leads_a_team,
        ),
        Topic(
            "person",
            _("See one person's progress"),
            (
                _("Open the person and choose “Learning”."),
                _("You see what the person sees, including due dates and places at events."),
                _("You never see answers."),
            ),
            "team",
            _("Open my team"),
            leads_a_team,
        ),
        Topic(
            "module",
            _("See who has done a module"),
            (
                _("Choose “By module”, then the module."),
                _("Each number leads to its people, if you may see them."),
            ),
            "team_modules",
            _("Open the modules"),
            counts_progress,
        ),
    ),
    leads_a_team,
)

CREATOR = Page(
    "creator",
    _("Writing content"),
    _("Write modules, events and documents, and reach the right people."),
    (
        Topic(
            "write",
            _("Write a module"),
            (
                _("A module is a list of steps: texts, files, videos and questions."),
                _("Preview it before you publish it. The preview saves nothing."),
            ),
            "admin:learning_module_changelist",
            _("Open modules in the administration"),
            creates,
        ),
        Topic(
            "audience",
            _("Choose who sees it"),
            (
                _("Nobody sees a module without an audience, even if it is published."),
                _("Name everyone, departments, job profiles or single people. Each can have a due date."),
                _("People that you exclude don't see it, whatever else names them."),
            ),
            may=creates,
        ),
        Topic(
            "builds-on",
            _("Put modules in order"),
            (
                _("A module can build on others. People see it once they have submitted those."),
                _("Nobody waits for a draft, or for a module meant for others."),
            ),
            may=creates,
        ),
        Topic(
            "how-far",
            _("See progress"),
            (
                _("Each module has a page with numbers: overdue, in progress, not started, done."),
                _("Names are shown only if you may see people."),
            ),
            "team_modules",
            _("See progress"),
            counts_progress,
        ),
        Topic(
            "places",
            _("Give and take places at an event"),
            (
                _("Open the event in the administration and choose “Who takes part”."),
                _("The person gets a mail with your reason."),
            ),
            "admin:learning_event_changelist",
            _("Open events in the administration"),
            lambda user: may_edit(user, "event"),
        ),
    ),
    creates,
)
