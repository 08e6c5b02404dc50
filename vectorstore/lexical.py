"""BM25 over passages and headlines. The only file that imports tantivy.

English is analysed by tantivy as it is. A passage in another language is put in as what it is found by: its stems by its own
rules, or pairs of signs where words stand without spaces. A question is read by the rules of each language that is held.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any

from vectorstore.errors import IndexDamaged
from vectorstore.language.asking import without_asking
from vectorstore.language.detect import code_of, names
from vectorstore.language.signs import is_of_signs, paired
from vectorstore.language.words import SPELT, folded, plain, rarity, spellings, words
from vectorstore.scratch import Scratch
from vectorstore.types import Filters

# Passages are matched as they are and with their headline before them. On news a field for the headline alone cost a tenth of
# the linked articles (art@5 .611 at boost .5; .698 so): a short field's every word weighs more than any in the passage.
_FIELDS = {"text": 0.7, "titled": 0.3}
# Ask for something and are what no passage is about; left out of questions only (art@5 .678 with them).
_QUESTION_WORDS = "who whom whose what which when where why how do does did have has had were been"
_ANALYZER = "onrecord"
_SPLIT = re.compile(r"[^\W_]+")  # as tantivy's simple tokenizer does
_MOST_TERMS = 64  # of a question; the rest of a pasted page adds time, not meaning
_SIGNS = "signs"  # what the index calls the language of a passage in pairs of signs

# Number, heading, text, day, case-folded outlet; the code of the text's language, where that is known.
Row = tuple[int, str, str, int, str, *tuple[str, ...]]


class LexicalIndex:
    """The words of one generation's passages, by passage number."""

    def __init__(self, index: Any) -> None:
        self._analyzer = _analyzer()
        self._asking = frozenset(self._analyzer.analyze(_QUESTION_WORDS))
        index.register_tokenizer(_ANALYZER, self._analyzer)
        self._schema, self._searcher = index.schema, index.searcher()
        self.languages = self._held()
        self.scratch: Scratch | None = None  # there as long as this
        self._only: tuple[Any, ...] = ()  # what narrows every search: see `narrowed`

    @classmethod
    def write(cls, folder: Path, rows: Iterable[Row]) -> None:
        """Makes a new index and closes it."""
        import tantivy

        folder.mkdir(parents=True)
        schema = (
            tantivy.SchemaBuilder()
            .add_text_field("text", tokenizer_name=_ANALYZER, index_option="position")
            .add_text_field("titled", tokenizer_name=_ANALYZER, index_option="freq")
            .add_text_field("source", tokenizer_name="raw", index_option="basic")
            .add_text_field("language", tokenizer_name="raw", index_option="basic")
            .add_integer_field("day", indexed=True, fast=True)  # signed: an unsigned field killed the writer on a large batch
            .add_integer_field("number", indexed=True, fast=True)
            .build()
        )
        cls._write(tantivy.Index(schema, path=str(folder)), (), rows)

    @classmethod
    def edit(cls, folder: Path, gone: Iterable[int], rows: Iterable[Row]) -> None:
        """Takes the passages of these numbers out of an index and puts others in. Files are replaced, none is written into."""
        import tantivy

        cls._write(tantivy.Index.open(str(folder)), gone, rows)

    @classmethod
    def _write(cls, index: Any, gone: Iterable[int], rows: Iterable[Row]) -> None:
        import tantivy

        index.register_tokenizer(_ANALYZER, _analyzer())
        writer = index.writer(64_000_000, 1)  # one thread: the same articles give the same segments
        for number in gone:
            writer.delete_documents_by_term("number", number)
        for number, heading, text, day, source, *language in rows:
            way = _way(text, *language)
            document = tantivy.Document()
            document.add_integer("number", number)
            document.add_text("text", _told(text, way))
            document.add_text("titled", _told(f"{heading}\n{text}", way))
            document.add_integer("day", day)
            document.add_text("source", source)
            document.add_text("language", way)
            writer.add_document(document)
        writer.commit()
        writer.garbage_collect_files()
        writer.wait_merging_threads()

    @staticmethod
    def is_current(folder: Path) -> bool:
        """Whether the index there tells languages apart; one that is older is searched as English, until it is made anew."""
        return b'"language"' in (folder / "meta.json").read_bytes()

    @classmethod
    def open(cls, folder: Path) -> LexicalIndex:
        import tantivy

        if not (folder / "meta.json").is_file():
            raise IndexDamaged(f"There are no words in {folder}: run `onrecord rebuild`.")
        try:
            return cls(tantivy.Index.open(str(folder)))
        except (ValueError, OSError):  # it may not be locked: opened through links, it is where it may
            scratch = Scratch(folder)
        try:
            found = cls(tantivy.Index.open(str(scratch.folder)))
            found.scratch = scratch
            return found
        except (ValueError, OSError) as error:
            raise IndexDamaged(f"The words in {folder} cannot be opened ({str(error)[:150]}): run `onrecord rebuild`.") from error

    def _held(self) -> tuple[str, ...]:
        """The ways other than English in which its passages are read, the most frequent first."""
        try:
            return tuple(way for way, _ in self._searcher.terms_with_prefix("language", "") if way != "en")
        except ValueError:  # made before
            return ()

    def count(self) -> int:
        return int(self._searcher.num_docs)

    def terms(self, question: str, language: str | None = None) -> dict[str, float]:
        """The question's searched stems, or those of a language, with their rarity (BM25's; gone passages may count)."""
        wanted = self._searched(question) if language is None else self.stems(without_asking(question), language)
        held = {stem: self._searcher.doc_freq("text", stem) for stem in wanted}
        return {stem: math.log(1 + (max(self.count(), n) - n + 0.5) / (n + 0.5)) for stem, n in held.items()}

    def _searched(self, question: str) -> list[str]:
        # A Mueller may be written Müller: both are looked for.
        others = [one for word in words(question) if rarity(word.stem) > SPELT for one in spellings(word.text)]
        elsewhere = self._elsewhere(question) if self.languages else ()
        terms = dict.fromkeys([*elsewhere, *self._analyzer.analyze(" ".join([folded(question), *others]))])
        return [one for one in terms if one not in self._asking][:_MOST_TERMS]

    def _elsewhere(self, question: str) -> list[str]:
        """The question's stems by the rules of the other languages that are held."""
        return [stem for way in self.languages for stem in self.stems(without_asking(question), way)]

    def stem(self, word: str) -> str:
        """The stem that a word is found by; empty for a word that is in every text."""
        return next(iter(self._analyzer.analyze(folded(word))), "")

    def spread(self, word: str) -> int:
        """How many passages have a word of its stem in them or in their headline: all of them a word that is in every text."""
        stems = self.stems(word).union(self._elsewhere(word) if self.languages else ())
        return max((int(self._searcher.doc_freq("titled", one)) for one in stems), default=self.count())

    def starting(self, letters: str) -> list[tuple[str, int]]:
        """The stems that start so, each with how many passages have it, the most frequent first."""
        return list(self._searcher.terms_with_prefix("titled", letters))

    def with_stem(self, stem: str, n: int) -> list[int]:
        """The numbers of n passages that have a word of the stem in them or in their headline."""
        from tantivy import Query

        found = self._searcher.search(Query.term_query(self._schema, "titled", stem), n, count=False).hits
        return [int(number) for number in self._searcher.fast_field_values("number", [address for _, address in found])]

    def holding(self, words: Iterable[Iterable[str]]) -> list[int] | None:
        """The numbers of the passages that have, in them or in their headline, one of each of these groups of words, in any form.

        A group with a word that is in every text asks for nothing; None where all do.
        """
        from tantivy import Occur, Query

        ways = ("en", *self.languages)
        groups = [[self.stems(word, way) for word in group for way in ways] for group in words]
        parts = [(Occur.Must, self._any_of({stem for stems in group for stem in stems})) for group in groups if all(group)]
        if not parts:
            return None
        query = Query.const_score_query(Query.boolean_query(parts), 1.0)
        hits = self._searcher.search(query, max(1, self.count()), count=False).hits
        return [int(number) for number in self._searcher.fast_field_values("number", [address for _, address in hits])]

    def _any_of(self, stems: Iterable[str]) -> Any:
        from tantivy import Occur, Query

        terms = [Query.term_query(self._schema, "titled", stem, index_option="basic") for stem in sorted(stems)]
        return Query.boolean_query([(Occur.Should, term) for term in terms])

    def narrowed(self, numbers: Collection[int], out: bool) -> LexicalIndex:
        """The same words, of these passages only, or of all others."""
        from tantivy import Occur, Query

        among = Query.const_score_query(Query.term_set_query(self._schema, "number", list(numbers)), 0.0)
        narrow = copy(self)
        narrow._only = ((Occur.MustNot if out else Occur.Must, among),)
        return narrow

    def stems(self, text: str, language: str = "en") -> frozenset[str]:
        """The stems that a text would be found by."""
        return frozenset(self._analyzer.analyze(folded(text) if language == "en" else _told(text, _way(text, language))))

    def phrase(self, words: str, n: int, slop: int = 0) -> list[int]:
        """The numbers of n passages in which these words stand one after the other; none where fewer than two are searched for.

        `slop` is by how many places they may be further apart or nearer together.
        """
        from tantivy import Query

        each = [self._analyzer.analyze(word) for word in _SPLIT.findall(folded(words))]
        terms = [(place, found[0]) for place, found in enumerate(each) if found]
        if len(terms) < 2:
            return []
        query = Query.phrase_query(self._schema, "text", [(place - terms[0][0], term) for place, term in terms], slop=slop)
        hits = self._searcher.search(query, n, count=False).hits
        return [int(number) for number in self._searcher.fast_field_values("number", [address for _, address in hits])]

    # The question is a list of words, never query syntax. One without a searchable word finds nothing.
    def search(self, question: str, n: int, filters: Filters = Filters()) -> list[tuple[int, float]]:
        """The n best passages that the filters admit, as (number, BM25 score), best first."""
        from tantivy import FieldType, Occur, Query

        terms = self._searched(question)
        if not terms:
            return []
        words = [
            (Occur.Should, Query.boost_query(Query.term_query(self._schema, field, term, index_option="freq"), share))
            for term in terms
            for field, share in _FIELDS.items()
        ]
        parts = [(Occur.Must, Query.boolean_query(words)), *self._only]
        if filters.sources:
            outlets = Query.term_set_query(self._schema, "source", [source.casefold() for source in filters.sources])
            parts.append((Occur.Must, Query.const_score_query(outlets, 0.0)))
        if filters.since or filters.until:
            days = Query.range_query(self._schema, "day", FieldType.Integer, *_day_range(filters))
            parts.append((Occur.Must, Query.const_score_query(days, 0.0)))
        hits = self._searcher.search(Query.boolean_query(parts) if len(parts) > 1 else parts[0][1], n, count=False).hits
        numbers = self._searcher.fast_field_values("number", [address for _, address in hits])
        return [(number, score) for number, (score, _) in zip(numbers, hits, strict=True)]


def _day_range(filters: Filters) -> tuple[int, int]:
    """The first and the last day number that the filters admit; 0, no date, is in no range."""
    return (filters.since.toordinal() if filters.since else 1), (filters.until.toordinal() if filters.until else 10_000_000)


def _way(text: str, language: str = "") -> str:
    """How a text is read: the code of a language that we have stems of, "signs", or "en" for any other."""
    if is_of_signs(text):
        return _SIGNS
    code = code_of(language) if language else "en"
    return code if code != "en" and _stemmer(code) else "en"


def _told(text: str, way: str) -> str:
    """What is put into the index for a text, and looked for: English words as they stand, of others their stems."""
    if way == "en":
        return folded(text)
    return folded(paired(text)) if way == _SIGNS else " ".join(_stemmer(way).analyze(plain(text)))


def _analyzer() -> Any:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(60))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
        .filter(Filter.stopword("english"))
        .filter(Filter.stemmer("english"))
        .build()
    )


@cache
def _stemmer(code: str) -> Any:
    """What gives a text's stems in a language, accents taken off last; None where there is none for it."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    name = names().get(code, "").lower()
    for only in ((Filter.stopword, Filter.stemmer), (Filter.stemmer,)):  # tantivy lacks the stop words of some
        analyzer = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(60)).filter(Filter.lowercase())
        with suppress(ValueError):
            for kind in only:
                analyzer = analyzer.filter(kind(name))
            return analyzer.filter(Filter.ascii_fold()).build()
    return None
