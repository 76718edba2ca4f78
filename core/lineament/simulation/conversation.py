"""Who speaks when, about what, and when the interviewer smiles. The interviewer knows nothing of severity."""

import math
from dataclasses import dataclass

import numpy as np

from lineament.simulation.parameters import number
from lineament.simulation.persons import SessionBehaviour
from lineament.simulation.types import FloatArray

NEUTRAL, POSITIVE, NEGATIVE = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Conversation:
    """Spans are float64[k, 2] seconds. speech: the participant's spans between pauses; answers: whole answers.

    topic_starts, topics: when each topic begins and which it is. interviewer_smiles: float64[k] seconds, with sizes.
    """

    seconds: float
    questions: FloatArray
    answers: FloatArray
    speech: FloatArray
    topic_starts: FloatArray
    topics: tuple[int, ...]
    interviewer_smiles: FloatArray
    smile_sizes: FloatArray

    def topic_at(self, time_s: float) -> int:
        return self.topics[int(np.searchsorted(self.topic_starts, time_s, side="right")) - 1]


def hold_conversation(behaviour: SessionBehaviour, seconds: float, rng: np.random.Generator) -> Conversation:
    """Questions and answers with the person's latencies, pauses and answer lengths."""
    sd = number("talk.ln_sd")
    questions, answers, speech = [], [], []
    now = float(rng.uniform(0, min(1.0, seconds)))
    while now < seconds:
        asked = now + _lognormal(number("talk.question_s"), number("talk.question_ln_sd"), rng)
        begins = asked + _lognormal(behaviour.value("answer_latency"), sd, rng)
        ends = begins + _lognormal(behaviour.value("answer_length"), sd, rng)
        questions.append((now, asked))
        answers.append((begins, ends))
        speech += _speech_spans(begins, ends, behaviour.value("pause"), rng)
        now = ends + _lognormal(number("talk.gap_s"), sd, rng)
    starts, topics = _topics(seconds, rng)
    smiles = np.sort(rng.uniform(0, seconds, rng.poisson(number("talk.interviewer_smiles") * seconds / 60)))
    return Conversation(
        seconds=seconds,
        questions=_spans(questions),
        answers=_spans(answers),
        speech=_spans(speech),
        topic_starts=starts,
        topics=topics,
        interviewer_smiles=smiles,
        smile_sizes=np.clip(rng.normal(2.3, 0.6, len(smiles)), 0.8, 5.0),
    )


def _lognormal(median: float, ln_sd: float, rng: np.random.Generator) -> float:
    return median * math.exp(ln_sd * rng.standard_normal())


def _speech_spans(begins: float, ends: float, pause: float, rng: np.random.Generator) -> list[tuple[float, float]]:
    spans, now = [], begins
    while now < ends:
        stop = min(now + _lognormal(number("talk.span_s"), number("talk.span_ln_sd"), rng), ends)
        spans.append((now, stop))
        now = stop + _lognormal(pause, number("talk.ln_sd"), rng)
    return spans


def _topics(seconds: float, rng: np.random.Generator) -> tuple[FloatArray, tuple[int, ...]]:
    starts = [0.0]
    while starts[-1] < seconds:
        starts.append(starts[-1] + _lognormal(number("talk.topic_s"), 0.3, rng))
    kinds = rng.permutation(np.arange(len(starts)) % 3)
    return np.array(starts), tuple(int(kind) for kind in kinds)


def _spans(pairs: list[tuple[float, float]]) -> FloatArray:
    return np.array(pairs, dtype=np.float64).reshape(-1, 2)
