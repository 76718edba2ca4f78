"""The guide's pages: Markdown files in `resources/guide`, their order, their sections, and how they are searched.

Pages link to each other by file name (`review.md#panes`), so that they can be read without the window too. A key is
written as a link to its action, `[Ctrl+O](key:file.open)`: the window shows the key that the action has by then.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lineament.resources import resource_path

CONTENTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Start here", ("clinician", "researcher")),
    ("Review", ("review", "numbers", "analysing", "visits", "regions", "distribution")),
    ("Research", ("search", "models", "data", "command-line", "cluster")),
    ("Look up", ("settings", "trouble", "glossary")),
)
"""Names of the pages in their order, under the titles of their groups."""

KEY = re.compile(r"\[([^\[\]]+|\[|\])\]\(key:([\w. ]+)\)")
"""The default key, and the action's id."""
LINK = re.compile(r"\[([^\[\]]+)\]\(([\w-]*)(?:\.md)?(?:#([\w-]+))?\)")
"""What is to be clicked, the page ("" for the same one), and the section or None."""
_HEADING = re.compile(r"^(#{1,3}) +(.+?)\s*$", re.MULTILINE)
_MARKS = re.compile(r"\||^\s*(?:[-#]+|\d+\.)\s+|^[-| ]{3,}$|^```$", re.MULTILINE)
_WITHIN = re.compile(r"[*`]+")


def slug(heading: str) -> str:
    """A heading as links name it: "Where it is kept" is "where-it-is-kept"."""
    return re.sub(r"[^\w]+", "-", heading.lower()).strip("-")


@dataclass(frozen=True)
class Section:
    """A heading with the words below it, up to the next. anchor: "" for the page's own title."""

    heading: str
    anchor: str
    words: str


@dataclass(frozen=True)
class Page:
    """name: as links have it. text: Markdown."""

    name: str
    text: str

    @property
    def title(self) -> str:
        return self.sections[0].heading

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        heads = list(_HEADING.finditer(self.text))
        ends = [head.start() for head in heads[1:]] + [len(self.text)]
        return tuple(
            Section(head[2], slug(head[2]) if head[1] != "#" else "", _plain(self.text[head.end() : end]))
            for head, end in zip(heads, ends, strict=True)
        )

    @property
    def anchors(self) -> frozenset[str]:
        return frozenset(section.anchor for section in self.sections)


@dataclass(frozen=True)
class Hit:
    """A section that has all words that were looked for; excerpt: some words around the first of them."""

    page: Page
    section: Section
    excerpt: str


class Guide:
    """All pages by name, in the order of the contents. Raises `FileNotFoundError` in a broken installation."""

    def __init__(self) -> None:
        folder = resource_path("guide")
        names = [name for _, group in CONTENTS for name in group]
        self.pages: Mapping[str, Page] = {
            name: Page(name, (folder / f"{name}.md").read_text(encoding="utf-8")) for name in names
        }

    def search(self, typed: str) -> list[Hit]:
        """Sections with every word of `typed`, parts of words too; those that have them in the heading come first."""
        wanted = typed.lower().split()
        if not wanted:
            return []
        found = []
        for page in self.pages.values():
            for section in page.sections:
                heading, words = section.heading.lower(), section.words.lower()
                if all(word in heading or word in words or word in page.title.lower() for word in wanted):
                    rank = (-sum(word in heading for word in wanted), -sum(words.count(word) for word in wanted))
                    if any(rank):  # a page's title alone brings its first section, not all of them
                        found.append((rank, Hit(page, section, _excerpt(section.words, wanted))))
        return [hit for _, hit in sorted(found, key=lambda pair: pair[0])]


def with_keys(text: str, keys: Callable[[str], str]) -> str:
    """The page with keys as they are now. keys: of an action, as "Space or K", "" for none, which is said."""

    def shown(found: re.Match[str]) -> str:
        return " or ".join(f"`{key}`" for key in (keys(found[2]) or "no key").split(" or "))

    return KEY.sub(shown, text)


def place_of(link: str, present: str) -> tuple[str, str]:
    """Page and section that a link means, seen from the page `present`; "review.md#panes" or "#panes"."""
    page, _, anchor = link.partition("#")
    return page.removesuffix(".md") or present, anchor


def _plain(markdown: str) -> str:
    text = LINK.sub(lambda found: found[1], KEY.sub(lambda found: found[1], markdown))
    return " ".join(_WITHIN.sub("", _MARKS.sub(" ", text)).split())


def _excerpt(words: str, wanted: Sequence[str], length: int = 90) -> str:
    lowered = words.lower()
    at = min((place for word in wanted if (place := lowered.find(word)) >= 0), default=0)
    start = words.rfind(" ", 0, max(at - length // 3, 0)) + 1
    stop = words.find(" ", start + length)
    part = words[start:] if stop < 0 else words[start:stop]
    return f"{'… ' if start else ''}{part}{' …' if stop >= 0 else ''}"
