"""The six projects, who took part in each by which document, and the two calls.

The documents' lists disagree: 000 says that the partners are those of LABOR and yet lacks
some that 001 and 003 name. So nothing is merged: a claim stands with its document, and a
body that two documents name has two claims.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.demo.alliances import LODI, MILANO

DGR_2398 = "DGR n. 2398 del 11/11/2019"


@dataclass(frozen=True)
class ProjectFacts:
    """A project; what the documents do not tell is None."""

    key: str
    alliance: str
    title: str
    programme: str | None = None
    legal_act: str | None = None
    budget: Decimal | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    months: int | None = None
    # The documents give the new end, and neither the day nor the act of the decision.
    extended_to: tuple[date, ...] = ()
    continues: str | None = None
    description: str | None = None


@dataclass(frozen=True)
class Claim:
    """That a body had a part in a project, according to one document."""

    project: str
    organization: str
    role: str
    document: str


PROJECTS = (
    ProjectFacts(
        "por-fse",
        LODI.slug,
        "POR FSE Servizi + Tempo = Benessere",
        programme="POR FSE",
        description="Progetto cofinanziato dal Fondo Sociale Europeo.",
    ),
    ProjectFacts(
        "labor",
        LODI.slug,
        "LABOR – Reti, tempi lavorativi, valori condivisi",
        programme="Piano territoriale di conciliazione famiglia-lavoro di ATS Città "
        "Metropolitana di Milano 2017-18",
        legal_act="DGR X/5926 del 12/12/2016",
        months=18,
        description="Il progetto ha lo scopo di incoraggiare le imprese ad avviare o completare "
        "i piani di welfare aziendale a favore dei loro dipendenti, valorizzando la rete dei "
        "servizi socio-assistenziali presenti sul territorio e sostenendo la nascita di una "
        "nuova impresa sociale al femminile per i servizi “salvatempo”.",
    ),
    ProjectFacts(
        "labor-plus",
        LODI.slug,
        "LABOR PLUS",
        continues="labor",
        description="Prosecuzione di LABOR con nuove risorse di ATS: nell'emergenza Covid-19 "
        "laboratori online per bambini e ragazzi, di supporto allo studio e ludico-creativi, e "
        "sostegno alla genitorialità e alle famiglie fragili.",
    ),
    ProjectFacts(
        "lodigiano-welfare",
        LODI.slug,
        "Lodigiano Welfare",
        programme="Piano territoriale di conciliazione famiglia-lavoro di ATS Città "
        "Metropolitana di Milano 2020-2023",
        legal_act=DGR_2398,
        budget=Decimal("169952.00"),
        starts_on=date(2020, 9, 1),
        ends_on=date(2023, 5, 30),
        extended_to=(date(2023, 12, 31),),
        continues="labor",
        description="Il progetto ha l'obiettivo di dar vita ad un sistema che incontra i bisogni "
        "sociali, in grado di integrare servizi pubblici e del terzo settore, e le politiche di "
        "welfare aziendale, creando nuove relazioni sociali e collaborazioni.",
    ),
    ProjectFacts(
        "governare-gli-equilibri",
        MILANO.slug,
        "Governare gli equilibri",
        description="Progetto dell'alleanza ASST Martesana Melegnano.",
    ),
    ProjectFacts(
        "nuove-sinergie",
        MILANO.slug,
        "Nuove sinergie: reti territoriali a sostegno della conciliazione",
        programme="Piano territoriale di ATS della Città Metropolitana di Milano 2020/2023",
        continues="governare-gli-equilibri",
        description="Una rete territoriale tra soggetti pubblici e privati funzionale a "
        "rispondere ai bisogni di conciliazione nati a seguito dell'emergenza Covid-19. "
        "Destinatari: le aziende pubbliche e private e i cittadini del Distretto 2 e del "
        "Distretto Sud Visconteo.",
    ),
)


def _keys(line: str) -> tuple[str, ...]:
    return tuple(line.split())


# Each document's list, in its own order.
_LABOR_IN_001 = _keys(
    "azienda-consortile gesam ebt-lodi asst-lodi assc fondazione-santa-chiara auser cgil "
    "cisl uil confcommercio asp-valsasino unione-artigiani cfp-lodi asvicom "
    "confartigianato bicocca fondazione-bignaschi fondazione-opere-pie comune-lodi "
    "comune-casalpusterlengo acl"
)
_WELFARE_IN_000 = _keys(
    "provincia-lodi comune-lodi comune-casalpusterlengo comune-codogno comune-massalengo "
    "cgil cisl uil confartigianato confcommercio unione-artigiani asvicom ebt-lodi "
    "famiglia-nuova emmanuele microcosmi il-mosaico l-officina cgm bicocca "
    "fondazione-bignaschi asst-lodi assc fondazione-santa-chiara fondazione-opere-pie "
    "asp-valsasino mlfm"
)
_WELFARE_IN_003 = _keys(
    "acl asst-lodi asvicom auser asp-valsasino assc cgil cisl comune-casalpusterlengo "
    "comune-codogno comune-lodi comune-massalengo confartigianato confcommercio "
    "consigliera-parita cfp-lodi ebt-lodi emmanuele famiglia-nuova fondazione-bignaschi "
    "fondazione-opere-pie fondazione-santa-chiara gesam cgm il-mosaico l-officina "
    "microcosmi mlfm provincia-lodi uil unione-artigiani bicocca"
)

CLAIMS = (
    Claim("por-fse", "azienda-consortile", "lead", "001"),
    Claim("por-fse", "famiglia-nuova", "partner", "001"),
    Claim("por-fse", "fse", "funder", "001"),
    Claim("labor", "provincia-lodi", "lead", "001"),
    Claim("labor", "ats-milano", "funder", "001"),
    *(Claim("labor", key, "partner", "001") for key in _LABOR_IN_001),
    Claim("labor-plus", "ats-milano", "funder", "001"),
    Claim("lodigiano-welfare", "azienda-consortile", "lead", "000"),
    Claim("lodigiano-welfare", "azienda-consortile", "lead", "001"),
    Claim("lodigiano-welfare", "azienda-consortile", "lead", "003"),
    Claim("lodigiano-welfare", "ats-milano", "funder", "000"),
    Claim("lodigiano-welfare", "regione-lombardia", "funder", "002"),
    Claim("lodigiano-welfare", "regione-lombardia", "funder", "003"),
    Claim("lodigiano-welfare", "consorzio-mattarelli", "technical_partner", "003"),
    *(Claim("lodigiano-welfare", key, "partner", "000") for key in _WELFARE_IN_000),
    *(Claim("lodigiano-welfare", key, "partner", "003") for key in _WELFARE_IN_003),
    Claim("governare-gli-equilibri", "asst-martesana", "partner", "004"),
    Claim("nuove-sinergie", "spazio-aperto-servizi", "lead", "004"),
    Claim("nuove-sinergie", "regione-lombardia", "funder", "004"),
    Claim("nuove-sinergie", "assemi", "partner", "004"),
    Claim("nuove-sinergie", "piano-c", "partner", "004"),
    Claim("nuove-sinergie", "alspes", "partner", "004"),
)


@dataclass(frozen=True)
class CallFacts:
    """A public call; dates that the documents do not give are None."""

    key: str
    alliance: str
    title: str
    project: str
    legal_act: str
    published_on: date | None
    deadline: date | None
    status: str
    description: str
    # Networks whose form it asks for, each with the name of the form's paper.
    forms: tuple[tuple[str, str], ...] = ()
    # The call asks for services, and only in these categories.
    categories: tuple[str, ...] = ()


MEMBERSHIP_CALL = CallFacts(
    "adesione-2020",
    LODI.slug,
    "Manifestazione di interesse per l'adesione all'alleanza locale LABOR",
    "lodigiano-welfare",
    DGR_2398,
    date(2020, 3, 30),
    date(2020, 4, 10),
    "closed",
    "Per poter partecipare è necessario aderire sia alla rete di conciliazione di ATS che alla "
    "rete locale LABOR, compilando ed inviando ai rispettivi indirizzi i documenti in allegato, "
    "con firma olografa o digitale.",
    forms=(
        ("ats", "All. D modulo Adesione rete conciliazione"),
        ("local", "E. modulo adesione Alleanza locale Labor"),
    ),
)
# 003 tells of this call and of the categories that it admits, and gives it no date.
SERVICES_CALL = CallFacts(
    "servizi-ets",
    LODI.slug,
    "Manifestazione di interesse per inserire i servizi di ETS all'interno della piattaforma",
    "lodigiano-welfare",
    DGR_2398,
    None,
    None,
    "published",
    "Aderendo alla manifestazione di interesse, gli Enti del Terzo Settore danno vita ad un "
    "catalogo di servizi pubblicizzati in piattaforma. I servizi offerti dovranno rientrare "
    "nelle categorie indicate.",
    categories=(
        "socio-assistenziali",
        "assistenza-sanitaria",
        "cura-dei-figli",
        "accompagnamento-trasporto",
        "psicologici",
        "piccole-commissioni",
    ),
)
CALLS = (MEMBERSHIP_CALL, SERVICES_CALL)
