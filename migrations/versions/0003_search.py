"""Text search in Italian, without accents.

The functions' bodies are of SQL's own kind (RETURN): the planner puts them into the query, and
they name what they use for good, whatever the search path of whoever builds an index. No
extension: `unaccent` is not everywhere, and may not stand in an index without a wrapper.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Letters that are no other letter with a mark, as they are typed without them.
PLAIN = """
CREATE FUNCTION plain_text(written text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(
    regexp_replace(
        regexp_replace(
            normalize(replace(translate(written, 'ØøĐđŁłı', 'OoDdLli'), 'ß', 'ss'), NFKD),
            '[\\u0300-\\u036f]+', '', 'g'
        ),
        '[^[:alnum:]]+', ' ', 'g'
    )
)
"""

# A vector holds a megabyte; nobody searches behind the fiftieth thousand letter.
WORDS = """
CREATE FUNCTION search_words(written text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('pg_catalog.simple', left(plain_text(left(written, 50000)), 50000))
"""
STEMS = """
CREATE FUNCTION search_stems(written text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN search_words(written)
    || to_tsvector('pg_catalog.italian', left(plain_text(left(written, 50000)), 50000))
"""

# By its stem or by how it begins; a word of nothing but signs asks for nothing: NULL.
# The lexemes are letters and digits alone, so that none is read as an operator.
QUERY = """
CREATE FUNCTION search_query(word text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT CASE WHEN stems = '' THEN beginnings::tsquery
                ELSE stems::tsquery || beginnings::tsquery END
    FROM (
        SELECT array_to_string(
                   tsvector_to_array(to_tsvector('pg_catalog.italian', plain)), ' & '
               ) AS stems,
               nullif(array_to_string(
                   tsvector_to_array(to_tsvector('pg_catalog.simple', plain)), ':* & '
               ), '') || ':*' AS beginnings
        FROM (SELECT left(plain_text(left(word, 200)), 100) AS plain) AS typed
    ) AS lexemes
)
"""

FUNCTIONS = {
    "plain_text(text)": PLAIN,
    "search_words(text)": WORDS,
    "search_stems(text)": STEMS,
    "search_query(text)": QUERY,
}
# Table -> columns and whether they are prose, which is searched by stems as well.
SEARCHED = {
    "alliance": {"name": True, "territory": True},
    "municipality": {"name": True, "province": True, "istat_code": True},
    "ab_user": {"first_name": False, "last_name": False, "username": False, "email": False},
    "ab_role": {"name": False},
    "organization": {"name": True, "fiscal_code": False, "email": True},
    "organization_alias": {"name": True},
    "organization_contact": {"name": False, "email": False},
    "location": {"name": True, "address": True},
    "project": {"title": True, "programme": True, "legal_act": True},
    "call": {"title": True, "description": True, "legal_act": True},
    "membership": {"protocol_number": False},
    "service_category": {"title": True, "examples": True},
    "service": {"title": True, "title_en": True, "description": True, "description_en": True},
    "service_request": {"receipt": False},
    "season": {"title": True, "school_year": True},
    "workshop": {"title": True, "title_en": True, "description": True},
    "slot": {"title": True},
    "person": {"first_name": False, "last_name": False, "fiscal_code": False},
    "social_point": {"name": True},
    "application": {"receipt": False, "contact_email": False, "contact_phone": False},
    "file": {"name": False},
    "message": {"recipient": False},
    "job_run": {"job": False},
    "sensitive_read": {"table_name": False},
}


def upgrade() -> None:
    for body in FUNCTIONS.values():
        op.execute(sa.text(body.replace(":", "\\:")))
    for table, columns in SEARCHED.items():
        op.create_index(
            f"ix_{table}_search",
            table,
            [
                sa.text(f"search_stems({name})" if prose else f"search_words({name})")
                for name, prose in columns.items()
            ],
            postgresql_using="gin",
        )


def downgrade() -> None:
    for table in reversed(SEARCHED):
        op.drop_index(f"ix_{table}_search", table_name=table)
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
