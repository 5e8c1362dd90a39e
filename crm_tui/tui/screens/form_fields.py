"""Fields of the registry as fields of a form: how each is typed, checked, remarked on and read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from textual.suggester import SuggestFromList

from crm_tui.customers.convert import Context, parse, show
from crm_tui.customers.fields import FIELDS
from crm_tui.customers.fields import Field as RecordField
from crm_tui.locale import N_, _, language
from crm_tui.presets.store import OPEN_KINDS
from crm_tui.text.identity import find_identity_number
from crm_tui.text.uscc import check_code
from crm_tui.tui.widgets.form import Field, Form

IDENTITY = N_("Identity numbers are not collected: take it out, nothing of it is stored")
UNDERSTOOD = ("date", "money", "money_range", "scale", "period")
MOST_PEOPLE = 6


class Typed(NamedTuple):
    """What a form gives for one table: column values, and words of open lists that are new."""

    values: dict[str, Any]
    words: list[tuple[str, str]]


def choices(one: RecordField, context: Context) -> list[tuple[str, str]]:
    """Return (stored value, text) of a field that is chosen; empty when it is typed."""
    if one.type == "flag":
        return [("1", _("Yes")), ("0", _("No"))]
    if one.type in ("word", "words") and one.word_kind not in OPEN_KINDS:
        return context.words.choices(one.word_kind)
    if one.type == "person" and len(set(context.people.values())) <= MOST_PEOPLE:
        people = sorted(set(context.people.values()))
        return [(str(person), context.names.get(person, "")) for person in people]
    return []


def form_field(
    name: str,
    row: Mapping[str, Any],
    context: Context,
    *,
    marked: bool = False,
    required: bool = False,
    locked: str = "",
) -> Field:
    """Return the form's field for one of the registry, filled from a record given by column name.

    ``marked`` puts the star of the preset's minimum beside its label without refusing a blank; ``locked``
    says why it cannot be edited.
    """
    one = FIELDS[name]
    if locked:
        return Field(name, one.title, value=show(one, row, context), locked=locked)
    label = one.title + (" *" if marked and not required else "")
    offered = choices(one, context)
    if offered:
        held = row.get(one.columns[0])
        kind = "several" if one.type == "words" else "choice"
        return Field(name, label, kind, "" if held is None else str(held), offered, required=required)

    def check(text: str) -> str:
        return refused(one, text, context)

    kind = "area" if one.type == "long" else "line"
    value = show(one, row, context)
    return Field(name, label, kind, value, hint=_hint(one, context), required=required, check=check, lines=2)


def _hint(one: RecordField, context: Context) -> str:
    words = suggestions(one, context)
    return listed(words[:3]) + (" …" if len(words) > 3 else "")


def listed(words: Iterable[str]) -> str:
    """Return words side by side as the language separates them."""
    return ("、" if language() == "zh" else ", ").join(words)


def suggestions(one: RecordField, context: Context) -> list[str]:
    """Return the words that a typed field may be completed to."""
    if one.type == "person":
        return [context.names[person] for person in sorted(set(context.people.values()))]
    if one.type == "word":
        return [label for _key, label in context.words.choices(one.word_kind)]
    return []


def complete_while_typing(form: Form, context: Context) -> None:
    """Let the inputs of open lists show the word that begins like what is typed (Right takes it)."""
    for row in form.rows:
        one = FIELDS.get(row.field.key)
        if one is not None and row.field.kind == "line" and (words := suggestions(one, context)):
            row.suggester = SuggestFromList(words, case_sensitive=False)


def refused(one: RecordField, text: str, context: Context) -> str:
    """Return why a text cannot be saved in a field, '' when it can (S4-10; no date, no money, no word)."""
    if find_identity_number(text, one.name, today=context.today):
        return _(IDENTITY)
    found = parse(one, text, context)
    return _(found.problem) if found.problem and not found.values else ""


def remark(one: RecordField, text: str, context: Context) -> str:
    """Return what is odd about a text that is kept as it is, or how it was understood."""
    if not text.strip() or refused(one, text, context):
        return ""
    found = parse(one, text, context)
    if found.problem:
        return _(found.problem)
    if found.new_word:
        return _("New word, added to the list")
    if one.type in UNDERSTOOD:
        shown = show(one, found.values, context)
        return "" if shown == text.strip() else f"= {shown}"
    if one.type == "contact_way":
        return " · ".join(
            f"{FIELDS[name].title} {found.values[name]}"
            for name in ("mobile", "office_phone", "email", "wechat", "work_chat")
            if found.values.get(name)
        )
    if one.name == "uscc" and check_code(text).kind == "valid":
        return _("The check digit is right")
    return ""


def read_back(texts: Mapping[str, str], entity: str, context: Context) -> Typed:
    """Return the column values of one table from the texts of a form; blanks clear their columns."""
    values: dict[str, Any] = {}
    words: list[tuple[str, str]] = []
    for name, text in texts.items():
        one = FIELDS.get(name)
        if one is None or one.entity != entity:
            continue
        if choices(one, context):
            whole = one.type in ("flag", "person")
            values[one.columns[0]] = (int(text) if whole else text) if text else None
            continue
        found = parse(one, text, context)
        values |= found.values
        if found.new_word:
            words.append((one.word_kind, found.new_word))
    return Typed(values, words)


def missing(names: Iterable[str], texts: Mapping[str, str]) -> list[str]:
    """Return the titles of the preset's minimum that a form leaves blank."""
    return [FIELDS[name].title for name in names if name in texts and not texts[name].strip()]
