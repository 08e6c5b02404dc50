"""Question -> Hits: both searches, fused, filtered, wire copy collapsed; always on the live generation."""

from __future__ import annotations

import math
import os
import re
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from copy import copy
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType

from vectorstore import generations
from vectorstore.archive import Archive, Given
from vectorstore.archive import Found as Stored
from vectorstore.elsewhere import Way, elsewhere, is_multilingual, judged, way
from vectorstore.encoders import PACKAGED, Encoder, open_encoder
from vectorstore.errors import IndexClosed, IndexDamaged, IndexIncompatible, NoIndex, StoreError, VectorsUnavailable
from vectorstore.language.detect import language_name, language_of
from vectorstore.language.frames import bare
from vectorstore.language.sentences import sentences
from vectorstore.lexical import LexicalIndex
from vectorstore.matching import matching
from vectorstore.operators import read
from vectorstore.reranker import Reranker, aged, passage_score, window
from vectorstore.scope import scope
from vectorstore.segments import Mask, Segments
from vectorstore.server import Server
from vectorstore.shelves import Shelves
from vectorstore.spelling import respelt
from vectorstore.subjects import Mention, mentions, told, with_terms
from vectorstore.types import Article, Filters, Found, Hit, Scope, Summary, one_section, strings

_EVERYTHING = Filters()
_CANDIDATES = 100  # from each of the two searches
_DENSE_SHARE = 0.3  # of the fused score; on news .3 finds more than BM25 alone, .5 and plain rank fusion less
# Added to the fused score, which is 0 … 1, for each preference that an article meets: it passes what matches a little better, and
# brings in nothing that hardly matches. On other weeks (BM25 alone) "this week" at .15/.3/.5: ans@1 .374/.420/.445, from .323.
_PREFERRED = 0.3
# Added for news of today, or of the last day asked about, and a third of it 45 days before: most questions are about the latest
# news (a prior that falls exponentially with age: Li & Croft 2003). On other weeks, openings included, ans@1 .393 to .427; fitted
# there it would be .64: less leaves what is old a better chance.
_RECENT, _FADES = 0.4, 45  # days
# Added for the first words of an article, and a third of it after so many characters: news opens with what matters most. On the
# same questions .1 to .2: ans@1/5/10 .445/.660/.727 to .452/.663/.731.
_OPENING, _WEARS_OFF = 0.2, 500
# Passages that the cross-encoder reads, some 10 ms each on two processors; on news 12 find no more, on later weeks 16 or 24.
_RERANKED = 10
_WHOLE = 2  # hits of which the reranker reads every sentence, for quotes: of three or eight it quotes no better
_PRIOR = 8.0  # log odds that the best fused score is worth over none; set on later weeks, where 5 to 8 are level
_PER_ARTICLE = 2  # hits of one article, while there are others: ans@10 on news .737, without a limit .732
_PIECE, _PIECES = 6, 24  # words of a quotation that are looked for as they stand, and how many such pieces
_TRIED_AGAIN = 10.0  # seconds after which a generation that could not be opened is tried again
_NARROWED = 8  # narrowings by section and language that are kept: the next question of the same talk has the same
_OFFERED = 8  # sections or languages that are named where another was asked for
_LONGEST_QUESTION = 4_000  # characters; the encoder reads about 1,000

Scored = Sequence[tuple[int, float]]  # passage number and score, best first
Wishes = Sequence[Filters]
Ranked = tuple[list[Hit], str]  # and what is to be said with it, where it is by words only
Near = Mapping[int, float] | None
Both = tuple[Scored, Scored, Near]  # found by words, by meaning, and how near the meaning of what words found is
Searched = tuple[str, Both, str]  # the question as it was searched for, what was found, and what is to be said of that
Judged = tuple[tuple[tuple[int, int, float], ...], float | None]  # as Hit.judged and Hit.answers
_NOTHING: Judged = (), None


class Index:
    """An index directory, opened to search; goes over to a new generation when one is published. Threads may share it.

    `retrieve` is the whole act of search. Outlets and days that the question names narrow it, or bring forward what fits: see
    vectorstore/scope.py. `today` is the day that "this week" is counted from: the clock's, if none is given. `ignore` lists words
    of an earlier scope's `understood` that are to be searched for only. Where the question was rewritten, `asked` is what its
    reader wrote: outlets and days are read from that alone.
    """

    def __init__(self, index_dir: Path, encoder: Encoder, reranker: Reranker | None = None, server: Server | None = None) -> None:
        self.index_dir, self.server = index_dir, server
        self._encoder = encoder
        self._reranker = reranker
        self._lock = threading.Lock()  # over _reader and its count of users
        self._swapping = threading.Lock()
        self._closed = False
        self._refused = ""  # a generation that could not be opened
        self._reader = self._open_live()

    @classmethod
    def open(
        cls,
        index_dir: Path | str,
        embedder: str = PACKAGED,
        encoder: Encoder | None = None,
        rerank: bool = True,
        server: Server | None = None,
    ) -> Index:
        """The index in that folder; with `rerank` our cross-encoder looks at the best passages again.

        `server` is where its vectors are, if they are not in the folder. While it does not answer, words alone are searched, and
        `Found.notice` says so.

        Raises NoIndex, IndexDamaged, IndexIncompatible (made with another embedder, or another format), EmbedderUnavailable.
        """
        return cls(Path(index_dir), encoder or open_encoder(embedder), Reranker() if rerank else None, server)

    def retrieve(
        self,
        question: str,
        filters: Filters = Filters(),
        today: date | None = None,
        ignore: Collection[str] = (),
        k: int = 8,
        asked: str | None = None,
    ) -> Found:
        """The best k passages and where they were looked for, all of one generation; the class says more."""
        *_, (found,) = self.retrieve_each((question,), filters, today, strings(ignore, "ignore"), k, asked)
        return found

    def retrieve_each(
        self, questions: Iterable[str], filters: Filters, today: date | None, ignore: tuple[str, ...], k: int, asked: str | None
    ) -> Iterator[list[Found]]:
        """What `retrieve` finds for each part of a question, of one generation; first nothing, where it is found and not read."""
        found, searched = list[Found](), []
        with self._current() as reader:
            for question in questions:
                within = scope(question if asked is None else asked, filters, today, reader.summary(_EVERYTHING), ignore)
                named = within.conditions or within.filters.sections or within.filters.languages
                here = reader.narrowed(within) if named else reader
                searched.append((here, within, here.both(read(question, ignore).text, within.filters, k)))
            yield found
            for here, within, both in searched:
                hits, notice = here.read(both, within.filters, k, within.prefer, within.newest)
                found.append(Found(tuple(hits), within, here.summary(within.filters), reader.name, here.lacks or notice))
            yield found

    def respelt(self, question: str) -> str:
        """The question with words that no article has as the articles spell them: see vectorstore/spelling.py."""
        with self._current() as reader:
            return reader.respelt(question)

    def search(
        self,
        question: str,
        filters: Filters = Filters(),
        k: int = 10,
        prefer: Sequence[Filters] = (),
        newest: date | None = None,
    ) -> list[Hit]:
        """The ranking alone, whatever outlets and days the question names: `retrieve` reads those.

        What one of `prefer` admits comes earlier, and so do, a little, the articles of the weeks before the day `newest`; nothing
        is left out for either.
        """
        with self._current() as reader:
            return reader.within(filters).search(question, filters, k, prefer, newest)[0]

    @property
    def memory(self) -> tuple[int, int]:
        """Bytes that this process holds now (0 where the system does not say), and those that vectors take when they are read."""
        with self._current() as reader:
            return resident(), reader.held

    def try_server(self) -> tuple[int, str]:
        """How many of the live generation's segments are on a server, and what is wrong with that; "" where it answers."""
        with self._current() as reader:
            return reader.try_server()

    def await_server(self) -> None:
        """Returns when a server that was just started has read all vectors; until then it may be too slow for a question.

        Raises VectorsUnavailable where it does not answer.
        """
        with self._current() as reader:
            reader.await_server()

    def apart(self, question: str, filters: Filters = Filters(), n: int = 100) -> tuple[list[Hit], list[Hit]]:
        """What each of the two searches finds by itself, (by words, by meaning), as it ranks it: for measures to compare with."""
        with self._current() as reader:
            return reader.within(filters).apart(question, filters, n)

    def worded(self, quotation: str, n: int = 12) -> list[Hit]:
        """The passages in which the words of a quotation, or pieces of it, stand just so, then those with most of its words."""
        with self._current() as reader:
            return reader.worded(quotation, n)

    @property
    def generation(self) -> str:
        """The name of the generation that is open."""
        return self._reader.name

    def summary(self, filters: Filters = Filters()) -> Summary:
        """What the live generation holds within the filters."""
        with self._current() as reader:
            return reader.summary(filters)

    def holdings(self, filters: Filters = Filters()) -> list[tuple[str, date | None, int]]:
        """(outlet, day, articles) for each outlet and day within the filters."""
        with self._current() as reader:
            return [row[:3] for row in reader.within(filters).holdings(filters)]

    def languages(self) -> list[tuple[str, int]]:
        """(language, articles) as two letters, most articles first; "" is not known."""
        with self._current() as reader:
            return reader.languages

    def other_languages(self, question: str) -> tuple[str, ...]:
        """The codes of the other languages that articles may answer a question in; none without an embedder that knows them."""
        own = language_of(question) or "en"
        return tuple(code for code, _ in self.languages() if is_multilingual(self._encoder) and code not in ("", own))

    def sections(self) -> list[tuple[str, int]]:
        """(section, articles), most articles first; what names no section is not counted."""
        with self._current() as reader:
            return reader.sections

    def by_file(self, names: str) -> dict[str, Given]:
        """What each file whose name in the archive begins so has given."""
        with self._current() as reader:
            return reader.archive.by_file(names)

    def article(self, id_: str) -> Article | None:
        """The stored article of that id."""
        with self._current() as reader:
            return reader.archive.article(id_)

    def versions(self, id_: str) -> list[Article]:
        """The earlier versions of the stored article of that id, the latest first; none of them is searched."""
        with self._current() as reader:
            return reader.archive.versions(id_)

    def listed(self, wanted: Callable[[Article], bool], n: int, oldest: bool = False) -> tuple[int, list[Article]]:
        """How many articles are wanted, by their records alone (no text), and the n latest of them, or the n oldest."""
        with self._current() as reader:
            rows = [(number, article) for number, article in reader.archive.bylines() if wanted(article)]
            rows.sort(key=lambda row: row[1].published.toordinal() if row[1].published else 0, reverse=not oldest)
            first = [number for number, _ in rows[:n]]
            whole = reader.archive.articles(first)
            return len(rows), [whole[number] for number in first]

    def everything(self, subject: str = "", within: Scope | None = None) -> list[Mention]:
        """Every article that names the subject, the latest first; without a subject, every one, by its record, without its text.

        `within` is the scope of a question, as `retrieve` found it; none, all articles.
        """
        within = within or Scope(date.today(), _EVERYTHING)
        with self._current() as reader:
            numbers = sorted(matching(within, reader.archive, reader._words))
            terms = [term for one in within.conditions if not one.absent for term in one.terms if term.field != "source"]
            if terms and told(subject) <= told(" ".join(term.words for term in terms)):  # they are the subject
                found = with_terms(terms, numbers, reader.archive)
            elif re.search(r"\w", subject):
                found = mentions(subject, numbers, reader.archive, reader._words)
            else:
                among = set(numbers)
                found = [Mention(article, 0, 0) for number, article in reader.archive.bylines() if number in among]
        return sorted(found, key=lambda one: one.article.published or date.min, reverse=True)

    def texts(self) -> list[str]:
        """The text of every passage, for measures over the whole collection."""
        with self._current() as reader:
            return [row[2] for row in reader.archive.for_indexing()]

    def close(self) -> None:
        """Closes its files once those who search now are done; another search raises IndexClosed."""
        with self._lock:
            self._closed = True
            self._reader.retire()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def _current(self) -> Iterator[Generation]:
        """The live generation, which stays open until the block ends."""
        self._follow()
        with self._lock:
            if self._closed:
                raise IndexClosed(f"The index in {self.index_dir} was closed: open it anew with Index.open or Assistant.open.")
            reader = self._reader
            reader.enter()
        try:
            yield reader
        finally:
            with self._lock:
                reader.leave()

    def _follow(self) -> None:
        """Goes over to a generation that was published since; one thread opens it, the others answer from the old one."""
        try:
            name = generations.live(self.index_dir)
        except (NoIndex, IndexDamaged):
            return  # the files that are open still answer
        if not self._closed and name not in (self._reader.name, self._refused) and self._swapping.acquire(blocking=False):
            self._go_over(name)

    def _go_over(self, name: str) -> None:
        try:
            fresh = self._open_live()
            try:
                fresh.search("news", Filters(), 1)
            except BaseException:
                fresh.retire()
                raise
        except StoreError:
            self._refused = name
            later = threading.Timer(_TRIED_AGAIN, self._forget_refused)  # it may be a copy that is on its way
            later.daemon = True
            later.start()
            return
        finally:
            self._swapping.release()
        with self._lock:
            old, self._reader = self._reader, fresh
            old.retire()
            if self._closed:  # meanwhile, by another thread
                fresh.retire()

    def _forget_refused(self) -> None:
        self._refused = ""

    def _open_live(self) -> Generation:
        for attempt in range(3):
            name = generations.live(self.index_dir)
            try:
                return Generation(generations.folder(self.index_dir, name), self._encoder, self._reranker, self.server)
            except IndexDamaged:  # two rebuilds may have published and swept it between these lines
                if attempt == 2 or name == generations.live(self.index_dir):
                    raise
        raise AssertionError("unreachable")


class Generation:
    """One generation, checked and open."""

    def __init__(self, folder: Path, encoder: Encoder, reranker: Reranker | None, server: Server | None = None) -> None:
        checked = generations.check(folder)
        manifest = checked.manifest
        if manifest.fingerprint != encoder.fingerprint:
            raise IndexIncompatible(
                f"{folder.parent.parent} was made with another embedder ({manifest.embedder[:200]}): run `onrecord rebuild`, "
                "or set ONRECORD_EMBEDDER back."
            )
        self.name, self._manifest = folder.name, manifest
        self._encoder, self._reranker = encoder, reranker
        with ExitStack() as opened:  # where one part cannot be opened, those before it are closed
            self.archive = Archive(folder / "articles.sqlite")
            opened.callback(self.archive.close)
            self._words = LexicalIndex.open(folder / "lexical")
            self._vectors = Segments(checked.segments, checked.dead, server)
            self._holdings = self.archive.holdings()
            opened.pop_all()
        self._may_be_elsewhere = bool(self._words.languages) or is_multilingual(encoder)
        self._everything = self._summed(Filters())
        self._records: dict[Filters, Generation] = {}  # the last ones that were narrowed by these alone
        self._is_narrow, self.lacks = False, ""  # see `narrowed`
        self._left: Mask | None = None  # the passages that operators leave
        self._users = 0
        self._retired = False

    def search(self, question: str, filters: Filters, k: int, prefer: Wishes = (), newest: date | None = None) -> Ranked:
        return self.read(self.both(question, filters, k), filters, k, prefer, newest)

    def read(self, searched: Searched, filters: Filters, k: int, prefer: Wishes, newest: date | None) -> Ranked:
        question, found, notice = searched
        if not question.strip() or k < 1:
            return [], ""
        ranked = fused(*found)
        passages = self.archive.passages([number for number, _ in ranked])
        how = self._way(question, [passages[n].record.language for n, _ in ranked[:k]]) if self._may_be_elsewhere else None
        ranked = weighed(fused(*found, share=how.share) if how else ranked, passages, prefer, newest)[: max(3 * k, 30)]
        judged: dict[int, Judged] = {}
        if self._reranker and not how:
            judged = self._judged(question, {n: passages[n] for n, _ in ranked[:_RERANKED]}, newest, self._reranker)
            ranked = reranked(ranked, [passage_score([odds for *_, odds in row]) for row, _ in judged.values()])
        copies, scores = self.archive.copies([number for number, _ in ranked]), dict(ranked)
        kept = collapsed([(number, passages[number].article) for number in scores], copies, k)
        copied = self.archive.passages([other for number in kept for other in copies[number]])
        articles = self.archive.articles({passages[n].article for n in kept})
        if how:
            judged, notice = self._judged_elsewhere(question, how, kept, passages), notice or how.notice
        elif self._reranker:
            rows = self._judged(question, {n: passages[n] for n in kept[:_WHOLE]}, newest, self._reranker, whole=True)
            judged = {n: (rows.get(n, _NOTHING)[0], judged.get(n, _NOTHING)[1]) for n in kept}
        hits = []
        for n in kept:
            others = _elsewhere(passages[n].record, [copied[other].record for other in copies[n]], filters) if copies[n] else []
            more = tuple(article for one in others if (article := self.archive.article(one.id)))
            odds, answers = judged.get(n, _NOTHING)
            hits.append(Hit(passages[n].passage, articles[passages[n].article], scores[n], more, odds, bool(how), answers))
        return hits, notice

    def worded(self, quotation: str, n: int) -> list[Hit]:
        quotation = _searchable(quotation)
        words = quotation.split()
        pieces = [" ".join(words[at : at + _PIECE]) for at in range(0, max(1, len(words) - 2), _PIECE // 2)][:_PIECES]
        numbers = dict.fromkeys([*self._words.phrase(quotation, n), *self._words.phrase(quotation, 3, slop=2)])
        for piece in pieces if len(pieces) > 1 else ():
            numbers |= dict.fromkeys(self._words.phrase(piece, 3, slop=2))  # a "not" may have come or gone
        numbers |= dict.fromkeys(number for number, _ in self._words.search(quotation, 2 * n))
        if not numbers or len(self._words.terms(quotation)) < 2:  # "I do not know what to do": no word of it is indexed
            plain = max(re.split(r"[^\w ]+", quotation), key=len)
            numbers = dict.fromkeys([*self.archive.holding(plain.strip(), n), *numbers])
        passages = self.archive.passages(list(numbers))
        articles = self.archive.articles({found.article for found in passages.values()})
        found = [passages[number] for number in numbers if number in passages]
        return [Hit(one.passage, articles[one.article], float(-place)) for place, one in enumerate(found)]

    def respelt(self, question: str) -> str:
        return respelt(_searchable(question), self._words, self._headed, (source for source, *_ in self._holdings))

    def _headed(self, numbers: Sequence[int]) -> list[str]:
        return [f"{found.heading}\n{found.passage.text}" for found in self.archive.passages(numbers).values()]

    def both(self, question: str, filters: Filters, k: int) -> Searched:
        """The question as it is searched for, what the two searches find, and what is to be said where it is by words only."""
        question, n = bare(whole := _searchable(question)) or whole, max(_CANDIDATES, 3 * k)
        if not self._vectors.segments or not question.strip():  # yet, or no word: no encoder is needed
            return question, (self._words.search(question, n, filters), [], {}), ""
        with ThreadPoolExecutor(1) as aside:  # the encoder leaves the interpreter free: the other search takes none of its time
            searching = aside.submit(self._words.search, question, n, filters)
            vector = self._encoder.encode_query(question)
        words, among = searching.result(), self._left if filters == _EVERYTHING else self._among(filters)
        try:
            near = {number: float(row @ vector) for number, row in self._vectors.vectors([number for number, _ in words]).items()}
            return question, (words, self._vectors.nearest(vector, n, among), near), ""
        except VectorsUnavailable as error:
            return question, (words, [], {}), error.notice

    @property
    def held(self) -> int:
        return self._vectors.held

    def try_server(self) -> tuple[int, str]:
        try:
            self._vectors.look()
        except VectorsUnavailable as error:
            return self._vectors.served, str(error)
        return self._vectors.served, ""

    def await_server(self) -> None:
        self._vectors.read()

    def _judged(
        self, question: str, found: Mapping[int, Stored], newest: date | None, reranker: Reranker, whole: bool = False
    ) -> dict[int, Judged]:
        """What the reranker makes of each passage or its best stretch of sentences."""
        terms = {} if whole else self._words.terms(question)
        read, where = [], []
        for _, heading, record, passage in found.values():
            spans = sentences(passage.text)
            texts = [passage.text[start:end] for start, end in spans]
            best = slice(None)
            if not whole:
                best = window(terms, [self._words.stems(text) for text in texts], [len(text.split()) for text in texts])
            read.append((aged(heading, record.published, newest), texts[best]))
            where.append([(passage.start + start, passage.start + end) for start, end in spans[best]])
        made = zip(found, where, reranker.read(question, read, whole), strict=True)
        return {n: (tuple((*at, odds) for at, odds in zip(spans, row, strict=True)), said) for n, spans, (row, said) in made}

    @property
    def _knowing(self) -> Encoder | None:
        """The encoder, where it knows languages and there are vectors."""
        return self._encoder if is_multilingual(self._encoder) and self._vectors.segments else None

    def _way(self, question: str, languages: Sequence[str]) -> Way | None:
        """How the question is compared with the first passages found for it; None where all is in English."""
        most = max(languages, key=languages.count, default="")
        return way(question, most, bool(self._knowing)) if elsewhere(question, languages) else None

    def _judged_elsewhere(
        self, question: str, how: Way, best: Sequence[int], passages: Mapping[int, Stored]
    ) -> dict[int, Judged]:
        """Each passage's sentences with the odds that they answer, the best passage first."""
        read = [(passages[n].heading, passages[n].passage, passages[n].record.language) for n in best]
        rows = judged(question, read, how, self._knowing, self._words)
        return {number: (row, None) for number, row in zip(best, rows, strict=True)}

    def apart(self, question: str, filters: Filters, n: int) -> tuple[list[Hit], list[Hit]]:
        question = _searchable(question)
        vector = self._encoder.encode_query(question)
        both = self._words.search(question, n, filters), self._vectors.nearest(vector, n, self._among(filters))
        passages = self.archive.passages([number for found in both for number, _ in found])
        articles = self.archive.articles({found.article for found in passages.values()})
        by_words, by_meaning = (
            [Hit(passages[number].passage, articles[passages[number].article], score) for number, score in found]
            for found in both
        )
        return by_words, by_meaning

    def narrowed(self, within: Scope) -> Generation:
        """The same generation, of the articles that filters admit and that meet what operators demand; closed with this one.

        `lacks` says which section or language that is asked for no article has, where none is left.
        """
        if not within.conditions and within.filters in self._records:
            return self._records[within.filters]
        numbers, narrow = matching(within, self.archive, self._words), copy(self)
        narrow._is_narrow, narrow.lacks = True, "" if numbers else self._lacking(within.filters)
        shelved = list(self.archive.shelved())
        narrow._holdings = [(one.source, one.published, 1, count) for number, one, count in shelved if number in numbers]
        narrow._everything = narrow._summed(Filters())
        gone = [number for number, *_ in shelved if number not in numbers]
        out = len(gone) < len(numbers)
        passages = self.archive.passages_of(gone if out else list(numbers))
        narrow._words, narrow._left = self._words.narrowed(passages, out), self._shelves.of(numbers)
        if not within.conditions:
            self._records = {within.filters: narrow, **dict([*self._records.items()][: _NARROWED - 1])}
        return narrow

    def within(self, filters: Filters) -> Generation:
        """This one, or what is left of it where a section or a language is asked for."""
        return self.narrowed(Scope(date.today(), filters)) if filters.by_record and not self._is_narrow else self

    def _lacking(self, filters: Filters) -> str:
        held = {one_section(name) for name, _ in self.sections}
        for name in filters.sections:
            if one_section(name) not in held:
                others = ", ".join(name for name, _ in self.sections[:_OFFERED])
                return f"No article is in the section “{name}”: {f'there are {others}' if others else 'none names its section'}."
        codes = {code for code, _ in self.languages if code}
        for code in filters.languages:
            if code not in codes:
                others = ", ".join(language_name(other) for other, _ in self.languages[:_OFFERED] if other)
                known = f"there are articles in {others}" if others else "`onrecord rebuild` finds out which language each is in"
                return f"No article is known to be in {language_name(code)}: {known}."
        return ""

    def _among(self, filters: Filters) -> Mask:
        """Which passages the filters admit, of those that operators leave."""
        admitted = self._shelves.admitted(filters)
        return admitted if self._left is None else admitted & self._left

    @cached_property
    def _shelves(self) -> Shelves:
        return Shelves(self.archive, self._manifest.next_passage)

    def summary(self, filters: Filters) -> Summary:
        return self._everything if self._is_narrow or filters == _EVERYTHING else self.within(filters)._summed(filters)

    def holdings(self, filters: Filters) -> list[tuple[str, date | None, int, int]]:
        """(outlet, day, articles, passages) for each outlet and day within the filters."""
        sources = {source.casefold() for source in filters.sources}
        held = [row for row in self._holdings if not sources or row[0].casefold() in sources]
        return [row for row in held if filters.admits_day(row[1])]

    @cached_property
    def sections(self) -> list[tuple[str, int]]:
        return list(self.archive.sections().items())

    @cached_property
    def languages(self) -> list[tuple[str, int]]:
        return list(self.archive.languages().items())

    def _summed(self, filters: Filters) -> Summary:
        held = self.holdings(filters)
        outlets: dict[str, int] = {}
        for source, _, articles, _ in held:
            outlets[source] = outlets.get(source, 0) + articles
        days = [day for _, day, _, _ in held if day]
        return Summary(
            generation=self.name,
            articles=sum(row[2] for row in held),
            passages=sum(row[3] for row in held),
            first=min(days, default=None),
            last=max(days, default=None),
            sources=tuple(sorted(outlets.items(), key=lambda outlet: (-outlet[1], outlet[0]))),
            undated=sum(row[2] for row in held if row[1] is None),
            vectors=self._manifest.share,
            refreshed=self._manifest.refreshed,
            segments=len(self._manifest.segments),
        )

    def enter(self) -> None:
        self._users += 1

    def retire(self) -> None:
        """Closes it when its last user has left."""
        self._retired = True
        self.enter()
        self.leave()

    def leave(self) -> None:
        self._users -= 1
        if self._retired and self._users == 0:
            self._vectors.close()
            self.archive.close()


def resident() -> int:
    """Bytes of memory that this process holds; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return 0


def _searchable(question: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", question[:_LONGEST_QUESTION])


# `near` is how near the meaning of what words found is. What is not in it has no vector yet: it is taken to be as near as it is
# good by its words, so that it stands where words alone would put it.
def fused(by_words: Scored, by_meaning: Scored, near: Mapping[int, float] | None = None, share: float = _DENSE_SHARE) -> Scored:
    """Both rankings as one: scaled to 0 … 1, weighed and summed. What words lack has 0 there, what meaning lacks is below 0."""
    total: dict[int, float] = {}
    for scored, more, part in ((by_words, {}, 1 - share), (by_meaning, near or {}, share)):
        if scored:
            best, worst = scored[0][1], scored[-1][1]
            for number, score in (dict(more) | dict(scored)).items():
                scaled = (score - worst) / (best - worst) if best > worst else 1.0
                total[number] = total.get(number, 0.0) + part * scaled
    total |= {number: total[number] / (1 - share) for number, _ in by_words if near is not None and number not in near}
    return sorted(total.items(), key=lambda item: (-item[1], item[0]))


def reranked(ranked: Scored, odds: Sequence[float]) -> Scored:
    """The ranking with its first passages in the order of their log odds and of what they had; the others follow as they were."""
    again = [(number, value + _PRIOR * score) for (number, score), value in zip(ranked, odds, strict=False)]
    lower = min((score for _, score in again), default=0.0) - (ranked[len(again) - 1][1] if again else 0.0)
    rest = [(number, score + lower) for number, score in ranked[len(again) :]]
    return sorted(again, key=lambda item: (-item[1], item[0])) + rest


def weighed(ranked: Scored, passages: Mapping[int, Stored], prefer: Sequence[Filters], newest: date | None) -> Scored:
    """The ranking with what speaks for a passage whatever its words: preferences that its article meets, its place, its day."""
    raised = [(number, score + _bonus(passages[number], prefer, newest)) for number, score in ranked]
    return sorted(raised, key=lambda item: (-item[1], item[0]))


def _bonus(found: Stored, prefer: Sequence[Filters], newest: date | None) -> float:
    article = found.record
    bonus = _PREFERRED * sum(wish.admits(article) for wish in prefer) + _OPENING * math.exp(-found.passage.start / _WEARS_OFF)
    if newest and article.published and article.published <= newest + timedelta(1):  # it may be tomorrow elsewhere
        bonus += _RECENT * math.exp(-max(0, (newest - article.published).days) / _FADES)
    return bonus


# An article's third passages come in only to reach k.
def collapsed(ranked: Sequence[tuple[int, int]], copies: Mapping[int, Collection[int]], k: int) -> list[int]:
    """The first k passages of (number, article), in order, with wire copy counted once and room for several articles."""
    kept: list[int] = []
    spare: list[int] = []  # articles' third passages, and the following ones
    of_article: Counter[int] = Counter()
    for number, article in ranked:
        if len(kept) == k:
            break
        if set(copies[number]).isdisjoint(kept + spare):
            (kept if of_article[article] < _PER_ARTICLE else spare).append(number)
            of_article[article] += 1
    chosen = {*kept, *spare[: k - len(kept)]}
    return [number for number, _ in ranked if number in chosen]


def _elsewhere(first: Article, copies: Iterable[Article], filters: Filters) -> list[Article]:
    """Of articles that carry the same copy one of each other outlet, as far as the filters admit them."""
    outlets: dict[str, Article] = {}
    for article in copies:
        if article.source != first.source and filters.admits(article):
            outlets.setdefault(article.source, article)
    return list(outlets.values())
