"""Every screen of the office, for everybody: light and dark, narrow and wide, in both languages.

One screen of each kind is looked at in one of the eight ways, in turn.
"""

from playwright.sync_api import Page

from tests.views.test_browser import sign_in
from tests.ways import WAYS, wrong

KINDS = (
    "/office/", "/office/services/list/", "/office/organizations/show/1", "/office/seasons/add",
    "/office/services/edit/1", "/office/slots/roster", "/office/organizations/import",
    "/office/enrollments/prepare", "/office/job-runs/list/", "/office/applications/counter",
)  # fmt: skip


def test_a_screen_of_each_kind_is_for_everybody(page: Page) -> None:
    sign_in(page, "staff")
    found = []
    for n, address in enumerate(KINDS):
        found += wrong(page, WAYS[n % len(WAYS)], address)
    assert not found
