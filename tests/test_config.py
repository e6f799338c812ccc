"""Settings: production never starts half configured, development never asks."""

import stat
from pathlib import Path

import pytest

from config import SettingsError, load

SECRET = "x" * 32
PRODUCTION = {
    "INTRECCIO_ENV": "production",
    "SECRET_KEY": SECRET,
    "DATABASE_URL": "postgresql://intreccio@db/intreccio",
    "DATA_KEY": SECRET,
}


@pytest.mark.parametrize("missing", ["SECRET_KEY", "DATABASE_URL", "DATA_KEY"])
def test_production_refuses_to_start_and_names_what_is_missing(missing: str) -> None:
    given = {name: value for name, value in PRODUCTION.items() if name != missing}
    with pytest.raises(SettingsError, match=f"^production mode needs {missing}$"):
        load(given)


def test_production_names_all_that_is_missing_and_takes_blanks_for_nothing() -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY, DATABASE_URL, DATA_KEY"):
        load({"INTRECCIO_ENV": "production", "SECRET_KEY": " "})


def test_production_has_no_demo_password_even_if_one_is_given(tmp_path: Path) -> None:
    settings = load(PRODUCTION | {"DEMO_PASSWORD": "demo", "INTRECCIO_VAR": str(tmp_path)})
    assert settings.production
    assert settings.demo_password is None
    assert not settings.citizen_passwords
    assert not (tmp_path / "secrets.json").exists()


def test_development_makes_its_secrets_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first = load({"INTRECCIO_VAR": str(tmp_path)})
    again = load({"INTRECCIO_VAR": str(tmp_path)})
    assert first == again
    assert first.secret_key
    assert first.data_key
    assert first.demo_password
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_a_secret_never_shows_when_settings_are_printed() -> None:
    assert SECRET not in repr(load(PRODUCTION))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INTRECCIO_ENV", "prodution"),
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "99999"),
        ("DATABASE_URL", "mysql://db/intreccio"),
        ("LISTEN_DATABASE_URL", "mysql://db/intreccio"),
        ("SMTP_URL", "http://mail"),
        ("SECRET_KEY", "short"),
        ("DATA_KEY", "short"),
        ("DATA_KEY", f"k1:{SECRET},k.2:{SECRET}"),
        ("CITIZEN_PASSWORDS", "perhaps"),
        ("PROXIES", "-1"),
        ("RATELIMIT_STORAGE_URI", "memory://"),
        ("RATELIMIT_STORAGE_URI", "valkey.example:6379"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load(PRODUCTION | {name: value})


GATEWAY = {
    "OIDC_ISSUER": "https://identity.example/",
    "OIDC_CLIENT_ID": "intreccio",
    "OIDC_CLIENT_SECRET": "known-to-both",
}


def test_a_gateway_to_digital_identities_is_whole_or_not_there() -> None:
    settings = load(PRODUCTION | GATEWAY)
    assert settings.oidc_issuer == "https://identity.example"
    assert settings.oidc_name == "SPID/CIE"
    assert "known-to-both" not in repr(settings)
    assert load(PRODUCTION).oidc_issuer is None
    for name in GATEWAY:
        part = {key: value for key, value in GATEWAY.items() if key != name}
        with pytest.raises(SettingsError, match=name):
            load(PRODUCTION | part)
    with pytest.raises(SettingsError, match="https"):
        load(PRODUCTION | GATEWAY | {"OIDC_ISSUER": "http://identity.example"})


def test_a_valkey_is_spoken_to_as_a_redis() -> None:
    for given, used in (("valkey", "redis"), ("valkeys", "rediss"), ("redis", "redis")):
        settings = load(PRODUCTION | {"RATELIMIT_STORAGE_URI": f"{given}://:pw@cache:6379/1"})
        assert settings.ratelimit_storage_uri == f"{used}://:pw@cache:6379/1"
