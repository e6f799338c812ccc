"""The gateway to digital identities (SPID, CIE, CNS): OpenID Connect, a code with PKCE.

What belongs to one attempt (state, nonce, verifier, the alliance, where to go on) waits in the
browser's own session, which is signed, until the provider sends the browser back.
"""

from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App
from flask import current_app, redirect, request, session
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response

from app.errors import N_, BadRequest, Forbidden, NotFound, Unavailable

DOWN = N_("The sign-in with a digital identity does not answer now. Please try again later.")
GIVEN_UP = N_("The sign-in with your digital identity was not completed.")
STALE = N_("This sign-in was begun elsewhere or too long ago. Please begin again.")
# By a key of the provider's own: what we could sign ourselves proves nothing.
ALGORITHMS = ("RS", "PS", "ES", "Ed")
TIMEOUT = 10


def begin(back: str, **kept: str) -> Response:
    """Send the browser to the provider; ``kept`` comes back with it. Raises Unavailable."""
    gateway = _gateway()
    try:
        _metadata(gateway)
        # A family's computer is several people's: whoever signed out there is asked again.
        asked = gateway.create_authorization_url(back, prompt="login")
    except (RequestException, AuthlibBaseError, ValueError):
        raise Unavailable(DOWN) from None
    address = asked.pop("url")
    gateway.save_authorize_data(redirect_uri=back, **asked, **kept)
    return redirect(address)


def kept() -> dict[str, str]:
    """What was kept of the attempt that the browser comes back from.

    Raises BadRequest for an attempt that this browser did not begin.
    """
    gateway = _gateway()
    found = gateway.framework.get_state_data(session, request.args.get("state", ""))
    if not found:
        raise BadRequest(STALE)
    return dict(found)


def finish() -> dict[str, Any]:
    """What the provider says of who signed in, after a look at its signature, issuer,
    audience, time and nonce. Raises Forbidden, BadRequest, Unavailable."""
    gateway = _gateway()
    try:
        metadata = _metadata(gateway)
        issuer = metadata["issuer"]
        if request.args.get("iss", issuer) != issuer:
            raise BadRequest(STALE)  # Another provider's answer (RFC 9207).
        token = gateway.authorize_access_token(
            claims_options={
                "iss": {"essential": True, "value": issuer},
                "aud": {"essential": True, "value": gateway.client_id},
            }
        )
        claims = dict(token.get("userinfo") or {})
        if not claims:
            raise Forbidden(GIVEN_UP)
        if "fiscal_number" not in claims and metadata.get("userinfo_endpoint"):
            more = dict(gateway.userinfo(token=token))
            if more.get("sub") != claims["sub"]:
                raise Forbidden(GIVEN_UP)
            claims = {**more, **claims}
    except RequestException:
        raise Unavailable(DOWN) from None
    except (AuthlibBaseError, JoseError, ValueError) as error:
        current_app.logger.warning("a sign-in by digital identity failed: %s", error)
        raise Forbidden(GIVEN_UP) from None
    return claims


def _gateway() -> FlaskOAuth2App:
    """The client of the provider that the settings name. Raises NotFound where there is none."""
    settings = current_app.extensions["settings"]
    if settings.oidc_issuer is None:
        raise NotFound()
    known = current_app.extensions.setdefault("identity gateways", {})
    key = settings.oidc_issuer, settings.oidc_client_id
    if key not in known:
        known[key] = FlaskOAuth2App(
            FlaskIntegration("identity"),
            "identity",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            server_metadata_url=f"{settings.oidc_issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": settings.oidc_scope,
                "code_challenge_method": "S256",
                "default_timeout": TIMEOUT,
            },
        )
    return known[key]


def _metadata(gateway: FlaskOAuth2App) -> dict[str, Any]:
    """What the provider says of itself. Raises ValueError if it is another one."""
    found: dict[str, Any] = gateway.load_server_metadata()
    wanted = current_app.extensions["settings"].oidc_issuer
    if str(found.get("issuer", "")).rstrip("/") != wanted:
        raise ValueError("the provider names another issuer")
    name = "id_token_signing_alg_values_supported"
    found[name] = [a for a in found.get(name) or ["RS256"] if a.startswith(ALGORITHMS)]
    return found
