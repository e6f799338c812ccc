"""Three spreadsheets as plan offices keep them: invented, and as untidy as the real ones."""

from collections.abc import Iterable
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl


def partners(wrong: bool = True) -> bytes:
    """Partners: a title above, headings merged over two rows, blank rows, a note below."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "Partner"
    sheet["A1"] = "Alleanza locale - elenco degli enti aggiornato al 3/2/2026"
    sheet.merge_cells("A1:F1")
    for at, text in (("A3", "Ente"), ("B3", "Tipo"), ("C3", "Cod. Fisc."), ("D3", "Recapiti")):
        sheet[at] = text
    sheet.merge_cells("D3:E3")
    for at in ("A", "B", "C"):
        sheet.merge_cells(f"{at}3:{at}4")
    sheet["D4"], sheet["E4"], sheet["F3"], sheet["F4"] = "Telefono", "E-mail", "Comune", None
    rows = [
        ("Cooperativa Il Melograno ", "Ente del terzo settore", "09123450967", "0371 55 01",
         "info@melograno.example", "Lodi"),
        (None, None, None, None, None, None),
        ("Sindacato Uno", "union", "09123450968", 371550102, None, "LODI"),
        ("Ditta Ròssi srl", "azienda agricola" if wrong else "Azienda", "09123450969", None, None,
         "Atlantide" if wrong else "Lodi"),
        ("  ", None, "", None, None, None),
    ]  # fmt: skip
    for row in rows:
        sheet.append(row)
    sheet.column_dimensions["K"].width = 3
    sheet["K40"] = "   "
    return saved(book)


def services() -> bytes:
    """Services: Italian dates and amounts, trailing blanks, yes and no, a column of its own."""
    lines = [
        "Servizi 2026;;;;;;;;",
        ";;;;;;;;",
        (
            "Titolo;Ente;Categoria;Titolare dei dati;Tariffa;Tipo di prezzo;Richiedibile;"
            "Descrizione;Vecchio n.;;"
        ),
        (
            'SAD - assistenza;Comune di Prova;Anziani;Comune di Prova;"1.234,50 €";Prezzo fisso;sì;'
            '"Su due righe,\r\ncon ""virgolette""; e punti";12;;'
        ),
        "Trasporto ;COMUNE DI PROVA;anziani;comune di prova;8,5;fixed;no;;13;;",
        ";;;;;;;;;;",
    ]
    return "\r\n".join(lines).encode("cp1252")


def seasons() -> bytes:
    """Two sheets: notes first, then the table, its days in every form that people use."""
    book = openpyxl.Workbook()
    notes: Any = book.active
    notes.title = "Note"
    notes.append(["Da rivedere con il Comune entro il 3/2/2026"])
    notes.append(["Telefonare a scuola"])
    sheet = book.create_sheet("Stagioni")
    sheet.append(["Titolo", "Tipo", "Anno scolastico", "Inizio", "Fine"])
    sheet.append(["Natale", "Natale", "2026/27", "23 dicembre 2026", date(2027, 1, 6)])
    sheet.append(["Carnevale", "carnival", "2026/27", "08-02-27", 46428])
    sheet.append(["Pasqua", "easter", "2026/27", "25/3/2027", "30.03.2027"])
    return saved(book)


def table(rows: Iterable[Iterable[Any]]) -> bytes:
    """Rows as a workbook."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """A workbook's bytes."""
    out = BytesIO()
    book.save(out)
    return out.getvalue()
