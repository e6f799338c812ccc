"""Reads a page as an Italian does: everything that is written on it, and nothing English."""

import io
import re
from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po
from playwright.sync_api import Page

from config import PROJECT

NARROW, WIDE = 320, 1280
# What is said on no Italian screen, whoever wrote it.
ENGLISH = re.compile(
    r"\b(the|and|of|is|are|was|your|you|this|that|with|not|for|has|have|please|from|to be|"
    r"error|none|null|undefined|true|false)\b",
    re.IGNORECASE,
)
# What is data and no words: addresses, file names, names of other languages, quoted notes.
DATA = re.compile(r"\S+@\S+|https?://\S+|\S+/\S+|\S+\.(pdf|png|jpe?g|p7m)\b|English", re.IGNORECASE)
PARTS = re.compile(r"\s*[:·,;()\n]\s*")

# Of the page that is open, or of one that is only fetched: what is written, and where links lead.
READ = """async ([address, links]) => {
  let page = document, status = 200;
  if (address) {
    const answer = await fetch(address);
    status = answer.status;
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  }
  const found = [page.title];
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (parent && !parent.closest("script, style, noscript, [lang=en]"))
      found.push(walker.currentNode.textContent);
  }
  for (const name of ["title", "placeholder", "aria-label", "alt"])
    for (const one of page.querySelectorAll(`[${name}]`)) found.push(one.getAttribute(name));
  for (const one of page.querySelectorAll("input[type=submit]")) found.push(one.value);
  return {
    status,
    texts: found.map((t) => t.replace(/\\s+/g, " ").trim()).filter(Boolean),
    links: [...page.querySelectorAll(links)].map((a) => a.getAttribute("href")),
  };
}"""
OVERFLOWS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@lru_cache
def english() -> frozenset[str]:
    """The messages that say something else in Italian, and are no Italian message as well."""
    path = Path(PROJECT, "app", "translations", "it", "LC_MESSAGES", "messages.po")
    catalogue = read_po(io.BytesIO(path.read_bytes()), locale="it")
    pairs = [(m.id, m.string) for m in catalogue if isinstance(m.id, str) and m.id]
    italian = {string for _, string in pairs}
    return frozenset(id_ for id_, string in pairs if string and id_ not in italian)


def wrong_words(texts: list[str]) -> list[str]:
    """What of these texts is not Italian."""
    found = []
    for text in texts:
        parts = {text, *PARTS.split(text)}
        if parts & english() or ENGLISH.search(DATA.sub(" ", text)):
            found.append(text)
    return found


def too_wide(page: Page) -> list[str]:
    """How much wider than the window the page is that is open, at both widths."""
    found = []
    for width in (NARROW, WIDE):
        page.set_viewport_size({"width": width, "height": 800})
        if (pixels := page.evaluate(OVERFLOWS)) > 0:
            found.append(f"{pixels} pixels too wide at {width}")
    return found
