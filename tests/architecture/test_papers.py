"""What the papers promise is what the code has."""

import re

import yaml

from config import PROJECT

# publiccode.yml 0.4: a catalogue refuses a file that lacks one of these.
REQUIRED = (
    *("publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType"),
    *("description", "legal", "maintenance", "localisation"),
)


def test_the_readme_names_every_setting() -> None:
    code = (PROJECT / "config.py").read_text() + (PROJECT / "gunicorn.conf.py").read_text()
    readme = (PROJECT / "README.md").read_text()
    asked = set(re.findall(r'"([A-Z][A-Z]+(?:_[A-Z]+)*)"', code))
    named = {
        name
        for row in re.findall(r"^\| (`[A-Z].*?) \|", readme, re.M)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert asked == named


def test_catalogues_of_public_software_take_publiccode_yml() -> None:
    paper = yaml.safe_load((PROJECT / "publiccode.yml").read_text())
    assert [key for key in REQUIRED if key not in paper] == []
    assert paper["legal"]["license"] == "EUPL-1.2"
    assert paper["maintenance"]["contacts"]
    assert set(paper["description"]) == set(paper["localisation"]["availableLanguages"])
    for words in paper["description"].values():
        assert len(words["shortDescription"]) <= 150
        assert 150 <= len(words["longDescription"]) <= 10_000
        assert words["features"]


def test_packages_are_pinned_and_without_addresses() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-npm.txt"):
        for line in (PROJECT / name).read_text().splitlines():
            assert re.fullmatch(r"#.*|-r requirements\.txt|[\w.-]+==[\w.]+|", line), (
                f"{name}: {line}"
            )
    assert '"resolved"' not in (PROJECT / "package-lock.json").read_text()
