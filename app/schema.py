"""The database's shape: the numbered migrations, run and made."""

import uuid

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import make_url

from app.database import ensure_database
from config import PROJECT


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to the revision; nothing happens to one that is there."""
    command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to the revision; "base" leaves it empty."""
    command.downgrade(_config(url), revision)


def heads(url: str) -> list[str]:
    """The newest revisions of the migrations' folder: one, or none yet."""
    return list(ScriptDirectory.from_config(_config(url)).get_heads())


def new_version(server_url: str, message: str) -> None:
    """Write the next numbered version: what the tables have and the migrations lack.

    Compared with a database of its own, so that a developer's data and
    half-tried columns do not leak into the file.
    """
    server = make_url(server_url)
    scratch = f"version_{uuid.uuid4().hex[:8]}"
    ensure_database(server, scratch)
    url = server.set(database=scratch).render_as_string(hide_password=False)
    try:
        upgrade(url)
        command.revision(_config(url), message=message, autogenerate=True)
    finally:
        drop_database(server_url, scratch)


def drop_database(server_url: str, name: str) -> None:
    """Drop the database, whoever is still connected."""
    address = make_url(server_url).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as db:
        db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "migrations").replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["url"] = url
    return config
