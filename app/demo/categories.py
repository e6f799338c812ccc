"""What is offered: the six categories word for word (003) and the salvatempo services (001).

The six bind the offers of third-sector bodies under the call of 003. What follows the titles
are examples: the flyer writes "es" before them, and the list is not closed.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Category:
    """A node of one of the two trees, in the order of the document."""

    code: str
    title: str
    title_en: str
    examples: str | None = None
    parent: str | None = None


SIX_CATEGORIES = (
    Category(
        "socio-assistenziali",
        "Servizi socio-assistenziali",
        "Social care services",
        "pasti a domicilio, SAD, SADH",
    ),
    Category(
        "assistenza-sanitaria",
        "Servizi di assistenza sanitaria",
        "Health care services",
        "ADI",
    ),
    Category(
        "cura-dei-figli",
        "Servizi per la cura dei figli",
        "Services for the care of children",
        "asili nido, scuole materne, doposcuola, attività laboratoriali e attività sportive",
    ),
    Category(
        "accompagnamento-trasporto",
        "Servizi di accompagnamento e trasporto disabili e anziani",
        "Escort and transport of disabled and elderly people",
    ),
    Category(
        "psicologici",
        "Servizi psicologici",
        "Psychological services",
        "supporto psicologico, supporto alla genitorialità, mediazione famigliare",
    ),
    Category("piccole-commissioni", "Piccole commissioni", "Small errands"),
)

ROOT = "salvatempo"
OTHERS = "altri-servizi"


def _saves_time(code: str, title: str, title_en: str, parent: str = ROOT) -> Category:
    return Category(code, title, title_en, parent=parent)


SALVATEMPO = (
    Category(ROOT, "Servizi salvatempo", "Time-saving services"),
    _saves_time(
        "spesa-pronta",
        "Spesa pronta con prodotti locali/km0 con consegna in azienda",
        "Groceries of local products, delivered to the company",
    ),
    _saves_time("lavanderia", "Servizio lavanderia/stireria", "Laundry and ironing"),
    _saves_time(
        "pratiche",
        "Disbrigo pratiche burocratiche-amministrative",
        "Paperwork with offices",
    ),
    _saves_time(
        "biglietti",
        "Acquisto biglietti eventi culturali/ricreativi",
        "Tickets for cultural and leisure events",
    ),
    _saves_time("auto", "Lavaggio e assistenza auto", "Car washing and maintenance"),
    _saves_time("take-away", "Servizio pasti take-away", "Take-away meals"),
    _saves_time("pacchi", "Raccolta pacchi da corrieri", "Collection of parcels from couriers"),
    _saves_time("baby-sitting", "Baby sitting", "Baby-sitting"),
    _saves_time("colf", "Colf", "Housework"),
    _saves_time(
        "badanti",
        "Badanti di supporto nella gestione dei figli e dei parenti con difficoltà",
        "Carers who help with children and relatives in difficulty",
    ),
    _saves_time("asilo-nido", "Asilo nido", "Day nursery"),
    _saves_time("libri", "Libri scolastici", "School books"),
    _saves_time("ricreative", "Attività ricreative", "Leisure activities"),
    _saves_time(OTHERS, "Altri servizi", "Other services"),
    _saves_time("elettricista", "Elettricista", "Electrician", OTHERS),
    _saves_time(
        "maggiordomo",
        "Maggiordomo e spesa in ufficio",
        "Errands and shopping brought to the office",
        OTHERS,
    ),
    _saves_time("tempo-libero", "Tempo libero", "Free time", OTHERS),
    _saves_time("palestre", "Palestre", "Gyms", OTHERS),
    _saves_time("cinema", "Cinema", "Cinema", OTHERS),
    _saves_time("trasporti", "Trasporti", "Transport", OTHERS),
    _saves_time("abbonamenti", "Abbonamenti", "Season tickets", OTHERS),
    _saves_time("mense", "Mense", "Canteens", OTHERS),
)
