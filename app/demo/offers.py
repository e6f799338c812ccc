"""What is on offer all year, and where.

Municipalities offer what 001 and 002 name (SAD, pre and post-school, day centres); their
tariffs are made up, as are the venues and the providers' offers, which fall within the six
categories.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Venue:
    """An invented place of a body."""

    body: str
    name: str
    municipality: str
    address: str


VENUES_OF_LODI = (
    Venue("comune-codogno", "Centro civico La Girandola", "Codogno", "Via delle Lucciole 4"),
    Venue("comune-codogno", "Scuola estiva Il Gelso", "Codogno", "Viale dei Gelsi 21"),
    Venue("comune-lodi", "Sala dell'Airone", "Lodi", "Via dell'Airone 8"),
    Venue("comune-lodi", "Parco estivo Le Rogge", "Lodi", "Strada delle Rogge 2"),
    Venue(
        "comune-casalpusterlengo", "Spazio Mulino", "Casalpusterlengo", "Via del Mulino Vecchio 15"
    ),
    Venue("comune-massalengo", "Cascina Aperta", "Massalengo", "Via della Cascina Aperta 1"),
    Venue("famiglia-nuova", "Ludoteca Il Cortile", "Codogno", "Via del Cortile 3"),
    Venue("il-mosaico", "Atelier Le Tessere", "Lodi", "Via delle Tessere 12"),
    Venue("emmanuele", "Casa dei Giochi", "Sant'Angelo Lodigiano", "Via dei Giochi 7"),
    Venue("azienda-consortile", "Sportello di ascolto", "Lodi", "Via dello Sportello 10"),
)
VENUES_OF_MILANO = (
    Venue(
        "spazio-aperto-servizi",
        "Spazio Mongolfiera",
        "San Donato Milanese",
        "Via della Mongolfiera 6",
    ),
    Venue("assemi", "Centro Il Lambro", "Melegnano", "Via del Guado 9"),
)
VENUES = {"lodi": VENUES_OF_LODI, "sud-sud-est-milano": VENUES_OF_MILANO}


@dataclass(frozen=True)
class Offer:
    """A service as it is written into the catalogue; `price` in euro a `unit`, or None: free."""

    body: str
    category: str
    title: str
    title_en: str
    description: str
    price: str | None = None
    unit: str | None = None
    reduced: str | None = None
    reduced_for: str | None = None
    letter: str | None = None
    municipality: str | None = None
    status: str = "published"
    note: str | None = None


def _sad(body: str, municipality: str, price: str, reduced: str) -> Offer:
    return Offer(
        body,
        "socio-assistenziali",
        "SAD - Servizio di assistenza domiciliare",
        "Home care",
        "Un'operatrice o un operatore aiuta a casa chi è anziano o non autosufficiente: igiene "
        "della persona, pasti, piccole faccende, compagnia.",
        price,
        "hour",
        reduced,
        "ISEE fino a 12.000 euro",
        "f-ter",
        municipality,
    )


def _pre_post(body: str, municipality: str, price: str) -> Offer:
    return Offer(
        body,
        "cura-dei-figli",
        "Pre e post-scuola",
        "Before and after school",
        "Accoglienza dalle 7.30 e dopo le lezioni fino alle 18.00 nelle scuole primarie.",
        price,
        "month",
        letter="f-bis",
        municipality=municipality,
    )


OFFERS_OF_LODI = (
    _sad("comune-lodi", "Lodi", "19.50", "7.00"),
    _sad("comune-codogno", "Codogno", "18.00", "6.00"),
    _sad("comune-casalpusterlengo", "Casalpusterlengo", "18.50", "6.50"),
    _sad("comune-massalengo", "Massalengo", "17.00", "5.50"),
    _pre_post("comune-lodi", "Lodi", "42.00"),
    _pre_post("comune-codogno", "Codogno", "38.00"),
    Offer(
        "comune-codogno",
        "socio-assistenziali",
        "Pasti a domicilio",
        "Meals at home",
        "Un pasto caldo consegnato a mezzogiorno, dal lunedì al sabato.",
        "6.80",
        "meal",
        "3.50",
        "ISEE fino a 9.000 euro",
        "f-ter",
        "Codogno",
    ),
    Offer(
        "comune-codogno",
        "accompagnamento-trasporto",
        "Trasporto a visite e terapie",
        "Transport to visits and therapies",
        "Accompagnamento di persone anziane o con disabilità a visite e terapie in provincia.",
        "8.00",
        "ride",
        letter="f-ter",
        municipality="Codogno",
        status="draft",
    ),
    Offer(
        "comune-lodi",
        "psicologici",
        "Spazio ascolto genitori",
        "Listening to parents",
        "Tre colloqui con una psicologa per genitori di bambini e ragazzi.",
        municipality="Lodi",
    ),
    # The cooperative of the demo has an offer in every state of the review.
    Offer(
        "famiglia-nuova",
        "cura-dei-figli",
        "Doposcuola Il Cortile",
        "After-school club Il Cortile",
        "Compiti, merenda e gioco fino alle 18.30, in gruppi di dodici.",
        "95.00",
        "month",
        "70.00",
        "Secondo figlio",
        "f-bis",
        "Codogno",
    ),
    Offer(
        "famiglia-nuova",
        "cura-dei-figli",
        "Baby sitting qualificato",
        "Qualified baby-sitting",
        "Educatrici che vengono a casa, anche con preavviso di un giorno.",
        "14.00",
        "hour",
        letter="f",
        status="review",
    ),
    Offer(
        "famiglia-nuova",
        "psicologici",
        "Mediazione famigliare",
        "Family mediation",
        "Un percorso di otto incontri per genitori che si separano.",
        "45.00",
        "session",
        letter="f",
        status="returned",
        note="Indicare le qualifiche di chi conduce gli incontri e se il primo è gratuito.",
    ),
    Offer(
        "famiglia-nuova",
        "socio-assistenziali",
        "SADH - Assistenza domiciliare a persone con disabilità",
        "Home care for disabled people",
        "Aiuto educativo e assistenziale a casa, su progetto individuale.",
        "24.00",
        "hour",
        letter="f-ter",
        status="draft",
    ),
    Offer(
        "famiglia-nuova",
        "piccole-commissioni",
        "Spesa e farmacia a casa",
        "Shopping and pharmacy at home",
        "Una volta alla settimana, per chi non esce.",
        "5.00",
        "item",
        status="suspended",
        note="Sospeso su richiesta dell'ente: manca il personale.",
    ),
    Offer(
        "il-mosaico",
        "assistenza-sanitaria",
        "ADI - Assistenza domiciliare integrata",
        "Integrated home care",
        "Infermiere e fisioterapista a domicilio, su prescrizione.",
        letter="f-ter",
    ),
    Offer(
        "il-mosaico",
        "psicologici",
        "Supporto psicologico a chi si prende cura",
        "Psychological support for carers",
        "Colloqui individuali e un gruppo al mese per familiari di persone non autosufficienti.",
        "30.00",
        "session",
        letter="f-ter",
        status="review",
    ),
    Offer(
        "microcosmi",
        "accompagnamento-trasporto",
        "Taxi sociale",
        "Social taxi",
        "Accompagnamento porta a porta di persone anziane o con disabilità.",
        "9.50",
        "ride",
        letter="f-ter",
    ),
    Offer(
        "l-officina",
        "piccole-commissioni",
        "Tuttofare di quartiere",
        "Neighbourhood handyman",
        "Piccole riparazioni e commissioni per chi vive da solo.",
        "16.00",
        "hour",
    ),
    Offer(
        "emmanuele",
        "cura-dei-figli",
        "Nido in famiglia La Coccinella",
        "Home nursery La Coccinella",
        "Cinque posti dai dodici mesi ai tre anni, dalle 8 alle 17.",
        "520.00",
        "month",
        letter="f-bis",
        municipality="Sant'Angelo Lodigiano",
    ),
    # The salvatempo services of 001 are bound by no category of the call.
    Offer(
        "gesam",
        "lavanderia",
        "Lavanderia e stireria in azienda",
        "Laundry and ironing at work",
        "Si consegna al mattino all'ingresso, si ritira la sera dopo.",
        "12.00",
        "item",
    ),
    Offer(
        "l-officina",
        "spesa-pronta",
        "Cassetta del Lodigiano",
        "Box of the Lodigiano",
        "Prodotti a chilometro zero, consegnati in azienda il giovedì.",
        "22.00",
        "item",
    ),
)
OFFERS_OF_MILANO = (
    Offer(
        "spazio-aperto-servizi",
        "cura-dei-figli",
        "Doposcuola Mongolfiera",
        "After-school club Mongolfiera",
        "Compiti e laboratori, dal lunedì al venerdì fino alle 18.",
        "88.00",
        "month",
        letter="f-bis",
        municipality="San Donato Milanese",
    ),
    Offer(
        "assemi",
        "socio-assistenziali",
        "SAD - Servizio di assistenza domiciliare",
        "Home care",
        "Assistenza a casa per persone anziane e con disabilità dei Comuni del distretto.",
        "20.00",
        "hour",
        letter="f-ter",
    ),
    Offer(
        "spazio-aperto-servizi",
        "psicologici",
        "Supporto alla genitorialità",
        "Support for parents",
        "Consulenza educativa per genitori che lavorano.",
        letter="f",
        status="review",
    ),
)
OFFERS = {"lodi": OFFERS_OF_LODI, "sud-sud-est-milano": OFFERS_OF_MILANO}
