"""The `intreccio` command: each subcommand starts the module that does the work."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

import config

if TYPE_CHECKING:
    from app.transaction import ScopedSession


@click.group()
@click.pass_context
def main(context: click.Context) -> None:
    """Intreccio: the back-office and open data API of a local welfare alliance."""
    try:
        context.obj = config.load()
    except config.SettingsError as error:
        raise click.ClickException(str(error)) from None


@contextmanager
def _database(settings: config.Settings) -> Iterator[str]:
    """The database's address; an embedded server is left as it was found."""
    from app import database

    # The default would end the process at once and leave the server up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield database.url_of(settings)
    except database.DatabaseError as error:
        raise click.ClickException(str(error)) from None
    finally:
        if settings.database_url is None:
            database.stop(settings.var / "db")


@contextmanager
def _session(settings: config.Settings, url: str, name: str) -> Iterator["ScopedSession"]:
    """A session that sees everything, under the name that the audit shows."""
    from sqlalchemy import create_engine

    from app import sealed
    from app.transaction import open_session, system

    sealed.configure(settings.data_key)
    engine = create_engine(url)
    with open_session(engine, system(name)) as db, db.begin():
        yield db
    engine.dispose()


@main.command()
@click.pass_obj
def run(settings: config.Settings) -> None:
    """Everything at once: database, migrations, demo data, web server and jobs."""
    from app import supervise

    sys.exit(supervise.run(settings))


@main.command()
@click.pass_obj
def upgrade(settings: config.Settings) -> None:
    """Migrate the database and write the roles; safe to repeat."""
    with _database(settings) as url:
        from app import schema

        schema.upgrade(url)
        from app.roles import write_roles

        write_roles(url)
    click.echo("The database is up to date.")


@main.command()
@click.argument("revision")
@click.pass_obj
def downgrade(settings: config.Settings, revision: str) -> None:
    """Take the database back to a revision; "base" empties it."""
    from app import schema

    with _database(settings) as url:
        schema.downgrade(url, revision)


@main.command()
@click.argument("message")
@click.pass_obj
def migration(settings: config.Settings, message: str) -> None:
    """Write the next numbered migration from what the tables have."""
    from app import schema

    with _database(settings) as url:
        schema.new_version(url, message)


@main.command()
@click.pass_obj
def web(settings: config.Settings) -> None:
    """The web server alone."""
    with _database(settings) as url:
        os.environ["DATABASE_URL"] = url
        from gunicorn.app.wsgiapp import run as serve

        sys.argv = ["gunicorn", "--config", str(config.PROJECT / "gunicorn.conf.py")]
        serve()


@main.command()
@click.pass_obj
def jobs(settings: config.Settings) -> None:
    """The jobs: what runs at its hour, and the sending of messages."""
    with _database(settings) as url:
        from app.jobs.runner import main as work

        def make_app(settings: config.Settings, engine: Any) -> Any:
            from app.web import make_app

            return make_app(settings, engine)

        work(replace(settings, database_url=url), make_app)


@main.command()
@click.option("--logins", is_flag=True, help="Print one login per seat.")
@click.option(
    "--families",
    type=click.IntRange(0, 1_000_000),
    default=0,
    help="Besides, bring the demo up to so many families of two children: two enrolments each.",
)
@click.pass_obj
def demo(settings: config.Settings, logins: bool, families: int) -> None:
    """Load the demo alliances into an empty database; does nothing on a full one."""
    if settings.production or settings.demo_password is None:
        raise click.ClickException("demo data never load in production mode")
    with _database(settings) as url:
        from app import clock
        from app.demo.loader import load

        with _session(settings, url, "demo") as db:
            seats = load(db, now=clock.now(), password=settings.demo_password)
        if families:
            _load_families(url, families)
    if logins:
        click.echo(f"{'seat':<14}{'login':<14}password")
        for kind, username in seats:
            click.echo(f"{kind:<14}{username:<14}{settings.demo_password}")


def _load_families(url: str, families: int) -> None:
    """Bring the demo up to so many families, with a progress bar on a terminal."""
    from sqlalchemy import create_engine

    from app import clock
    from app.demo import multitude

    engine = create_engine(url)
    hidden = not sys.stderr.isatty()
    with click.progressbar(
        length=families, label="Families", file=sys.stderr, hidden=hidden
    ) as bar:
        try:
            done = multitude.write(engine, families, now=clock.now(), progress=bar.update)
        except multitude.NotTheDemo:
            raise click.ClickException("this database does not hold the demo") from None
        bar.update(families - done.families)
    engine.dispose()
    rate = round(done.rows / done.seconds)
    click.echo(
        f"{done.families} families, {done.rows} rows in {done.seconds:.0f} s: {rate} rows a second"
    )


@main.command()
@click.option("--language", type=click.Choice(["it", "en"]), default="en")
@click.pass_obj
def document(settings: config.Settings, language: str) -> None:
    """Print the API's OpenAPI document."""
    import json

    from flask_babel import force_locale

    with _database(settings) as url:
        from app import create_app
        from app.api.document import document as describe

        app = create_app(replace(settings, database_url=url))
        with app.test_request_context(), force_locale(language):
            found = describe(settings)
    click.echo(json.dumps(found, indent=1, ensure_ascii=False))


@main.command()
@click.pass_obj
def check(settings: config.Settings) -> None:
    """Prove the rules on the live data; exits 1 with the rows that break one."""
    with _database(settings) as url:
        from app.operations.checks import run as prove

        with _session(settings, url, "check") as db:
            broken = list(prove(db))
    for line in broken:
        click.echo(line)
    if broken:
        sys.exit(1)
    click.echo("Every rule holds.")


@main.group()
def ranking() -> None:
    """Rankings: computing a kept list again."""


@ranking.command()
@click.argument("run", type=click.IntRange(1, 2**63 - 1))
@click.pass_obj
def replay(settings: config.Settings, run: int) -> None:
    """Compute a kept run again, by its number; exits 1 unless all of it comes out the same."""
    with _database(settings) as url:
        from app import clock
        from app.errors import DomainError
        from app.models import RankingRun
        from app.operations import ranking_runs

        with _session(settings, url, "replay") as db:
            row = db.get(RankingRun, run)
            if row is None:
                raise click.ClickException("there is no such run")
            try:
                found = ranking_runs.replay(db, row, now=clock.now())
            except DomainError as refusal:
                raise click.ClickException(str(refusal)) from None
    click.echo(f"inputs  {found.inputs_sha256}")
    click.echo(f"outcome {found.outcome_sha256}")
    if found.differs:
        click.echo(f"Not the same: {', '.join(found.differs)}.")
        sys.exit(1)
    click.echo("The same, bit for bit.")


@main.command("db-url")
@click.pass_obj
def db_url(settings: config.Settings) -> None:
    """Print the address of the database, starting the embedded one if need be.

    The embedded server stays up after this, for psql or pg_dump.
    """
    from app import database

    click.echo(database.url_of(settings))


@main.command("db-stop")
@click.pass_obj
def db_stop(settings: config.Settings) -> None:
    """Stop the embedded database, unless something still uses it."""
    from app import database

    if settings.database_url is not None:
        raise click.ClickException("DATABASE_URL names a server of your own")
    stopped = database.stop(settings.var / "db")
    click.echo("Stopped." if stopped else "Still in use: left running.")


if __name__ == "__main__":
    main()
