"""The program: a question and a collection in, an Answer whose every sentence carries a checked quote out."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from prompts import NOT_IN_ARTICLES
from qa.across import across
from qa.answerable import of_its_matter, tells
from qa.as_answer import as_answers
from qa.citations import Reading, kept, read, verified
from qa.collection import GREETING, from_records, wanted
from qa.comparing import sides
from qa.errors import BadReply, QuestionError
from qa.models import ChatModel, Draft, Model, ModelUntil
from qa.parts import in_turn, interleaved, parts
from qa.prompting import answer_messages, without_layout
from qa.quoting import quote
from qa.refusals import in_words, overruled, rests_on_the_best, without_refusals
from qa.rewrite import only_moves, points, rewrite
from qa.second import Second
from qa.settings import Settings, read_settings
from qa.stopping import Stop
from qa.types import Answer, Turn
from vectorstore import operators
from vectorstore.language.days import day_words
from vectorstore.language.frames import is_small_talk
from vectorstore.language.sentences import sentences as sentence_spans
from vectorstore.search import Index
from vectorstore.types import Filters, Found, Summary, Understood, strings

CUT_OFF = "The model's answer was cut off before its end."
IN_PART = "The articles answer this only in part."
# Said over the quotes that a reader gets where the evidence is strong and the model's prose is none.
FOUND_NONE = "The model found no answer; these sentences match the question."
NOT_CARRIED = "What the model wrote is not supported by the articles; these sentences match the question."
BESIDE = "These sentences match the question as well."  # said where the prose rests on others
# How a whole sentence ends: in a marker, or in a stop after a word (after a number or "Mr" more may have been to come).
_WHOLE = re.compile(r"(?:\d[\]】)}][.!?…]?|(?:[^\W\d]{4}|[\]”’»\")])[.!?…]+[\"'”’»)]*|[。！？।؟][”’」』]*)\s*$")
# A marker and a stop, in either order: the end of a sentence even where the splitter sees none.
_CLOSED = re.compile(r"\d[\]】)}][.!?…。！？।؟]|[.!?…。！？।؟][\"'”’»)]{0,3}\s{0,2}(?:[\[【][^\]】]{0,20}\d[\]】])+")
LONGEST_QUESTION = 2_000  # characters; a whole article pasted by mistake is told apart from a question


class Assistant:
    """Answers questions from one index; close it, or use it in a `with` block. Safe to share between threads."""

    def __init__(self, index: Index, settings: Settings, model: Model | None = None) -> None:
        self.index = index
        self.settings = settings
        self.model = model
        self.second = Second(settings.second_opinion, model)

    @classmethod
    def open(cls, index_dir: Path | str | None = None, settings: Settings | None = None) -> Assistant:
        """The assistant over an index directory, as the settings (the environment's, if none are given) ask for it.

        Raises StoreError where the index is missing, damaged or of another embedder.
        """
        settings = settings or read_settings()
        index = Index.open(Path(index_dir or settings.index), settings.embedder, rerank=settings.rerank, server=settings.server)
        return cls(index, settings, ChatModel(settings) if settings.uses_model else None)

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters = Filters(),
        today: date | None = None,
        ignore: Collection[str] = (),
        as_written: bool = False,
    ) -> Iterator[Answer]:
        """The answer as it grows; the first has nothing yet, what takes long begins behind it; the last is final and verified.

        `today` is the day that "this week" in the question is counted from: the clock's, if none is given. `ignore` lists words
        of an earlier Answer's `understood` that are to be searched for only; `as_written` leaves a follow-up as it stands.
        Raises QuestionError for a question that is none, StoreError and ModelError as drawn in qa/errors.py.
        """
        laps = _Laps()
        question, history = readable(question), conversation(history) if history else ()
        if is_small_talk(question):
            yield Answer(question, question, GREETING, model=self.model_name, index=self.index.generation, final=True)
            return
        words = operators.read(question, ignore := strings(ignore, "ignore")).text
        about = wanted(words)  # the collection itself, not what its articles say
        whole = as_written or (about and not (history and only_moves(words)) and not points(about.of))
        standalone = rewrite(words, history, self.model) if history and not whole else words
        standalone = standalone if whole else self.index.respelt(standalone)  # as it is searched for
        about = about if whole else wanted(standalone)
        laps.end("rewrite")
        asking = parts(standalone)
        retrieved = self.index.retrieve_each(asking, filters, today, ignore, k := self.settings.passages, asked=question)
        next(retrieved)  # both searches are done; what takes long is yet to begin
        yield (asked := Answer(question, standalone, "", model=self.model_name, index=self.index.generation))
        finds = next(retrieved)
        if not any(told := [tells(one, had) for one, had in zip(asking, finds, strict=True)]):
            finds, told = across(self.index, asking, finds, ignore, k, question)
        found = replace(finds[0], hits=interleaved([one.hits for one in finds], k), notice=max(one.notice for one in finds))
        laps.end("search")
        asked = replace(asked, hits=found.hits, index=found.generation, notice=found.notice, vectors=found.summary.vectors)
        asked = replace(asked, filters=found.scope.filters, understood=found.scope.understood, refreshed=found.summary.refreshed)
        doubtful = not any(told)

        def by_rule(gave_up: bool = False) -> Answer:
            """What is said without a model. One that gave up is overruled only by a passage that has all that is asked for."""
            if doubtful or (gave_up and not any(map(overruled, asking, (had.hits for had in finds)))):
                return abstention(asked, found)
            return quoted(asked, found, asking, finds, told)

        if about and (reply := from_records(about, self.index, found, ignore)):
            answers = iter([reply.filled(asked)])
        elif not found.hits or self.model is None:
            answers = iter([by_rule()])
        else:
            # The model reads the question as it was asked: a rewritten one may hold words of an article.
            messages = answer_messages(words, found.hits, history, found.scope.today, self.settings, doubtful)
            left = max(0.1, self.settings.timeout - round(laps.seconds["rewrite"], 1))
            answers = self._written(asked, by_rule, doubtful, self.model.stream(messages, timeout=left), found.scope.today)
        yield from (replace(answer, seconds=laps.so_far("answer")) for answer in answers)

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters = Filters(),
        today: date | None = None,
        ignore: Collection[str] = (),
        as_written: bool = False,
    ) -> Answer:
        """The final Answer. Takes what `stream` takes, and raises as it does."""
        *_, answer = self.stream(question, history, filters, today, ignore, as_written)
        return answer

    def _written(
        self, asked: Answer, by_rule: Callable[[bool], Answer], doubtful: bool, drafts: Iterator[Draft], today: date
    ) -> Iterator[Answer]:
        """The passages; a growing draft with its markers resolved; then it is verified; below it, if none holds, the quotes."""
        yield asked
        for draft in drafts:
            cut = draft.finish_reason in ("length", "cut")
            text = whole_sentences(draft.text) if cut else draft.text
            reading = read(without_layout(in_words(text)), asked.hits, final=draft.finished)
            if not draft.finished:
                yield replace(asked, text=reading.text, sentences=reading.sentences, citations=reading.citations)
        if cut and doubtful and not reading.sentences:
            raise BadReply(f"{asked.model} was cut off before its first sentence ended. Raise ONRECORD_MAX_TOKENS, or ask again.")
        reading = as_answers(verified(reading, asked.hits, second=self.second), asked.standalone_question, asked.hits, today)
        reading, refused = without_refusals(reading, asked.question, asked.hits)
        notices = [IN_PART if refused else "", CUT_OFF if cut else "", asked.notice]
        held = kept(reading, lambda n: reading.sentences[n].supported)
        if not held.sentences:
            yield instead_of(reading, by_rule(refused), refused, " ".join(filter(None, notices[1:])), self.settings.strict)
            return
        reading = held if self.settings.strict else reading
        answer = replace(asked, sentences=reading.sentences, citations=reading.citations, notice=" ".join(filter(None, notices)))
        answer = replace(answer, text=reading.text, final=True)
        is_whole = doubtful or rests_on_the_best(reading, asked.question, asked.hits)
        yield answer if is_whole else with_quotes(answer, by_rule(False))

    def until(self, stop: Stop) -> Assistant:
        """This assistant for one question, which `stop` ends from another thread: what it asks the model is closed at once."""
        return Assistant(self.index, self.settings, ModelUntil(self.model, stop)) if isinstance(self.model, ChatModel) else self

    @property
    def model_name(self) -> str:
        return self.model.name if self.model else "quote-only"

    def summary(self, filters: Filters = Filters()) -> Summary:
        """What the live index holds within the filters."""
        return self.index.summary(filters)

    def close(self) -> None:
        self.index.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def readable(question: str) -> str:
    """The question without what is no text: control characters, half ones. Raises QuestionError for nothing, or far too much."""
    if not isinstance(question, str):
        raise QuestionError(f"The question is {type(question).__name__}, not text: pass a string.")
    if len(question) > LONGEST_QUESTION:
        most = f"ask in at most {LONGEST_QUESTION:,}, one question at a time."
        raise QuestionError(f"The question has {len(question):,} characters: {most}")
    text = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else " " if unicodedata.category(c) == "Cc" else c for c in question)
    text = " ".join(text.split())
    if not text:
        raise QuestionError("The question is empty: ask in words, for example: who denied sending fighters?")
    return text


def whole_sentences(cut: str) -> str:
    """A draft that was cut off without the sentence that it broke off in: half of one can be true where the whole is not."""
    *earlier, (start, end) = sentence_spans(cut) or [(0, 0)]
    if _WHOLE.search(cut[start:end]):
        return cut
    begin, end = earlier[-1] if earlier else (0, 0)
    return cut[: max([end, *(closed.end() for closed in _CLOSED.finditer(cut, begin))])]


def quoted(asked: Answer, found: Found, asking: Sequence[str], finds: Sequence[Found], told: Sequence[bool]) -> Answer:
    """The sentences that best answer, word for word; of several questions in one, each in turn, or that it is not answered."""
    if len(asking) == 1 or sides(asking[0]):
        own, of_it = of_its_matter(asking[0], found)
        shown, cited = quote(own, of_it.hits, prefer=found.scope.prefer)
    else:
        shown, cited = in_turn(asking, [had.hits for had in finds], told, found.scope.prefer)
    if not cited:
        return abstention(asked, found)
    text = "\n\n".join(s.text + "".join(f" [{n}]" for n in s.citations) for s in shown)
    return replace(asked, text=text, sentences=shown, citations=cited, final=True)


def instead_of(prose: Reading, quotes: Answer, refused: bool, notice: str, strict: bool) -> Answer:
    """The quotes, under a line that says why, below what the model wrote, marked; where there are none, that they do not say."""
    if quotes.abstained:
        return quotes
    label = FOUND_NONE if refused or not prose.sentences else NOT_CARRIED
    answer = replace(quotes, label=label, notice=notice)
    if not prose.sentences or strict:
        return answer
    marked = tuple(replace(one, citations=()) for one in prose.sentences)
    text = " ".join(one.text for one in marked) + f"\n\n{quotes.text}"
    return replace(answer, text=text, sentences=marked, beside=quotes.sentences)


def with_quotes(answer: Answer, quotes: Answer) -> Answer:
    """A model's answer with those quotes beside it that it does not rest on already; as it is where there are none."""
    rests = [(c.article.id, c.start, c.end) for c in answer.citations]
    new = [c for c in quotes.citations if not any((c.article.id == i and c.start < b and a < c.end) for i, a, b in rests)]
    numbers = {c.number: n for n, c in enumerate(new, len(answer.citations) + 1)}
    shown = [one for one in quotes.sentences if one.citations and numbers.keys() >= set(one.citations)]
    beside = tuple(replace(one, citations=tuple(numbers[n] for n in one.citations)) for one in shown)
    if quotes.abstained or not beside:
        return answer
    text = "\n\n".join([answer.text, *(one.text + "".join(f" [{n}]" for n in one.citations) for one in beside)])
    cited = {n for one in beside for n in one.citations}
    citations = (*answer.citations, *(replace(c, number=n) for c in new if (n := numbers[c.number]) in cited))
    return replace(answer, text=text, beside=beside, citations=citations, label=BESIDE)


def abstention(asked: Answer, found: Found) -> Answer:
    """Not in the articles: what was searched, and the hits as the nearest passages."""
    said = [NOT_IN_ARTICLES, searched_words(found.summary, found.scope.filters.by_record)]
    said += [f"Your words “{one.words}” were read as: only {scope_words(one)}." for one in asked.understood if one.hard]
    return replace(asked, text=" ".join(said), abstained=True, final=True)


def conversation(history: object) -> Sequence[Turn]:
    """The earlier exchanges; raises QuestionError where they are something else."""
    if not isinstance(history, Sequence) or not all(isinstance(turn, Turn) for turn in history):
        raise QuestionError(f"The history is {str(history)[:60]!r}: pass a list of Turn(question, answer).")
    return history


def searched_words(searched: Summary, by_record: bool = False) -> str:
    """How much was searched, in a sentence: "Searched 3,032 articles, 1 June 2022 to 30 September 2022." """
    if not searched.articles:
        return f"No article matches the chosen {'filters' if by_record else 'outlets and dates'}."
    count = f"Searched {searched.articles:,} article{'s' if searched.articles != 1 else ''}"
    if not searched.first or not searched.last:
        return f"{count}, none with a date."
    dates = day_words(searched.first)
    if searched.first != searched.last:
        dates += f" to {day_words(searched.last)}"
    undated = f" ({searched.undated:,} without a date)" if searched.undated else ""
    return f"{count}, {dates}{undated}."


def scope_words(one: Understood) -> str:
    """What words of a question were taken for: "10 June 2022 to 16 June 2022", "cnn.com or usatoday.com"."""
    if one.reading:
        return f"articles {one.reading}"
    if one.sources:
        return " or ".join(one.sources)
    days = [day_words(day) for day in (one.since, one.until) if day]
    return " to ".join(dict.fromkeys(days))


def ask(
    question: str,
    history: Sequence[Turn] = (),
    filters: Filters = Filters(),
    index_dir: Path | str | None = None,
    settings: Settings | None = None,
    today: date | None = None,
    ignore: Collection[str] = (),
) -> Answer:
    """One question, one answer. Opens the index anew each time: keep an `Assistant` for more than one question."""
    with Assistant.open(index_dir, settings) as assistant:
        return assistant.ask(question, history, filters, today, ignore)


class _Laps:
    """Seconds by stage."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def end(self, stage: str) -> None:
        before, self._last = self._last, time.perf_counter()
        self.seconds[stage] = self._last - before

    def so_far(self, stage: str) -> dict[str, float]:
        """The laps that have ended, the one that runs, and the total."""
        return self.seconds | {stage: (now := time.perf_counter()) - self._last, "total": now - self._start}
