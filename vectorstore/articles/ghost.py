"""Exports of Ghost: posts, with authors and tags in tables of their own -> fields by our names. Drafts are left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any


def posts(value: Mapping[str, Any]) -> list[dict[str, Any] | str] | None:
    """The posts of an export; None where the object is none."""
    if isinstance(several := value.get("db"), list):
        inside = [posts(one) for one in several if isinstance(one, dict)]
        found = [post for one in inside for post in one or []]
        return found if any(one is not None for one in inside) else None
    data = value.get("data")
    if not isinstance(data, dict) or not isinstance(given := data.get("posts"), list) or not isinstance(value.get("meta"), dict):
        return None
    names = {_key(user): user.get("name") for user in _rows(data, "users")}
    tags = {_key(tag): tag.get("name") for tag in _rows(data, "tags")}
    authors, sections = _joined(data, "posts_authors", "author_id", names), _joined(data, "posts_tags", "tag_id", tags)
    found = []
    for post in given:
        if not isinstance(post, dict):
            continue
        own = _key(post)
        title = str(post.get("title") or "")[:80]
        if post.get("status") not in ("published", "sent", None):
            found.append(f"the post {title!r} is marked {post.get('status')!r}: it was not published, and is left out.")
            continue
        text = next((post[form] for form in ("html", "lexical", "mobiledoc", "plaintext", "markdown") if post.get(form)), "")
        if not text:
            found.append(f"the post {title!r} has no text; leave it out.")
            continue
        found.append(
            {
                "id": post.get("uuid") or post.get("id"),
                "url": post.get("url") or post.get("canonical_url") or "",
                "title": title and post.get("title"),
                "markdown" if text is post.get("markdown") else "text": text,
                "standfirst": post.get("custom_excerpt") or "",
                "authors": authors.get(own)
                or post.get("authors")
                or names.get(str(post.get("author_id")))
                or post.get("author")
                or "",
                "published": post.get("published_at") or post.get("created_at") or "",
                "modified": post.get("updated_at") or "",
                "section": (sections.get(own) or [""])[0] or post.get("primary_tag") or "",
                "language": post.get("locale") or "",
            }
        )
    return found


def _rows(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = data.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _key(row: Mapping[str, Any]) -> str:
    return str(row.get("id"))


def _joined(data: Mapping[str, Any], table: str, column: str, names: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in sorted(_rows(data, table), key=lambda row: str(row.get("sort_order", ""))):
        if isinstance(name := names.get(str(row.get(column))), str):
            found[str(row.get("post_id"))].append(name)
    return found
