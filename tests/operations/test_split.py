"""Who pays which part of a fee: by the published order, to the cent."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.operations.split import ORDER, Payer, refund, split

FAMILY = 999
CHILDREN = frozenset({"f-bis"})
cents = st.integers(0, 100_000).map(lambda n: Decimal(n) / 100)
LETTERS = st.none() | st.frozensets(st.sampled_from(["f", "f-bis", "f-ter", "c", "d-bis"]))
PAYERS = st.lists(
    st.builds(
        Payer,
        account_id=st.integers(1, 900),
        kind=st.sampled_from(["subsidy", "voucher_fund", "title_voucher", "wallet"]),
        available=cents,
        letters=LETTERS,
        expires_on=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    ),
    max_size=8,
    unique_by=lambda payer: payer.account_id,
)


def parts(fee, *payers, letters=CHILDREN):
    shares = split(Decimal(fee), payers, letters=letters, family=FAMILY)
    return [(share.account_id, str(share.amount)) for share in shares]


def payer(account_id, kind, available, letters=CHILDREN, days=0):
    ends = date(2026, 12, 1) + timedelta(days=days)
    return Payer(account_id, kind, Decimal(available), letters, ends)


@given(cents, PAYERS, st.frozensets(st.sampled_from(["f", "f-bis", "c"])))
def test_the_shares_are_the_fee_and_nobody_pays_more_than_they_have(fee, payers, letters):
    shares = split(fee, payers, letters=letters, family=FAMILY)
    assert sum((share.amount for share in shares), Decimal(0)) == fee
    by_account = {payer.account_id: payer for payer in payers}
    for share in shares:
        assert share.amount > 0
        if share.kind == "family":
            continue
        source = by_account[share.account_id]
        assert share.amount <= source.available
        assert source.letters is None or source.letters & letters
    order = [ORDER.index(share.kind) for share in shares]
    assert order == sorted(order)
    ends = [by_account[s.account_id].expires_on for s in shares if s.kind == "wallet"]
    assert ends == sorted(ends)


@given(cents, PAYERS)
def test_a_title_voucher_is_never_topped_up(fee, payers):
    shares = split(fee, payers, letters=CHILDREN, family=FAMILY)
    for place, share in enumerate(shares):
        if share.kind == "title_voucher":
            assert place == len(shares) - 1


@given(cents, PAYERS)
def test_the_order_in_which_payers_are_named_does_not_matter(fee, payers):
    one = split(fee, payers, letters=CHILDREN, family=FAMILY)
    assert one == split(fee, payers[::-1], letters=CHILDREN, family=FAMILY)


@given(st.lists(cents), cents)
def test_a_refund_goes_back_from_the_last_payer_to_the_first(captured, amount):
    back = refund(amount, captured)
    assert sum((part for _, part in back), Decimal(0)) == min(amount, sum(captured, Decimal(0)))
    places = [place for place, _ in back]
    assert places == sorted(places, reverse=True)
    assert all(0 < part <= captured[place] for place, part in back)
    # Nobody before the last who is paid back gets anything while a later one lacks a cent.
    assert all(part == captured[place] for place, part in back[:-1])


def test_public_money_comes_first_and_the_family_last():
    assert parts(
        "100",
        payer(4, "wallet", "20", days=9),
        payer(3, "wallet", "30", days=2),
        payer(2, "voucher_fund", "10", None),
        payer(1, "subsidy", "15", None),
    ) == [(1, "15"), (2, "10"), (3, "30"), (4, "20"), (FAMILY, "25")]


def test_a_voucher_that_does_not_cover_what_is_left_pays_nothing():
    assert parts("100", payer(1, "title_voucher", "99.99")) == [(FAMILY, "100")]
    assert parts("100", payer(1, "title_voucher", "100")) == [(1, "100")]


def test_credit_pays_only_what_its_letter_allows():
    care = payer(1, "wallet", "50", frozenset({"f-ter"}))
    assert parts("40", care) == [(FAMILY, "40")]
    assert parts("40", care, letters=frozenset({"f-ter"})) == [(1, "40")]


def test_a_service_under_no_letter_is_the_family_s():
    assert parts("40", payer(1, "wallet", "50"), letters=frozenset()) == [(FAMILY, "40")]


def test_nothing_is_asked_of_anybody_for_what_is_free():
    assert parts("0", payer(1, "wallet", "50")) == []
