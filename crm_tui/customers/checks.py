"""What is missing or odd in a customer file (S2-18); nothing here ever refuses or alters anything."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from crm_tui.customers.fields import FIELDS
from crm_tui.locale import N_

PLAIN_MOBILE = re.compile(r"1[3-9][0-9]{9}")  # about which there is nothing to remark
MISSING = N_("Missing")
NO_REASON = N_("A lost customer needs a reason")
NO_PROJECT = N_("A customer in cooperation needs a project")
TITLE_MISSING = N_("The contact has no title")
IN_FUTURE = N_("Lies in the future")
UPSIDE_DOWN = N_("The lower bound is above the upper one")
MASKED = N_("Masked: the number is not complete")


class Finding(NamedTuple):
    """One remark on a field: ``problem`` is an English message, ``missing`` tells blanks from odd values."""

    field: str
    problem: str
    missing: bool = False


def check(
    customer: Mapping[str, Any],
    contacts: Sequence[Mapping[str, Any]],
    projects: Sequence[Mapping[str, Any]],
    required: Sequence[str],
    today: str,
) -> list[Finding]:
    """Return what a careful colleague would remark on a file; rows are given by column name."""
    found = [Finding(name, MISSING, True) for name in required if _blank(name, customer, contacts)]
    if customer.get("uscc"):
        from crm_tui.text.uscc import check_code

        problem = check_code(customer["uscc"]).problem
        if problem:
            found.append(Finding("uscc", problem))
    if customer.get("status") == "lost" and not customer.get("lost_reason"):
        found.append(Finding("lost_reason", NO_REASON, True))
    if customer.get("status") == "won" and not projects:
        found.append(Finding("project_name", NO_PROJECT, True))
    low, high = customer.get("budget_min"), customer.get("budget_max")
    if low is not None and high is not None and low > high:
        found.append(Finding("budget", UPSIDE_DOWN))
    for name in ("first_contact_on", "founded_on"):
        if (customer.get(name) or "") > today:
            found.append(Finding(name, IN_FUTURE))
    for contact in contacts:
        found.extend(_contact(contact))
    return found


def _blank(name: str, customer: Mapping[str, Any], contacts: Sequence[Mapping[str, Any]]) -> bool:
    one = FIELDS[name]
    rows: Sequence[Mapping[str, Any]] = contacts if one.entity == "contact" else (customer,)
    for row in rows:
        for column in one.columns:
            if row.get(column) not in (None, ""):
                return False
    return True


def _contact(contact: Mapping[str, Any]) -> list[Finding]:
    found = []
    if contact.get("name") and not contact.get("title"):
        found.append(Finding("contact_title", TITLE_MISSING, True))
    for name in ("mobile", "office_phone"):
        text = contact.get(name)
        if not text or PLAIN_MOBILE.fullmatch(text):
            continue
        from crm_tui.text.phone import parse_phones

        for phone in parse_phones(text):
            if phone.kind == "masked":
                found.append(Finding(name, MASKED))
            elif phone.problem:
                found.append(Finding(name, phone.problem))
    if contact.get("email"):
        from crm_tui.text.mail import is_common, parse_mails

        if is_common(contact["email"]):
            return found
        found += [Finding("email", mail.problem) for mail in parse_mails(contact["email"]) if mail.problem]
    return found
