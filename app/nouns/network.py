"""The network's forms to join."""

from app.errors import N_
from app.models import SIGNATURES
from app.operations import memberships
from app.query.verbs import REASON, Field, Noun, Verb

NOUNS: dict[str, Noun] = {
    "memberships": Noun(
        verbs={
            "send": Verb(
                memberships.send,
                N_("Send"),
                (
                    Field("file_id", N_("Signed form"), "file"),
                    Field("signature", N_("Signature"), "choice", values=SIGNATURES),
                ),
                states=("draft",),
            ),
            "accept": Verb(
                memberships.accept,
                N_("Accept"),
                (
                    Field("starts_on", N_("Starts on"), "date", required=False),
                    Field("protocol_number", N_("Protocol number"), required=False),
                ),
                states=("sent",),
            ),
            "refuse": Verb(
                memberships.refuse,
                N_("Refuse"),
                (REASON, Field("protocol_number", N_("Protocol number"), required=False)),
                states=("sent",),
            ),
        },
    ),
}
