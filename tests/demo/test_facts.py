"""The demo tells the truth about the alliances, as far as their documents go."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from app import municipalities
from app.demo import alliances, categories, organizations, projects

BODIES = {
    slug: {body.key: body for body in bodies}
    for slug, bodies in organizations.ORGANIZATIONS.items()
}
LODI = BODIES["lodi"]


def documents_of(body: organizations.Body) -> set[str]:
    return {*body.documents, *(d for _, documents in body.aliases for d in documents)}


def test_every_body_is_named_once_and_by_some_document():
    for bodies in organizations.ORGANIZATIONS.values():
        assert max(Counter(body.key for body in bodies).values()) == 1
        names = Counter(n for b in bodies for n in (b.name, *(alias for alias, _ in b.aliases)))
        assert max(names.values()) == 1
        for body in bodies:
            assert documents_of(body), body.key
            assert documents_of(body) <= set(alliances.SOURCES)


def test_the_lead_body_of_lodi_goes_by_two_names():
    lead = LODI["azienda-consortile"]
    assert lead.documents == ("000",)
    assert [documents for _, documents in lead.aliases] == [("001", "003")]


def test_a_claim_is_made_only_by_a_document_that_names_the_body():
    """A partner that a document does not know would be a claim without a source."""
    alliance_of = {project.key: project.alliance for project in projects.PROJECTS}
    for claim in projects.CLAIMS:
        body = BODIES[alliance_of[claim.project]][claim.organization]
        assert claim.document in documents_of(body), claim


def test_where_the_lists_disagree_both_stand():
    def partners(document):
        return {
            claim.organization
            for claim in projects.CLAIMS
            if (claim.project, claim.role, claim.document)
            == ("lodigiano-welfare", "partner", document)
        }

    assert partners("003") - partners("000") == {
        *("acl", "auser", "consigliera-parita", "cfp-lodi", "gesam")
    }
    assert partners("000") - partners("003") == set()


def test_only_lodigiano_welfare_has_a_budget_and_it_was_extended():
    with_budget = [project for project in projects.PROJECTS if project.budget is not None]
    assert [(p.title, p.budget) for p in with_budget] == [
        ("Lodigiano Welfare", Decimal("169952.00"))
    ]
    assert with_budget[0].ends_on == date(2023, 5, 30)
    assert with_budget[0].extended_to == (date(2023, 12, 31),)


def test_the_six_projects_stand_and_continue_what_they_say():
    assert len(projects.PROJECTS) == 6
    continues = {project.key: project.continues for project in projects.PROJECTS}
    assert {k: v for k, v in continues.items() if v} == {
        "labor-plus": "labor",
        "lodigiano-welfare": "labor",
        "nuove-sinergie": "governare-gli-equilibri",
    }


def test_the_call_asks_for_two_forms_to_two_networks_in_twelve_days():
    call = projects.MEMBERSHIP_CALL
    assert (call.published_on, call.deadline) == (date(2020, 3, 30), date(2020, 4, 10))
    assert [network for network, _ in call.forms] == ["ats", "local"]
    assert call.categories == ()


def test_the_call_for_services_admits_the_six_categories_and_no_time_saver():
    assert projects.SERVICES_CALL.categories == tuple(c.code for c in categories.SIX_CATEGORIES)


def test_the_six_categories_stand_word_for_word():
    assert [(c.title, c.examples) for c in categories.SIX_CATEGORIES] == [
        ("Servizi socio-assistenziali", "pasti a domicilio, SAD, SADH"),
        ("Servizi di assistenza sanitaria", "ADI"),
        (
            "Servizi per la cura dei figli",
            "asili nido, scuole materne, doposcuola, attività laboratoriali e attività sportive",
        ),
        ("Servizi di accompagnamento e trasporto disabili e anziani", None),
        (
            "Servizi psicologici",
            "supporto psicologico, supporto alla genitorialità, mediazione famigliare",
        ),
        ("Piccole commissioni", None),
    ]


def test_the_time_savers_are_one_tree():
    parents = {c.code: c.parent for c in categories.SALVATEMPO}
    assert [code for code, parent in parents.items() if parent is None] == [categories.ROOT]
    assert set(filter(None, parents.values())) <= set(parents)
    assert len([c for c in categories.SALVATEMPO if c.parent == categories.OTHERS]) == 8


def test_the_territories_have_their_municipalities_with_their_codes():
    lodi, milan = municipalities.of_lodi(), municipalities.of_sud_sud_est_milano()
    assert (len(lodi), len(milan)) == (61, 20)
    assert {p.name for p in lodi} >= {"Lodi", "Codogno", "San Colombano al Lambro"}
    codogno = next(p for p in lodi if p.name == "Codogno")
    assert codogno == municipalities.Place("Codogno", "098019", "C816", "26845", "LO")
    assert not {p.istat for p in lodi} & {p.istat for p in milan}
    assert all(len(p.istat) == 6 and len(p.cadastral) == 4 for p in (*lodi, *milan))


@pytest.mark.parametrize("slug", organizations.ORGANIZATIONS)
def test_a_body_sits_in_a_municipality_of_its_alliance(slug):
    here = {p.name for p in municipalities.TERRITORIES[slug]()}
    assert {b.municipality for b in organizations.ORGANIZATIONS[slug]} - {None} <= here
