"""What a file's properties say of the article in it, where that is to be believed: most say what a program put there."""

from __future__ import annotations

import re

from vectorstore.articles.fields import line

# "Microsoft Word - draft3.doc", "untitled", "Layout 1", "C:\texts\a.qxd", "Fen_Post_p04.indd"
_NO_TITLE = re.compile(
    r"(?:microsoft|adobe|quark|openoffice|libreoffice|powerpoint|word|google)\b.*|(?:untitled|unbenannt|sans titre|sin título"
    r"|document|dokument|layout|slide|page|print|title|titel|new|about:blank|none|no title)\b[\W\d]*(?:document|layout)?[\W\d]*"
    r"|.*\.(?:docx?|odt|rtf|txt|pdf|html?|indd|qxd|qxp|pptx?|xlsx?|tex|dvi|ps|eps|ai|pmd|cdr|dwg|jpe?g|png|tiff?)"
    r"|\S*[_\\/]\S*|[\W\d_]*|\S{1,3}|https?:\S*|file:\S*",
    re.IGNORECASE,
)
_NO_PERSON = re.compile(
    r"(?:user|admin|administrator|owner|office|microsoft|adobe|windows|apple|google|unknown|author|anonymous|default|guest|test|editor|scanner"
    r"|system|root|docx|libreoffice|openoffice|company|standard|benutzer|utilisateur|usuario|pc|desktop|laptop|workstation)",
    re.IGNORECASE,
)
_PARTICLE = re.compile(r"(?:d[aeiu]s?|de[lnr]|v[ao]n|von|zu[mr]?|el|la|le|y|e|bin|ibn|al|ter|ten|af|av|dos)\.?", re.IGNORECASE)


def plausible_title(title: str) -> str:
    """The title, unless it is a file's name or what a program calls every file."""
    title = line(title)
    return "" if _NO_TITLE.fullmatch(title) or not re.search(r"[^\W\d_]{2}", title) else title


def plausible_author(author: str) -> tuple[str, ...]:
    """The authors if they are written as people's names are, in two words or more; not an account or a program."""
    names = [name.strip() for name in re.split(r"[;,&]", line(author)) if name.strip()]
    return tuple(names) if all(map(_is_name, names)) else ()


def _is_name(name: str) -> bool:
    words = name.split()
    if not 2 <= len(words) <= 5 or re.search(r"[\d@_/\\|()<>]", name) or any(_NO_PERSON.fullmatch(word) for word in words):
        return False
    return all(word[0].isupper() or not word[0].isascii() or _PARTICLE.fullmatch(word) for word in words)
