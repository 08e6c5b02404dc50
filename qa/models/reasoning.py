"""What a model wrote -> its answer, without the reasoning and the template tokens that some servers leave in.

Known are tags of any brackets whose name speaks of thinking (<think>, [THINK], ◁think▷, <|begin_of_thought|>, <seed:think>),
OpenAI's channels with or without their tokens, labels ("Thought: … Final answer: …"), and answers in an <answer> tag, a code
fence or a JSON object. Where it is not sure what is reasoning, less is shown: a reader must never take it for the answer.
Every pattern is bounded, so that each pass is linear.
"""

from __future__ import annotations

import json
import re

_LEFT, _RIGHT = r"(?:<{1,2}[|｜]?|[◁⟨＜〈【⟦]|\{{1,2}|&lt;)", r"(?:[|｜]?>{1,2}|[▷⟩＞〉】⟧]|\}{1,2}|&gt;)"


def _tag(names: str) -> re.Pattern[str]:
    """A tag of such a name, that opens or closes, with attributes or without."""
    rest = r"(?:\s[^<>◁▷{}|]{0,80})?"
    return re.compile(rf"{_LEFT}\s{{0,2}}(?P<slash>/?)\s{{0,2}}(?P<name>(?:\w{{1,12}}:)?(?:{names})){rest}{_RIGHT}", re.I)


_REASONING = _tag(
    r"[\w▁]{0,20}?(?:think|thought|reason|analy[sz]|reflect|scratch_?pad|monologue|ponder|contemplat|deliberat|rationale)[\w▁]{0,20}"
    r"|cot(?:_\w{1,20})?|plan(?:ning)?|draft|critique|brainstorm\w{0,4}|tool_call|function_call"
)
_ANSWER = _tag(r"(?:[\w▁]{1,12}[_▁])?(?:answer|response|solution|output|reply)|final")
_EDGES = {"begin", "start", "open", "end", "stop", "close", "of", ""}
# In square brackets a word may be an editor's: a tag is in capitals, or closes, or is closed later, or opens the text.
_SQUARE = re.compile(
    r"\[\s?(?P<slash>/|end[ _](?:of[ _])?)?\s?(?:(?:begin|start)[ _](?:of[ _])?)?"
    r"(?P<name>think(?:ing)?|thoughts?|reasoning|analysis|reflection|scratchpad)\s?\]",
    re.I,
)
_EMPTY = re.compile(r"<\s?(?:\w{1,12}:)?(?:think|thought|reason)\w{0,8}\s?/>", re.I)
# What stands around the block instead of a tag: (opens, closes).
_SPELT = [
    (re.compile(opens, re.I | re.M), re.compile(closes, re.I | re.M))
    for opens, closes in (
        (r"<unused94>(?:thought\b)?", r"<unused95>"),
        (r"<\|inner_prefix\|>", r"<\|inner_suffix\|>"),
        (r"<\|channel>thought\b", r"<channel\|>"),
        (r"\A\s*thinking\.\.\.[ \t]*$", r"\.\.\.done thinking\.?"),
        (r"<details\b[^<>]{0,80}(?:reason|think|thought)[^<>]{0,80}>", r"</details>"),
        (r"<details\b[^<>]{0,80}>\s{0,4}<summary>[^<>]{0,80}(?:reason|think|thought)[^<>]{0,80}</summary>", r"</details>"),
        (r"^ {0,3}```[ \t]?(?:think|thinking|thoughts?|reasoning|analysis)[ \t]*$", r"^ {0,3}```[ \t]*$"),
    )
]

# A quotation in Markdown that is headed as reasoning.
_QUOTED = re.compile(
    r"^> ?[\W_]{0,8}(?:my |the )?(?:reasoning|thoughts?|thinking|thought process|analysis)\b[^\n]{0,60}\n(?:>[^\n]*(?:\n|\Z))*",
    re.I | re.M,
)
_HEADER = re.compile(
    r"(?:<\|start\|>\s{0,4}\w{0,12}\s{0,4})?<\|channel\|>\s{0,4}(\w{0,20})"
    r"(?:[^<\n]{0,80}(?:<\|constrain\|>[^<]{0,40})?<\|message\|>)?"
)
_MESSAGE_END = re.compile(r"<\|(?:end|return|call|start|channel)\|>")
# The same where the server has dropped the special tokens: "analysisWe need … assistantfinalThe storm …".
_BARE_REASONING = re.compile(r"\s*(?:assistant\s*)?(?:analysis|commentary)(?=[A-Z\"“<]|\s*\n)")
_BARE_FINAL = re.compile(r"assistant\s{0,4}final(?!\w{0,8}ly\b)(?:json\b)?|(?<=[.!?…)\]\"”\n])\s{0,4}final(?=[A-Z\"“])")
_BARE_START = re.compile(r"\s*(?:(?:assistant)?final(?=[A-Z\"“])|assistant(?=[A-Z\"“]|\s*\n))")

_LABEL = re.compile(
    r"[\W_]{0,12}(?:my |the )?(?:internal |inner )?(?:reasoning|thoughts?|thinking|analysis|chain[- ]of[- ]thought)"
    r"(?: process| p\w{0,5}$)?[*_]*[ \t]?(?::|$)",
    re.I | re.M,
)
_ANSWER_LABEL = re.compile(
    r"^[\W_]{0,12}?(?:(?P<final>final )|my |the )?(?:answer|response)[*_]{0,4}[ \t]?(?::[*_ \t]{0,8}|$)", re.I | re.M
)

_END = re.compile(
    r"<[|｜](?:im_end|eot_id|eot|eom_id|end|return|end_of_text|end_of_turn|endoftext|END_OF_TURN_TOKEN|end▁of▁sentence)[|｜]>"
    r"|<\|(?:user|human)\|>|<(?:\|im_start\||start_of_turn|\|start_header_id\|)>\s{0,4}(?:user|human)\b"
    r"|</s>|<end_of_turn>|<eos>|<eot>|<turn\|>|<end_of_utterance>|\[EOS\]",
    re.I,
)
_TOKEN = re.compile(
    r"<\|start_header_id\|>\s{0,4}\w{0,20}\s{0,4}<\|end_header_id\|>|<\|im_start\|>\s{0,4}(?:assistant\b)?"
    r"|<start_of_turn>\s{0,4}(?:model\b)?|<\|(?:start|turn)\|?>\s{0,4}(?:(?:assistant|model)\b)?"
    r"|<[|｜][\w▁ .:/-]{1,40}[|｜]>|<\|\w{1,20}>|<\w{1,20}\|>"
    r"|</?(?:s|bos|eos|pad|unk|sep|assistant|unused\d{1,4})>|(?<!\w)/(?:no_)?think(?!\w)|\[/?INST\]|<</?SYS>>|\[(?:BOS|EOS|PAD|SEP|CLS|UNK)\]"
)
# Nearly every answer has none of these, and is passed on as it is.
_SIGN = re.compile(
    r"[<◁⟨＜〈【⟦{&`]|\[(?:\s?/?[a-z]|$)|/(?:no_)?think|assistant|think|thought|reason|analysis|commentary|answer|response|\A\s*final",
    re.I,
)
_FIRST_WORD = re.compile(r"[\W_]*\S{0,23}\Z")
_MARKER = re.compile(r"[\[【({^][^\]】)}\s]{0,20}\d")
# The beginning of what may become a tag, at the end of an unfinished draft.
_HALF = re.compile(
    r"(?:<[^<>\s]?[^<>\n]{0,80}|&(?:l|lt|lt;[^<>&]{0,40})?|[◁⟨＜〈][^▷⟩＞〉]{0,40}"
    r"|\[\s?/?[A-Za-z _]{0,24}|`{1,3}\w{0,10}|assistant\w{0,5})$"
)
_FENCED = re.compile(r"\s*```\w{0,12}[ \t]*\n(.*)```\s*", re.S)
_JSON_ANSWER = ("answer", "final_answer", "final", "response", "text", "content", "output", "result")


def answer_in(raw: str, thinks: bool = False, whole: bool = False) -> str:
    """The answer in what was written so far (`whole`: in all of it), empty where there is none yet.

    `thinks` says that this model's reasoning begins without a tag: nothing is shown until it ends.
    """
    text = _taken_out(raw, thinks, whole) if thinks or _SIGN.search(raw) else raw.lstrip()
    if whole:
        return text
    return "" if _FIRST_WORD.match(text) or text.startswith(("{", "```")) else text  # it may yet become a wrapping


def _taken_out(raw: str, thinks: bool, whole: bool) -> str:
    text = _in_answer_tags(_without_blocks(_on_final_channel(_EMPTY.sub("", _QUOTED.sub("", raw))), thinks, whole))
    text = _after_labels(text, whole)
    seen = 0
    for end in _END.finditer(text):
        if _TOKEN.sub("", text[seen : end.start()]).strip():
            text = text[: end.start()]  # what follows is the next turn, which nobody took
            break
        seen = end.end()
    text = _TOKEN.sub("", _END.sub("", text)).lstrip()
    return _unwrapped(text) if whole else _HALF.sub("", text)


def opens_unseen(raw: str) -> bool:
    """Whether a whole reply has reasoning that ends and never began: its opening tag stands in the model's template."""
    tag = _REASONING.search(raw)
    return bool(tag and _closes(tag))


def _closes(tag: re.Match[str]) -> bool:
    return bool(tag["slash"]) or not {"end", "stop", "close"}.isdisjoint(re.split("[_▁]", tag["name"].lower()))


def _stem(name: str) -> str:
    parts = [part for part in re.split("[_▁]", name.lower()) if part not in _EDGES]
    return "_".join(parts).removesuffix("ing").removesuffix("s")


def _on_final_channel(text: str) -> str:
    """What was said on the final channel, where there are channels; else what is said on none."""
    headers = list(_HEADER.finditer(text))
    if not headers:
        reasons = _BARE_REASONING.match(text)
        finals = list(_BARE_FINAL.finditer(text)) if reasons or "assistantfinal" in text else []
        start = finals[-1] if finals else _BARE_START.match(text)
        return text[start.end() :] if start else "" if reasons else text
    final, outside, position = [], [], 0
    for header in headers:
        outside.append(text[position : header.start()])
        end = _MESSAGE_END.search(text, header.end())
        stop = end.start() if end else len(text)
        position = max(position, stop)
        if header[1].lower() == "final":
            final.append(text[header.end() : stop])
    return " ".join(final or [*outside, text[position:]])


def _without_blocks(text: str, thinks: bool, whole: bool) -> str:
    """The text without its blocks of reasoning; all before a tag that closes what never opened is reasoning too."""
    tags = _tags(text)
    kept: list[str] = []
    stack: list[str] = ["think"] if thinks else []
    start, last_close = 0, 0  # where the text outside begins; where the last tag that closes in an open block ended
    for begin, end, name, closes in tags:
        if not closes:
            if not stack:
                kept.append(text[start:begin])
                last_close = 0
            stack.append(name)
        elif not stack:
            kept, start = [], end
        else:
            if name in stack:
                del stack[len(stack) - 1 - stack[::-1].index(name) :]
            start = last_close = end
    if not stack:
        kept.append(text[start:])
    elif whole and last_close:  # "<think> the user wrote <think> … </think>": more opened than closed
        kept.append(text[last_close:])
    elif whole and not tags:
        kept.append(text)
    kept = [part for part in kept if part.strip()]
    # "Sure, let me see." before the reasoning is no part of the answer: every sentence of that has a marker.
    if len(kept) > 1 and not _MARKER.search(kept[0]):
        kept = kept[1:]
    return kept[0] if len(kept) == 1 else " ".join(part.strip() for part in kept)


def _tags(text: str) -> list[tuple[int, int, str, bool]]:
    """Where reasoning opens and closes: (start, end, name, whether it closes), in order."""
    found = [(*tag.span(), _stem(tag["name"]), _closes(tag)) for tag in _REASONING.finditer(text)]
    squares = list(_SQUARE.finditer(text))
    closed = {_stem(tag["name"]) for tag in squares if tag["slash"]}
    for tag in squares:
        name = _stem(tag["name"])
        if tag["slash"] or name in closed or tag["name"].isupper() or not text[: tag.start()].strip():
            found.append((*tag.span(), name, bool(tag["slash"])))
    for number, (opens, closes) in enumerate(_SPELT):
        if begun := [(*tag.span(), str(number), False) for tag in re.finditer(opens, text)]:
            taken = {begin for begin, *_ in begun}
            found += begun
            found += [(*tag.span(), str(number), True) for tag in re.finditer(closes, text) if tag.start() not in taken]
    return sorted(found)


def _in_answer_tags(text: str) -> str:
    """What stands in the answer's own tags, where it has some."""
    parts: list[str] = []
    start = -1
    for tag in _ANSWER.finditer(text):
        if not _closes(tag):
            start = tag.end()
        elif start >= 0 or not parts:
            parts.append(text[max(0, start) : tag.start()])
            start = -1
    if start >= 0:
        parts.append(text[start:])
    return " ".join(part.strip() for part in parts) if parts else text


def _after_labels(text: str, whole: bool) -> str:
    """What follows "Final answer:"; or "Answer:", where the text opens with that, or with a label of reasoning."""
    labels, reasons = list(_ANSWER_LABEL.finditer(text)), _LABEL.match(text)
    for label in reversed(labels):
        if reasons or label["final"] or not text[: label.start()].strip():
            return text[label.end() :]
    return "" if reasons and not whole else text


def _unwrapped(text: str) -> str:
    """The answer out of a code fence or a JSON object that is all there is."""
    if fenced := _FENCED.fullmatch(text):
        text = fenced[1]
    if text.lstrip().startswith("{"):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return text
        for name in _JSON_ANSWER:
            if isinstance(found.get(name), str):
                return str(found[name])
    return text
