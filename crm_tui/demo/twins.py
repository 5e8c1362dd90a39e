"""Customers of a demo who were entered a second time, as happens in every house: what key 6 has to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crm_tui.demo.names import CITIES, FORMS

EACH = 50  # of the customers told one by one, one was told before
CROWD_EACH = 400  # the same of the many of a large demo
# What the second entry has of the first: a code or a mobile (merge), the name alone (look again), the head
# office of a branch (related), a person's mobile (merge).
COPIED, RANG, NAMED, BRANCH, PERSON = "copied", "rang", "named", "branch", "person"
KINDS = (COPIED, NAMED, BRANCH, RANG, PERSON, NAMED)
# What nobody says a second time, or says otherwise.
_LEFT_OUT = (
    "short_name", "english_name", "biz_district", "biz_detail", "size_class", "headcount_min",
    "headcount_max", "ownership", "main_business", "pain", "budget_min", "budget_max", "key_note",
    "decision_process", "timeline", "special_req", "uscc",
)  # fmt: skip


def fits(kind: str, values: Mapping[str, Any], contacts: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a customer can have a second entry of a kind."""
    if values["kind"] == "person" or kind == PERSON:
        return values["kind"] == kind
    name, contact = values["name"], contacts[0]
    if not name.endswith(FORMS) or "*" in name:
        return False
    if kind == COPIED:
        return bool(values.get("uscc") and contact.get("mobile"))
    return kind == NAMED or bool(contact.get("mobile"))


def twin(
    kind: str,
    values: Mapping[str, Any],
    contacts: Sequence[Mapping[str, Any]],
    other: Mapping[str, Any],
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return values and contacts of the second entry of a customer; ``other`` is a contact of nobody else."""
    found = {**values, **{name: None for name in _LEFT_OUT if name in values}}
    contact = contacts[0]
    known = {"name": contact["name"], "mobile": contact.get("mobile")}
    if kind == PERSON:
        return found, [{**known, "preference": "phone"}]
    name = values["name"]
    stem = next(name.removesuffix(form) for form in sorted(FORMS, key=len)[::-1] if name.endswith(form))
    if kind == COPIED:
        found |= {"name": stem, "uscc": values["uscc"]}
        return found, [{**known, "name": contact["name"][0] + "经理"}]
    if kind == NAMED:
        found["name"] = stem
        return found, [{"name": other["name"], "mobile": other["mobile"], "title": other.get("title")}]
    if kind == BRANCH:
        city = next(one for one in CITIES if not name.startswith(one))
        found |= {"name": f"{name}{city}分公司", "biz_province": CITIES[city][0], "biz_city": f"{city}市"}
        return found, [{**known, "title": contact.get("title")}]
    found["name"] = stem + "公司"
    return found, [{**known, "title": contact.get("title")}]
