"""Every organization that the documents of the two alliances name.

Facts as data, each name with the documents that write it so. Where documents name one body
in two ways, the other ways are aliases.
"""

from dataclasses import dataclass

from app.demo.alliances import LODI, MILANO


@dataclass(frozen=True)
class Body:
    """An organization of one alliance; `key` is how the other facts refer to it."""

    key: str
    name: str
    kind: str
    documents: tuple[str, ...]
    # (other name, the documents that use it)
    aliases: tuple[tuple[str, tuple[str, ...]], ...] = ()
    municipality: str | None = None


DEPARTMENT_IN_000 = (
    "Dipartimento di Sociologia e Ricerca Sociale-Università degli Studi di Milano Bicocca"
)

ORGANIZATIONS_OF_LODI = (
    # The plan zone's lead body, and who finances.
    Body(
        "azienda-consortile",
        "Azienda Speciale Consortile Servizi Intercomunali",
        "public_body",
        ("000",),
        (
            (
                "Azienda Speciale Consortile del Lodigiano per i Servizi alla Persona",
                ("001", "003"),
            ),
        ),
        municipality="Lodi",
    ),
    Body("regione-lombardia", "Regione Lombardia", "public_body", ("002", "003")),
    Body(
        "ats-milano",
        "ATS della Città Metropolitana di Milano",
        "health_body",
        ("002",),
        (
            ("ATS Città Metropolitana di Milano", ("000", "001")),
            ("ATS Milano Città Metropolitana", ("003",)),
        ),
    ),
    # A fund rather than a body; the documents name it as who pays half of a project.
    Body(
        "fse",
        "Fondo Sociale Europeo",
        "public_body",
        ("001",),
        (("FSE", ("001",)),),
    ),
    # Institutions.
    Body(
        "provincia-lodi",
        "Provincia di Lodi",
        "public_body",
        ("000", "001", "003"),
        municipality="Lodi",
    ),
    Body(
        "comune-lodi",
        "Comune di Lodi",
        "municipality",
        ("000", "001", "003"),
        municipality="Lodi",
    ),
    Body(
        "comune-casalpusterlengo",
        "Comune di Casalpusterlengo",
        "municipality",
        ("000", "001", "003"),
        municipality="Casalpusterlengo",
    ),
    Body(
        "comune-codogno",
        "Comune di Codogno",
        "municipality",
        ("000", "003"),
        municipality="Codogno",
    ),
    Body(
        "comune-massalengo",
        "Comune di Massalengo",
        "municipality",
        ("000", "003"),
        municipality="Massalengo",
    ),
    Body(
        "consigliera-parita",
        "Consigliera di Parità della Provincia di Lodi",
        "public_body",
        (),
        (("Consigliera di Parità Provincia di Lodi", ("003",)),),
        municipality="Lodi",
    ),
    Body("asst-lodi", "Asst Lodi", "health_body", ("000", "001", "003"), municipality="Lodi"),
    Body(
        "assc",
        "Azienda Speciale di Servizi di Casalpusterlengo",
        "public_body",
        ("000", "001", "003"),
        (("A.S.S.C.", ("001", "003")),),
        municipality="Casalpusterlengo",
    ),
    Body(
        "asp-valsasino",
        "Azienda di servizi alla persona Valsasino San Colombano al Lambro",
        "public_body",
        ("001", "003"),
        (("Asp Valsasino San Colombano al Lambro", ("000",)),),
        municipality="San Colombano al Lambro",
    ),
    Body(
        "fondazione-santa-chiara",
        "Fondazione Santa Chiara Lodi",
        "foundation",
        ("000", "001", "003"),
        municipality="Lodi",
    ),
    Body(
        "fondazione-opere-pie",
        "Fondazione Opere Pie Codogno",
        "foundation",
        ("000", "001", "003"),
        municipality="Codogno",
    ),
    Body("fondazione-bignaschi", "Fondazione Bignaschi", "foundation", ("000", "001", "003")),
    Body(
        "cfp-lodi",
        "Consorzio per la Formazione Professionale e l'Educazione Permanente",
        "public_body",
        ("001", "003"),
        (("CFP Lodi", ("001", "003")),),
        municipality="Lodi",
    ),
    Body(
        "bicocca",
        "Università degli Studi di Milano Bicocca - Dipartimento di Sociologia e Ricerca Sociale",
        "university",
        ("001", "003"),
        (
            (
                DEPARTMENT_IN_000,
                ("000",),
            ),
        ),
    ),
    # The social parties.
    Body(
        "cgil",
        "Cgil",
        "union",
        ("000", "003"),
        (("Cgil- Camera Lavoro", ("001",)),),
        municipality="Lodi",
    ),
    Body("cisl", "Cisl", "union", ("000", "001", "003"), municipality="Lodi"),
    Body("uil", "Uil", "union", ("000", "001", "003"), municipality="Lodi"),
    Body(
        "confartigianato",
        "Confartigianato provinciale Lodi",
        "employers_association",
        ("001", "003"),
        (("Confartigianato", ("000",)),),
        municipality="Lodi",
    ),
    Body(
        "confcommercio",
        "Confcommercio provincia di Lodi",
        "employers_association",
        ("001", "003"),
        (("Confcommercio", ("000",)),),
        municipality="Lodi",
    ),
    Body(
        "unione-artigiani",
        "Unione artigiani e Imprese Lodi",
        "employers_association",
        ("001",),
        (("Unione artigiani", ("000",)), ("Unione artigiani e Imprese. Lodi", ("003",))),
        municipality="Lodi",
    ),
    Body(
        "asvicom",
        "Asvicom Lodi",
        "employers_association",
        ("001", "003"),
        (("Asvicom", ("000",)),),
        municipality="Lodi",
    ),
    Body(
        "ebt-lodi",
        "EBT Lodi",
        "bilateral_body",
        ("001", "003"),
        (("EBT Lodi Ente Bilaterale", ("000",)),),
        municipality="Lodi",
    ),
    # Third sector and others.
    Body("acl", "A.C.L.", "third_sector", ("001", "003")),
    Body("auser", "Auser Lodi", "third_sector", ("001", "003"), municipality="Lodi"),
    Body("gesam", "Gesam srl", "company", ("001", "003")),
    Body(
        "mlfm",
        "Movimento per la Lotta contro la Fame nel Mondo",
        "third_sector",
        ("000",),
        (
            ("Movimento per la Lotta contro la Fame nel Mondo - ONG", ("000",)),
            ("MLFM", ("003",)),
        ),
    ),
    Body("cgm", "Gruppo Cooperativo CGM", "third_sector", ("000", "003")),
    Body(
        "consorzio-mattarelli",
        "Consorzio Gino Mattarelli",
        "third_sector",
        (),
        (("Consorzio Gino Mattareli", ("003",)),),
    ),
    Body(
        "emmanuele",
        "Emmanuele Cooperativa sociale",
        "third_sector",
        ("000",),
        (("Emmanuele Coop. Sociale", ("003",)),),
    ),
    Body(
        "famiglia-nuova",
        "Famiglia Nuova Cooperativa sociale",
        "third_sector",
        ("000",),
        (("Famiglia Nuova Coop. Sociale", ("003",)), ("Famiglia Nuova Società", ("001",))),
        municipality="Lodi",
    ),
    Body(
        "il-mosaico",
        "Il Mosaico Servizi Cooperativa sociale",
        "third_sector",
        ("000",),
        (("Il Mosaico Servizi Coop. Sociale", ("003",)),),
    ),
    Body(
        "l-officina",
        "L'Officina Cooperativa sociale",
        "third_sector",
        ("000",),
        (("L'Officina Coop. Sociale", ("003",)),),
    ),
    Body(
        "microcosmi",
        "Microcosmi Cooperativa sociale",
        "third_sector",
        ("000",),
        (("Microcosmi Coop. Sociale", ("003",)),),
    ),
)

# Three of these are in the first alliance too: one body, two rows, one codice fiscale.
ORGANIZATIONS_OF_MILANO = (
    Body("spazio-aperto-servizi", "Spazio Aperto Servizi", "third_sector", ("004",)),
    Body(
        "assemi",
        "Azienda Sociale Sud Est Milano",
        "public_body",
        ("004",),
        (("A.S.S.E.MI", ("004",)),),
    ),
    Body("piano-c", "Piano C", "third_sector", ("004",)),
    Body("alspes", "Centro studi Alspes", "third_sector", ("004",)),
    Body("asst-martesana", "ASST Martesana Melegnano", "health_body", ("004",)),
    Body("regione-lombardia", "Regione Lombardia", "public_body", ("004",)),
    Body("ats-milano", "ATS della Città Metropolitana di Milano", "health_body", ("004",)),
    Body("cgm", "Gruppo Cooperativo CGM", "third_sector", (), (("rete CGM", ("004",)),)),
)

ORGANIZATIONS = {LODI.slug: ORGANIZATIONS_OF_LODI, MILANO.slug: ORGANIZATIONS_OF_MILANO}
