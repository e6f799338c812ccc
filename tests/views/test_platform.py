"""The administration's own screens: accounts, roles, jobs."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from app import models
from app.transaction import ScopedSession
from tests import factories as f
from tests.views.conftest import Reader, fields_of, texts


@pytest.fixture
def admin(reader: Callable[..., Reader], db: ScopedSession) -> Reader:
    return reader(f.SeatFactory(kind="admin"))


def test_an_account_reads_one_of_the_languages_that_there_are(
    admin: Reader, db: ScopedSession
) -> None:
    account = f.SeatFactory(kind="staff").user
    db.flush()
    page = f"/office/accounts/edit/{account.id}"
    assert fields_of(admin.get(page).text)["locale"] == "it"
    assert admin.post(page, **fields_of(admin.get(page).text) | {"locale": "en"}).status_code == 302
    assert "English" in texts(admin.get(f"/office/accounts/show/{account.id}").text)


def test_a_roles_page_says_what_it_may_do(admin: Reader, db: ScopedSession) -> None:
    role = db.query(models.Role).filter_by(name="municipality").one()
    page = admin.get(f"/office/roles/show/{role.id}").text
    told = page.partition('id="told"')[2].partition("</section>")[0]
    assert "<dt>Turni</dt>" in told
    assert "Elenco dei presenti" in told
    assert "can_" not in told
    assert f'<h1 dir="auto">{role.name}</h1>' not in page
    # By that name it is found again on the home.
    opened = admin.get("/office/").text.partition('id="opened"')[2].partition("</section>")[0]
    assert ">Comune</a>" in opened


def test_a_job_that_failed_is_run_again_from_its_page(
    admin: Reader, db: ScopedSession, now
) -> None:
    run = models.JobRun(job="digest", status="failed", due_at=now - timedelta(hours=1), error="x")
    db.add(run)
    db.flush()
    page = admin.get(f"/office/job-runs/show/{run.id}").text
    again = "/office/job-runs/verb/run?job=digest"
    assert f'href="{again}"' in page
    assert fields_of(admin.get(again).text)["job"] == "digest"
    assert admin.post("/office/job-runs/verb/run", page=again, job="digest").status_code == 302
    assert db.query(models.JobRun).filter_by(job="digest", status="requested").count() == 1
    # What is no job's name chooses nothing.
    assert fields_of(admin.get("/office/job-runs/verb/run?job=%00x").text)["job"] == ""
