"""Spectral, the linter of API documents, on documents of ours."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from config import PROJECT

RULES = Path(__file__).parent / "lint" / "ruleset.js"
SPECTRAL = PROJECT / "node_modules" / "@stoplight" / "spectral-cli" / "dist" / "index.js"


def lint(folder: Path, documents: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What Spectral finds in each document: code, message, severity (0 error, 1 warning)."""
    assert SPECTRAL.exists(), "make test installs Spectral: npm ci"
    files = {name: folder / f"{name}.json" for name in documents}
    for name, file in files.items():
        file.write_text(json.dumps(documents[name]))
    node = shutil.which("node") or str(Path(sys.prefix) / "bin" / "node")
    command = [node, str(SPECTRAL), "lint", "--quiet", "-r", str(RULES), "-f", "json",
               *map(str, files.values())]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode in (0, 1), done.stderr or done.stdout
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in documents}
    for one in json.loads(done.stdout):
        found[Path(one["source"]).stem].append(one)
    return found
