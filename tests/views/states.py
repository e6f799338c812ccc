"""What somebody does on a screen of the office before it is looked at."""

import re

from playwright.sync_api import Page, expect

from tests.databases import ENVIRONMENT
from tests.views import untidy
from tests.ways import Act

SAVE = "form.entry .submit button[type=submit] >> nth=0"


def opened(panel: str) -> Act:
    """A panel above the list, open."""

    def act(page: Page) -> None:
        page.locator(f"#{panel} > summary").click()
        expect(page.locator(f"#{panel}")).to_have_attribute("open", "")

    act.__name__ = panel
    return act


def keys(page: Page) -> None:
    """The keys of a list, in their dialog."""
    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_be_visible()


def some_chosen(page: Page) -> None:
    """Two rows chosen, and the bar that says so."""
    boxes = page.locator("input[name=rows]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    expect(page.locator("#picked [data-number]")).not_to_be_empty()


def previewed(page: Page) -> None:
    """What would become of chosen rows."""
    some_chosen(page)
    page.locator("#pick-action").select_option("verb:refuse")
    page.locator("#picked button[type=submit]").click()
    expect(page.locator("#f-reason")).to_be_visible()


def done_in_bulk(page: Page) -> None:
    """What became of chosen rows; the second time each refuses."""
    previewed(page)
    page.locator("#f-reason").fill("Turno annullato")
    page.locator(".entry button[type=submit]").click()
    expect(page.locator("tr[data-outcome]")).to_have_count(2)


def refused(page: Page) -> None:
    """A form that was refused: its summary has the focus."""
    page.evaluate("document.querySelector('form.entry').noValidate = true")
    page.locator(SAVE).click()
    expect(page.locator(".notice-danger[role=alert]")).to_be_focused()


def saved_by_another(page: Page) -> None:
    """A form that somebody else saved first: each may be chosen."""
    other = page.context.new_page()
    other.goto(page.url)
    # Never twice the same, or nothing was changed.
    theirs = other.locator("#f-description")
    theirs.fill("Altrui" if theirs.input_value() != "Altrui" else "Di altri")
    other.locator(SAVE).click()
    expect(other).to_have_url(re.compile("/show/"))
    other.close()
    page.locator("#f-description").fill("Mio")
    page.locator(SAVE).click()
    expect(page.locator("input[name='keep.description']").first).to_be_attached()


def given_back(page: Page) -> None:
    """A form whose session ended: signed in again, what was typed is there."""
    page.locator("#f-title").fill("Ritrovata")
    page.evaluate("document.querySelector('form.entry').noValidate = true")
    # What the page still asks for would bring its cookie back.
    page.wait_for_load_state("networkidle")
    page.context.clear_cookies()
    page.locator(SAVE).click()
    page.locator("#username").fill("staff")
    page.locator("#password").fill(ENVIRONMENT["DEMO_PASSWORD"])
    page.locator("#password").press("Enter")
    expect(page.locator("#f-title")).to_have_value("Ritrovata")


def adding(page: Page) -> None:
    """A related row in a dialog."""
    page.locator(".combo-add").first.click()
    expect(page.locator("dialog.adding form")).to_be_visible()


def choosing(page: Page) -> None:
    """A select that searches, with what it found."""
    page.get_by_role("combobox").first.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()


def one_cell(page: Page) -> None:
    """A cell that is edited in its place."""
    page.locator("a[data-inline]").first.press("Enter")
    expect(page.locator(".inline-form")).to_be_visible()


def another_tab(page: Page) -> None:
    """The second of a row's lists."""
    page.get_by_role("tab").nth(1).click()
    expect(page.locator("[role=tabpanel]:not([hidden])")).not_to_have_attribute("aria-busy", "true")


def history(page: Page) -> None:
    """What happened to a row."""
    page.locator("#tab-audit-events").click()
    expect(page.locator("#related-audit-events h2").first).to_be_visible()


def compared(page: Page) -> None:
    """Two moments of a row."""
    history(page)
    page.locator("#related-audit-events button[type=submit]").click()
    expect(page).to_have_url(re.compile("/compare"))


def matched(page: Page) -> None:
    """A sheet whose columns are to be named."""
    page.locator("#f-file").set_input_files(
        {"name": "partner.xlsx", "mimeType": "application/xlsx", "buffer": untidy.partners()}
    )
    page.locator(".submit button[type=submit]").click()
    expect(page.locator(".matches")).to_be_visible()


def tried(page: Page) -> None:
    """What a sheet would do, with the errors in their cells."""
    matched(page)
    page.locator(".submit button[type=submit]").click()
    expect(page.locator("td.is-wrong").first).to_be_visible()


def imported(page: Page) -> None:
    """What a sheet did."""
    tried(page)
    page.locator("form[action$='/apply'] button").click()
    expect(page.locator("form[action$='/undo']")).to_be_visible()


def undone(page: Page) -> None:
    """The import before, taken back: the next one finds the rows as they were."""
    page.go_back()
    page.locator("form[action$='/undo'] button").click()
    expect(page.locator("form[action$='/undo']")).to_have_count(0)


def running(page: Page) -> None:
    """A work that has not ended: nobody does it here."""
    page.locator("form.entry button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"/office/works/show/\d+"))
    expect(page.locator("[data-work] progress")).to_be_visible()


def ended(page: Page) -> None:
    """A work that was stopped."""
    running(page)
    page.locator("form[action*='/verb/stop/'] button").click()
    expect(page.locator("[data-work]")).to_have_count(0)


def wrong_password(page: Page) -> None:
    """The page to sign in that let nobody in."""
    page.locator("#username").fill("staff")
    page.locator("#password").fill("non è questa")
    page.locator("#password").press("Enter")
    expect(page.locator("main [role=status]")).to_be_visible()


STATES: list[tuple[str, Act]] = [
    ("/office/slots/list/?free_places__gte=1", opened("filters")),
    ("/office/services/list/?sort=title", opened("columns")),
    ("/office/workshops/list/?search=natale", opened("views")),
    ("/office/organizations/list/", opened("export")),
    ("/office/persons/list/", keys),
    ("/office/enrollments/list/", some_chosen),
    ("/office/enrollments/list/", previewed),
    ("/office/enrollments/list/?size=3", done_in_bulk),
    ("/office/services/list/?price_kind=fixed", one_cell),
    ("/office/calls/list/?search=nothing+of+the+kind", None),
    ("/office/slots/list/?starts_on__gte=soon", None),
    ("/office/organizations/add", refused),
    ("/office/organizations/edit/4", saved_by_another),
    ("/office/services/add", adding),
    ("/office/applications/counter", choosing),
    ("/office/workshops/show/1", another_tab),
    ("/office/workshops/show/1", history),
    ("/office/workshops/show/1", compared),
    ("/office/organizations/import", matched),
    ("/office/organizations/import", tried),
    ("/office/organizations/import", imported),
    ("/office/organizations/import", undone),
    ("/office/municipalities/prepare", running),
    ("/office/municipalities/prepare", ended),
    ("/office/?tour=1", None),
    # Last, for the language that was chosen ends with the session.
    ("/office/seasons/add", given_back),
]
