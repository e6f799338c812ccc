"""The way round for whoever sits down under a seat for the first time: a few steps by role."""

from dataclasses import dataclass

from flask import g, request
from flask_babel import gettext

from app.errors import N_


@dataclass(frozen=True)
class Step:
    """A step in words, and what of the page it points at: the first of these that is seen."""

    title: str
    text: str
    at: str


MENU = Step(
    N_("The menu"),
    N_("Here is all that you may see, by area. A number says how much waits for you there."),
    ".menu-button[popovertarget=menu], #menu",
)
SEAT = Step(
    N_("Who you act as"),
    N_("Here you read for whom you act. If you have several seats, you change between them here."),
    ".bar .seat",
)
LISTS = Step(
    N_("Lists"),
    N_("Above every list you search, filter, choose the columns and export. “What is this?”"
       " under a title says what the screen is for."),
    "div.home h2, .page-top",
)  # fmt: skip
TOOLS = Step(
    N_("Language, colours and exit"),
    N_("Here you change the language, choose light or dark, and sign out. “Show me round” brings"
       " these steps back."),
    ".for-tools, #tools",
)  # fmt: skip
# What each role's home is for.
DAYS = {
    "admin": N_("Here is what needs a look on the platform: jobs that failed, above all. Accounts"
                " and seats are in the menu under Platform."),
    "staff": N_("Here you see what waits for the plan office: what to review, to answer and to"
                " decide. A heading opens its list."),
    "municipality": N_("Here you see what waits for your municipality. The buttons at the top"
                       " enter a service, a workshop or a summer camp."),
    "provider": N_("Here you see what waits for you: requests to answer, and the rosters of your"
                   " slots. What you change in a service goes to review first."),
    "partner": N_("Here you see the calls that are open and your memberships. From the menu you"
                  " keep your body's sheet and its contacts."),
    "company": N_("Here you see your company's memberships and the open calls. Nobody sees here"
                  " what a single employee used."),
    "social_point": N_("Here are your desk's delegations. Somebody's data are open to you only"
                       " while their delegation is valid."),
}  # fmt: skip
HOME = N_("What waits for you")


def steps() -> list[Step]:
    """The steps for the active seat, in the reader's words; none once it was shown round, unless
    the address asks for them."""
    kind = g.principal.kind
    if kind not in DAYS or (g.seat.Seat.toured_at is not None and "tour" not in request.args):
        return []
    found = (Step(HOME, DAYS[kind], "div.home, .page-top"), MENU, SEAT, LISTS, TOOLS)
    return [Step(gettext(s.title), gettext(s.text), s.at) for s in found]
