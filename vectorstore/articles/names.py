"""What the fields of an article are called in exports, feeds, tables and front matter, in ours and in other languages.

Case, spaces, dashes and underscores do not count: "Pub_Date" is "pubdate". Nor do the words around a known name that tools put
there: "post_title", "body-text", "article.published". Of the names of one field the first that holds something counts.
"""

from __future__ import annotations

import re
from functools import lru_cache

from vectorstore.errors import UsageError

# One line a field, best first. What follows "|" is taken only where nothing before it holds anything.
_FIELDS = {
    "text": """
        text body content maintext articlebody articletext fulltext plaintext pagecontent contenttext bodytext storytext
        transcript copy bodycopy selftext bodies article story texte
        texto corps cuerpo contenido contenu conteudo corpo testo contenuto
        inhalt volltext artikeltext haupttext tekst brodtext brødtext tresc treść текст содержание 正文 内容 本文 message
        document news contents passage paragraphs sentences contentelements storyelements cards blocks richtext lexical
        mobiledoc html bodyhtml contenthtml bodyxhtml markdown md contentmarkdown bodymarkdown rawtext raw rawhtml bodyraw
        articlecontent
        | leadparagraph description descriptions descriptiontext abstract summary snippet excerpt trailtext teaser resumen
        resume zusammenfassung beschreibung descripcion samenvatting streszczenie ogdescription metadescription caption
    """,
    "title": """
        title headline headlines webtitle titel überschrift uberschrift schlagzeile titulo título titular titre titolo tytul
        tytuł nagłówek naglowek kop rubrik otsikko overskrift başlık baslik заголовок название 标题 標題 タイトル 見出し
        heading head hd titlefull titleraw
        | subject thema betreff betreffzeile name ogtitle pagetitle titlepage seotitle shorttitle label h1 displayname
    """,
    "standfirst": """
        standfirst subtitle subhead subheadline subheadlines subheading dek deck strapline chapeau chapo vorspann untertitel
        unterzeile sottotitolo subtitulo bajada entradilla lead lede intro ingress ondertitel
    """,
    "authors": """
        authors author byline by creator creators writers writer docauthor authorname authornames authorsname publishedby
        reporter journalist credits autor autoren autorin autores auteur auteurs autore autori verfasser redakteur автор
        авторы 作者 記者 著者 yazar författare schrijver bylineoriginal fullname
        writtenby authoredby reportedby
        | contributors contributor editor createdby postedby username from people
    """,
    "source": """
        sitename metasitename ogsitename source outlet publication publicationtitle publicationname site publisher
        publishername newspaper paper magazine sourcename sourcetitle feedtitle feedname feed channel channelname provider
        origin website brand quelle medium zeitung fuente medio periodico diario journal testata fonte bron källa источник
        来源 媒体 sn
        | sourcehostname sourcedomain hostname domainname domain host sourcecommonname sitefull copyrightholder thread
    """,
    "url": """
        url link canonicalurl canonicallink canonical permalink weburl articleurl pageurl sourceurl storyurl newsurl loadedurl
        originalurl resolvedurl givenurl requestedurl respondedurl mainentityofpage shareurl href articlelink adresse enlace
        lien indirizzo ссылка 链接 網址 alternate link_href webaddress address ogurl
        | uri loc guid id identifier source docsource
    """,
    "id": """
        id oid guid uuid articleid docid documentid postid newsid storyid entryid itemid externalid identifier iddoc
        databaseid nid an accessionnumber
        | uri
    """,
    "published": """
        datedepublication datedeparution fechadepublicacion datadepublicacao datadipubblicazione publikationsdatum
        veröffentlichungsdatum publicatiedatum publiceringsdatum datapublikacji
        published publishedat publisheddate publishdate publishedon publishedtime publicationdate publication datepublished
        datepublish pubdate pubtime webpublicationdate firstpublished firstpublishedat firstpublishdate datetimepub
        displaydate articlepublishedtime publicationtime publishtime dateofpublication newsdate released releasedate issued
        date datetime day datum fecha fechapublicacion data datapubblicazione datapublicacao dateparution datepublication
        veröffentlicht veroffentlicht erscheinungsdatum dato tarih päivä дата датапубликации 日期 发布时间 発行日 posteddate
        postdate posted postedat dateposted pd time timestamp publishedparsed dateunixtime seendate
        | contentcreated firstcreated datecreated createdutc createdat created creationdate createdate createdon
        versioncreated issuedate dateadded addedat savedat datesaved timeadded
    """,
    "modified": """
        modified modifiedat updated updatedat lastmodified datemodified datemodify lastupdated updateddate lastupdate
        modifieddate articlemodifiedtime changed versioncreated dateupdated updatetime lastmodifieddate aktualisiert geändert
        datemaj
    """,
    "section": """
        section sectionname sections primarysection category categoryname categories articlesection ressort rubrik rubric
        rubrique seccion sección sezione desk channelname kategorie categoria rubriek раздел рубрика 栏目
        | sectionid topic topics
    """,
    "language": """
        language lang inlanguage metalang languagecode humanlanguage locale langcode sprache idioma langue язык 语言 la
    """,
    "corrections": """
        correction corrections correctionnote correctionnotes correctiontext clarification clarifications korrektur
    """,
    "agency": "agency newsagency agencyname newswire agentur agence agencia",
    "dateline": "dateline located location place",
    "status": "status pubstatus poststatus state",
}
OURS = tuple(name for name in _FIELDS if name != "status")
# Words that tools put before or behind a name.
_BEFORE = tuple(
    "article news post story item entry web doc document page dc dcterms og schema wp full raw clean cleaned plain main html the "
    "meta content media twitter parsely sailthru prism attributes fields metadata header original my".split()
)
_BEHIND = tuple(
    "text raw plain clean cleaned full original html en main simple string value content basic rendered "
    "s iso at utc timestamp unix ts ms parsed "
    "richtext".split()
)


# Solr and Elasticsearch write a field's type and language behind its name: "body_txt_en", "published_dt", "title.keyword".
_SUFFIX = re.compile(r"[_.](?:txts?|ts?|ss?|dts?|tdt|str|keyword|[a-z]{2})(?:_[a-z]{2})?$")


def folded(name: str) -> str:
    """A field's name as it is compared."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())


_KNOWN: dict[str, list[tuple[str, int]]] = {}
for _field, _names in _FIELDS.items():
    _best, _, _rest = _names.partition("|")
    for _rank, _name in [*enumerate(_best.split()), *enumerate(_rest.split(), start=1_000)]:
        _KNOWN.setdefault(folded(_name), []).append((_field, _rank))


@lru_cache(maxsize=20_000)
def fields_of(name: str) -> tuple[tuple[str, int], ...]:
    """The fields that a name may stand for, each with its rank: the lower is the better, 1,000 and more is a substitute."""
    name = folded(_SUFFIX.sub("", name[:100]))
    if name in _KNOWN:
        return tuple(_KNOWN[name])
    for cost in (300, 600):  # "post_title", then "clean_post_title"
        shorter = [name.removeprefix(word) for word in _BEFORE if name.startswith(word)]
        shorter += [name.removesuffix(word) for word in _BEHIND if name.endswith(word)]
        found = [known for short in shorter if short in _KNOWN for known in _KNOWN[short]]
        if found:
            return tuple((field, rank + cost) for field, rank in found)
        name = max((short for short in shorter if short), key=len, default="")
    return ()


def mapping(given: dict[str, str]) -> dict[str, str]:
    """Fields of one's own, {their name: ours}, with ours as we call them; raises UsageError for one that we do not have.

    The two may stand the other way round where only the first is ours.
    """
    found = {}
    for theirs, ours in given.items():
        name = _ours(ours)
        if not name and (other := _ours(theirs)):
            theirs, name = ours, other
        if not name or not theirs.strip():
            raise UsageError(
                f"--map {theirs}={ours}: {ours!r} is no field of ours; write THEIRS=OURS, with one of {', '.join(OURS)}."
            )
        found[theirs.strip()] = name
    return found


def _ours(name: str) -> str:
    known = {field: field for field in OURS} | {"headline": "title", "body": "text", "content": "text", "outlet": "source"}
    known |= {
        "date": "published",
        "author": "authors",
        "byline": "authors",
        "link": "url",
        "address": "url",
        "updated": "modified",
    }
    return known.get(folded(name), "")
