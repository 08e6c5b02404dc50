"""Names of countries and of American states, as English-language news writes them."""

from __future__ import annotations

import re

from vectorstore.language.lexicon import lines


def _any_of(list_: str) -> re.Pattern[str]:
    names = [name.strip() for name in " ".join(lines(list_)).split(",")]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})(?![\w-])")


COUNTRY = _any_of("names.countries")
STATE = _any_of("names.states")
