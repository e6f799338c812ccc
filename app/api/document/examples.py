"""Values to read: invented ones, where a type alone would say little."""

import re
from typing import Any

# By the name of the column, for whichever noun has one.
BY_NAME: dict[str, Any] = {
    "address": "Via delle Officine 3, Lodi",
    "allergies": "Arachidi",
    "answer": "Possiamo venire da lunedì prossimo.",
    "audience": "Persone con più di 65 anni che vivono sole",
    "cadastral_code": "E648",
    "code": "cura-figli",
    "columns": ["allergies"],
    "contact": "333 0000000",
    "contact_email": "famiglia@example.org",
    "contact_phone": "333 0000000",
    "description": "Giochi, gite e compiti in compagnia.",
    "description_en": "Games, outings and homework together.",
    "email": "sportello@example.org",
    "error": None,
    "examples": "asili nido, doposcuola",
    "fee_lines": [{"label": "Retta", "amount": "60.00", "detail": "una settimana"}],
    "first_name": "Giulia",
    "fiscal_code": "RSSGLI18L45E648X",
    "how_to": "Con la domanda in linea o allo sportello.",
    "istat_code": "098031",
    "job": "expire_offers",
    "last_name": "Rossi",
    "latitude": "45.314",
    "legal_act": "DGR 2398/2019",
    "longitude": "9.503",
    "name": "Cooperativa Il Filo",
    "name_en": "Il Filo cooperative",
    "note": "Arriva alle 8.30.",
    "noun": "enrollment",
    "office": "Ufficio di Piano",
    "officer": "Responsabile dell'Ufficio di Piano",
    "opening_hours": "lunedì e giovedì 9-12",
    "password": "a-long-password",
    "patron_subdivision": "LO",
    "pec": "ente@pec.example.org",
    "phone": "0371 000000",
    "pickup": "La nonna, Anna Bianchi",
    "postal_code": "26900",
    "prefix": "ik_7k3m9q2xabcd",
    "programme": "Conciliazione",
    "province": "LO",
    "receipt": "7K3M9Q2XAB",
    "role": "lead",
    "row_ids": [12],
    "school": "Primaria, classe terza",
    "school_year": "2026/27",
    "scopes": ["enrollments:read"],
    "slug": "lodi",
    "source": "Avviso del 30 marzo",
    "table_name": "enrollment",
    "territory": "Lodigiano",
    "timing": "Entro 30 giorni",
    "title": "Laboratorio di falegnameria",
    "title_en": "Woodwork workshop",
    "uid": "7f0c2b0e-5d6e-4c7e-9b57-0c1f0a4d8c11",
    "username": "staff",
    "vat_number": "01234567897",
    "website": "https://www.example.org",
}
BY_FORMAT = {
    "date": "2027-07-05",
    "date-time": "2027-04-12T08:00:00+00:00",
    "decimal": "60.00",
    "uuid": BY_NAME["uid"],
    "email": "famiglia@example.org",
}
BY_TYPE: dict[str, Any] = {"integer": 12, "boolean": True, "array": [], "object": {}}


def of(model: Any, name: str, schema: dict[str, Any]) -> Any:
    """An example that fits the schema."""
    known = BY_NAME.get(name.rpartition(".")[2])
    for value in (known, *_by_kind(schema)):
        if value is not None and fits(value, schema):
            return value
    return None if schema.get("nullable") else "x"


def _by_kind(schema: dict[str, Any]) -> list[Any]:
    if "enum" in schema:
        return [schema["enum"][0]]
    if schema.get("format") in BY_FORMAT:
        return [BY_FORMAT[schema["format"]]]
    if "pattern" in schema:
        return ["08:30:00", "LO", "26900"]
    if schema.get("type") == "string":
        return ["Testo", "x"]
    return [BY_TYPE.get(schema.get("type", ""))]


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether the value may stand for the schema: type, choices, length, pattern."""
    types: dict[str, Any] = {
        "string": str, "integer": int, "boolean": bool, "array": list, "object": dict,
    }  # fmt: skip
    if not isinstance(value, types.get(schema.get("type", ""), object)):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if isinstance(value, str):
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**6):
            return False
        if "pattern" in schema and not re.search(schema["pattern"], value):
            return False
    return True


def of_schema(schema: dict[str, Any], known: dict[str, dict[str, Any]]) -> Any:
    """An example of a whole schema, from those of its properties."""
    if "$ref" in schema:
        return of_schema(known[schema["$ref"].rpartition("/")[2]], known)
    if "example" in schema:
        return schema["example"]
    if "anyOf" in schema:
        return of_schema(schema["anyOf"][0], known)
    if schema.get("type") == "object":
        parts = schema.get("properties", {})
        return {name: of_schema(part, known) for name, part in parts.items()}
    if schema.get("type") == "array":
        one = of_schema(schema["items"], known)
        return [one] if schema["maxItems"] else []
    return of(None, "", schema)
