"""The `intreccio` command: each subcommand starts the module that does the work."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

import config


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
        from app.security.upgrade import write_roles

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

        work(url)


@main.command()
@click.option("--logins", is_flag=True, help="Print one login per seat.")
@click.pass_obj
def demo(settings: config.Settings, logins: bool) -> None:
    """Load the demo alliances into an empty database; does nothing on a full one."""
    if settings.production:
        raise click.ClickException("demo data never load in production mode")
    with _database(settings) as url:
        from app.demo import load

        for line in load(url, settings):
            if logins:
                click.echo(line)


@main.command()
@click.pass_obj
def check(settings: config.Settings) -> None:
    """Prove the rules on the live data; exits 1 with the rows that break one."""
    with _database(settings) as url:
        from app.operations.checks import run as prove

        broken = list(prove(url))
        for line in broken:
            click.echo(line)
    if broken:
        sys.exit(1)
    click.echo("Every rule holds.")


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
