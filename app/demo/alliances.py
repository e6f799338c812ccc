"""The two alliances, and the documents that everything told of them comes from.

No person named in the documents is in the demo, and no address, telephone or mailbox of
theirs: contacts are made up by the loader.
"""

from dataclasses import dataclass

# What the numbers of the documents stand for; the long form is what the database keeps.
SOURCES = {
    "000": "000_4c8b0f669c174fe0 (scheda del progetto Lodigiano Welfare)",
    "001": "001_d0c6af0b207da1c1 (scheda dei progetti LABOR e LABOR PLUS)",
    "002": "002_42be92b971169a29 (manifestazione di interesse del 30 marzo 2020)",
    "003": "003_8dfac950b9d8af88 (volantino di Lodigiano Welfare)",
    "004": "004_0101ccf37018c7ff (pagina del progetto Nuove Sinergie)",
}


@dataclass(frozen=True)
class AllianceFacts:
    """A tenant: the rite settles Carnival, the subdivision the patron's day."""

    slug: str
    name: str
    name_en: str
    rite: str
    subdivision: str
    territory: str
    office: str
    lead: str


# Nearly all of the province lies in the diocese of Lodi, which follows the Roman rite; the
# second territory belongs to that of Milan, Ambrosian but for a few parishes.
LODI = AllianceFacts(
    "lodi",
    "Alleanza locale LABOR",
    "LABOR local alliance",
    rite="roman",
    subdivision="LO",
    territory="Ambito distrettuale di Lodi",
    office="Ufficio di Piano",
    lead="azienda-consortile",
)
MILANO = AllianceFacts(
    "sud-sud-est-milano",
    "Alleanza locale Sud-Sud Est Milano",
    "Sud-Sud Est Milano local alliance",
    rite="ambrosian",
    subdivision="MI",
    territory="Distretto 2 e Distretto Sud Visconteo",
    office="Segreteria dell'alleanza",
    lead="spazio-aperto-servizi",
)
ALLIANCES = (LODI, MILANO)
