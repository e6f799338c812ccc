"""Which seats a test visits: all of them, or at every run some and in the long one the rest."""

import pytest

from tests.walk.expected import KINDS

# One that sees much, one that sees a roster, one that sees a family, and nobody.
SOME = ("staff", "provider", "citizen", "public")

by_kind = pytest.mark.parametrize("kind", KINDS)
by_some = pytest.mark.parametrize(
    "kind", [k if k in SOME else pytest.param(k, marks=pytest.mark.matrix) for k in KINDS]
)
