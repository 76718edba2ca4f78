"""Letters typed in order find the text they occur in; runs of letters and first letters of words count most."""

from dataclasses import dataclass

LETTER, RUN, FIRST = 1.0, 2.0, 2.0
GAP, WIDEST = 0.05, 20
LEAST = 1.6
"""Of points a letter, in words of three letters and more: less is letters strewn about (our choice, as the others)."""


@dataclass(frozen=True)
class Match:
    """How well a text answers, and which of its letters did."""

    points: float
    letters: frozenset[int] = frozenset()


def match(word: str, text: str) -> Match | None:
    """The best way in which the letters of `word` stand in `text` in this order; None where they do not."""
    typed, there = word.casefold(), text.casefold()
    if len(there) != len(text):  # a letter that becomes two would shift the others
        there = text.lower() if len(text.lower()) == len(text) else text
    best: list[dict[int, tuple[float, int]]] = []  # a letter of the word: place in the text -> points, place before
    for number, letter in enumerate(typed):
        places = {}
        for place in (place for place, other in enumerate(there) if other == letter):
            points = LETTER + (FIRST if _begins_word(there, place) else 0.0)
            if number == 0:
                places[place] = (points, -1)
                continue
            before = [
                (earlier + (RUN if place - at == 1 else -GAP * min(place - at, WIDEST)), at)
                for at, (earlier, _) in best[-1].items()
                if at < place
            ]
            if before:
                most, at = max(before)
                places[place] = (points + most, at)
        if not places:
            return None
        best.append(places)
    return _traced(best) if best else Match(0.0)


def _traced(best: list[dict[int, tuple[float, int]]]) -> Match | None:
    place = max(best[-1], key=lambda at: best[-1][at][0])
    points, letters = best[-1][place][0], []
    for places in reversed(best):
        letters.append(place)
        place = places[place][1]
    if len(best) >= 3 and points < LEAST * len(best):
        return None
    return Match(points, frozenset(letters))


def _begins_word(text: str, place: int) -> bool:
    return text[place].isalnum() and (place == 0 or not text[place - 1].isalnum())
