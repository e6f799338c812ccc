"""There is a factory for every table, and what it makes stays in one alliance."""

import pytest

from app import models
from app.demo.people import Rows
from tests import factories

FACTORIES = {
    factory._meta.model.__tablename__: factory
    for factory in vars(factories).values()
    if isinstance(factory, type) and issubclass(factory, Rows) and not factory._meta.abstract
}
TABLES = {mapper.class_.__tablename__ for mapper in models.Base.registry.mappers}
OURS = sorted(name for name in TABLES if not name.startswith("ab_"))


def test_every_table_has_a_factory():
    assert set(OURS) <= set(FACTORIES)


@pytest.mark.parametrize("table", OURS)
def test_a_row_and_all_that_it_names_are_of_one_alliance(db, table):
    factory = FACTORIES[table]
    # The second is made in an alliance that exists, the first in one of its own.
    alliance = factories.AllianceFactory()
    rows = [factory()]
    if issubclass(factory._meta.model, models.Tenant):
        rows.append(factory(alliance=alliance))
        assert rows[1].alliance is alliance
    for row in rows:
        for relation in type(row).__mapper__.relationships:
            named = None if relation.uselist else getattr(row, relation.key)
            if isinstance(named, models.Tenant):
                assert named.alliance_id == row.alliance_id, relation.key
