"""Signing in with a digital identity: to the provider, and back."""

from typing import Any

from flask import current_app, g, redirect, request, url_for
from flask_appbuilder.utils.base import get_safe_redirect
from flask_babel import get_locale

from app import oidc, security
from app.errors import DomainError
from app.operations import identities
from app.portal import site
from app.portal.site import front, pages
from app.problems import translated
from app.transaction import web


@pages.get("/identita/")
def identity() -> Any:
    """To the provider."""
    target = get_safe_redirect(request.args.get("next") or url_for("area.home"))
    try:
        return oidc.begin(_back(), alliance=g.alliance["slug"], target=target)
    except DomainError as refusal:
        return _refused(refusal)


@front.get("/identita/rientro")
def identity_back() -> Any:
    """And back: into the family's area, or to a page that says why not."""
    kept = oidc.kept()
    g.alliance = site.find_alliance(kept["alliance"])
    try:
        now = security.moment()
        settings = current_app.extensions["settings"]
        claims = oidc.finish()
        entered = identities.enter(
            site.db(),
            alliance_id=g.alliance["id"],
            identity=identities.read(claims, issuer=settings.oidc_issuer, now=now),
            signed_in_as=g.principal.user_id,
            locale=str(get_locale())[:2],
            now=now,
        )
        web.commit()
    except DomainError as refusal:
        web.rollback()
        return _refused(refusal)
    security.welcome(entered.user_id, entered.seat_id)
    return redirect(kept["target"])


def _back() -> str:
    """The one address that the provider sends browsers back to."""
    base: str = current_app.extensions["settings"].base_url
    return base + url_for("front.identity_back")


def _refused(refusal: DomainError) -> Any:
    said = [translated(message, params) for _, message, params in refusal.errors]
    return site.render("account/refused.html", refusal.status, said=said)
