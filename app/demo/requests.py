"""Has people ask for services: each request goes as far as its line says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app import models
from app.demo.acting import acting
from app.demo.families import Families
from app.operations import requests

Step = Callable[..., Any]
A_STEP = timedelta(hours=20)


@dataclass(frozen=True)
class Wanted:
    """A service, who asks (`family` or `elderly` by number), how long ago, and what came of it.

    An old person asks at the desk, a family online, for its youngest.
    """

    body: str
    title: str
    asker: tuple[str, int]
    days_ago: int
    message: str
    # Who acts at each step after it was sent: account, kind of its seat, verb, its words.
    steps: tuple[tuple[str, str, Step, dict[str, str]], ...] = ()


def _codogno(verb: Step, **words: str) -> tuple[str, str, Step, dict[str, str]]:
    return ("municipality", "municipality", verb, words)


def _cooperative(verb: Step, **words: str) -> tuple[str, str, Step, dict[str, str]]:
    return ("provider", "provider", verb, words)


def _office(verb: Step, **words: str) -> tuple[str, str, Step, dict[str, str]]:
    return ("staff", "staff", verb, words)


SAD = "SAD - Servizio di assistenza domiciliare"
COMES = {"answer": "Una nostra operatrice vi chiama domani per concordare la visita."}

WANTED = {
    "lodi": (
        Wanted(
            "comune-codogno",
            SAD,
            ("elderly", 0),
            1,
            "Vive sola e da poco fatica a fare le scale: due mattine alla settimana.",
        ),
        Wanted(
            "comune-codogno",
            "Pre e post-scuola",
            ("family", 0),
            2,
            "Solo il pre-scuola, dalle 7.30.",
        ),
        Wanted(
            "famiglia-nuova",
            "Doposcuola Il Cortile",
            ("family", 0),
            5,
            "Tre pomeriggi alla settimana, se possibile il lunedì.",
            (
                _cooperative(
                    requests.answer,
                    answer="C'è posto il lunedì, il martedì e il giovedì. Confermate?",
                ),
            ),
        ),
        Wanted(
            "comune-codogno",
            SAD,
            ("elderly", 1),
            8,
            "Dimessa dall'ospedale la settimana scorsa.",
            (_codogno(requests.answer, **COMES), _codogno(requests.accept)),
        ),
        Wanted(
            "comune-codogno",
            "Pasti a domicilio",
            ("elderly", 2),
            30,
            "Dal lunedì al venerdì.",
            (_codogno(requests.accept), _codogno(requests.start)),
        ),
        Wanted(
            "microcosmi",
            "Taxi sociale",
            ("elderly", 3),
            40,
            "Andata e ritorno per una visita di controllo.",
            (_office(requests.accept), _office(requests.start), _office(requests.close)),
        ),
        Wanted(
            "famiglia-nuova",
            "Doposcuola Il Cortile",
            ("family", 1),
            12,
            "Tutti i pomeriggi.",
            (
                _cooperative(
                    requests.refuse,
                    reason="Il gruppo della sua età è completo fino a fine quadrimestre.",
                ),
            ),
        ),
        Wanted(
            "comune-lodi",
            "Spazio ascolto genitori",
            ("family", 2),
            6,
            "Possiamo solo dopo le 17.",
            (("", "citizen", requests.cancel, {}),),
        ),
    ),
    "sud-sud-est-milano": (
        Wanted(
            "spazio-aperto-servizi",
            "Doposcuola Mongolfiera",
            ("family", 1),
            3,
            "Due pomeriggi, meglio martedì e venerdì.",
        ),
        Wanted(
            "spazio-aperto-servizi",
            "Doposcuola Mongolfiera",
            ("family", 2),
            9,
            "Tutti i giorni.",
            (("staff-milano", "staff", requests.accept, {}),),
        ),
    ),
}


def write(
    db: Session,
    slug: str,
    services: dict[tuple[str, str], models.Service],
    known: Families,
    accounts: dict[str, models.Account],
    now: datetime,
) -> None:
    """Send every request of an alliance, and take it as far as it went."""
    for wanted in WANTED[slug]:
        kind, number = wanted.asker
        at = now - timedelta(days=wanted.days_ago)
        if kind == "family":
            family = known.families[number]
            person, account, seat, channel = family.children[-1], family.account, "citizen", "web"
        else:
            person, account = known.elderly[number], accounts["social-point"]
            seat, channel = "social_point", "desk"
        with acting(db, account, seat, at) as own:
            sent = requests.send(
                own,
                person_id=person.id,
                service_id=services[wanted.body, wanted.title].id,
                message=wanted.message,
                contact=None if channel == "web" else person.phone,
                channel=channel,
                now=at,
            )
            request_id = sent.id
        for username, kind, verb, words in wanted.steps:
            at += A_STEP
            with acting(db, accounts[username] if username else account, kind, at) as own:
                verb(own, own.get_one(models.ServiceRequest, request_id), now=at, **words)
