"""The screens of each noun, as they were declared."""

from typing import Any

VIEWS: dict[str, Any] = {}
