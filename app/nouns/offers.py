"""What is offered: services, workshops, their slots and seasons."""

from app.errors import N_
from app.operations import attendance, calendar, camps, offers, slots
from app.query.verbs import REASON, Field, Noun, Verb

REVIEW = {
    "submit": Verb(
        offers.submit, N_("Send for review"), states=("draft", "returned", "suspended", "published")
    ),
    "publish": Verb(
        offers.publish,
        N_("Publish"),
        states=("draft", "review", "returned", "suspended", "published"),
    ),
    "return": Verb(offers.return_, N_("Return"), (REASON,), states=("review", "published")),
    "suspend": Verb(offers.suspend, N_("Suspend"), (REASON,), states=("published",)),
}
NOUNS: dict[str, Noun] = {
    "services": Noun(update=offers.propose, verbs=REVIEW),
    "workshops": Noun(
        update=offers.propose,
        verbs={
            **REVIEW,
            "weeks": Verb(
                camps.generate_weeks,
                N_("Make the weeks"),
                (
                    Field("places", N_("Places"), "int", help=N_("In each week.")),
                    Field("starts_at", N_("From"), "time"),
                    Field("ends_at", N_("To"), "time"),
                    Field("first", N_("First day"), "date", required=False),
                    Field(
                        "last",
                        N_("Last day"),
                        "date",
                        required=False,
                        help=N_("Holidays and closures between the two are left out."),
                    ),
                ),
            ),
            "copy": Verb(
                camps.copy_from_last_year,
                N_("Copy to another season"),
                (Field("season_id", N_("Season"), "ref:seasons"),),
            ),
        },
    ),
    "seasons": Noun(
        verbs={
            "propose": Verb(
                calendar.enter_proposed,
                N_("Enter the seasons of a school year"),
                (
                    Field(
                        "school_year",
                        N_("School year"),
                        required=False,
                        help=N_("Like 2026/27; the one that runs, if left empty."),
                    ),
                ),
                collection=True,
            )
        }
    ),
    "slots": Noun(
        create=slots.create,
        update=slots.change,
        verbs={
            "attend": Verb(
                attendance.mark_all,
                N_("Everybody else was present"),
                (Field("day", N_("Day"), "date"),),
            )
        },
    ),
}
