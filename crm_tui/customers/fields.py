"""The registry of every field a person sees: label, type, columns, place in the customer file.

Forms, lists, history, import and export all read it, so a field is named, ordered and hidden in one place.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

from crm_tui.errors import BadInput
from crm_tui.locale import N_, _, translations
from crm_tui.text.fold import fold

Entity = Literal["customer", "contact", "project", "activity", "plan", "tag", "computed"]
Kind = Literal[
    "text", "long", "code", "date", "instant", "number", "money", "money_range", "scale", "word", "words",
    "person", "phone", "mail", "url", "address", "tags", "plan", "activity", "contact_way", "period", "flag",
]  # fmt: skip
Sensitive = Literal["", "contact", "budget", "decision", "amount", "personal"]

# The parts of the customer file, in the order in which it shows them (S2-05..08).
GROUPS: dict[str, str] = {
    "profile": N_("Basic information"),
    "contact": N_("Contact information"),
    "need": N_("Need information"),
    "background": N_("Background information"),
    "source": N_("Source information"),
    "cooperation": N_("Cooperation information"),
    "followup": N_("Follow-up information"),
    "record": N_("File information"),
}


class Field(NamedTuple):
    """One thing that can be shown, typed, imported or exported.

    ``columns`` are those of the table of ``entity``; a computed field names the columns it is made of or
    none. ``label`` is the English message, ``title`` its translation. ``sensitive`` names the group that a
    role may be kept from ('' = nobody). ``writable`` is False for what a sheet or form cannot set.
    """

    name: str
    entity: Entity
    columns: tuple[str, ...]
    label: str
    type: Kind
    group: str
    word_kind: str = ""
    sensitive: Sensitive = ""
    writable: bool = True

    @property
    def title(self) -> str:
        """Return the label in the language in use."""
        return _(self.label)

    @property
    def required_in(self) -> tuple[str, ...]:
        """Return the presets whose minimum holds this field."""
        from crm_tui.presets import load_presets

        return tuple(key for key, preset in load_presets().items() if self.name in preset.required)

    @property
    def per_contact(self) -> bool:
        """Tell whether a sheet may hold it once for each of several contacts (联系人2, 电话2)."""
        return self.entity == "contact"


def _customer(
    name: str,
    label: str,
    kind: Kind,
    group: str,
    word_kind: str = "",
    *columns: str,
    sensitive: Sensitive = "",
) -> Field:
    return Field(name, "customer", columns or (name,), label, kind, group, word_kind, sensitive)


def _contact(name: str, column: str, label: str, kind: Kind, word_kind: str = "") -> Field:
    sensitive: Sensitive = "decision" if name == "decision_role" else "contact"
    if name in ("is_primary", "contact_valid", "contact_checked_at"):
        sensitive = ""
    return Field(name, "contact", (column,), label, kind, "contact", word_kind, sensitive)


def _address(prefix: str) -> tuple[str, ...]:
    return tuple(f"{prefix}_{part}" for part in ("province", "city", "district", "detail"))


_SCALE = ("headcount_min", "headcount_max", "revenue_min", "revenue_max", "size_class")

_PROFILE = (
    _customer("no", N_("Customer no."), "code", "profile"),
    _customer("name", N_("Customer name"), "text", "profile"),
    _customer("kind", N_("Customer kind"), "word", "profile", "customer_kind"),
    _customer("key_note", N_("Key note"), "long", "profile"),
    _customer("short_name", N_("Short name"), "text", "profile"),
    _customer("english_name", N_("English name"), "text", "profile"),
    Field("former_name", "computed", (), N_("Former names"), "text", "profile"),
    Field("other_name", "computed", (), N_("Also known as"), "text", "profile"),
    _customer("uscc", N_("Credit code"), "code", "profile"),
    _customer("industry", N_("Industry"), "word", "profile", "industry"),
    _customer("status", N_("Customer status"), "word", "profile", "status"),
    _customer("level", N_("Customer level"), "word", "profile", "level"),
    _customer("stage", N_("Follow-up state"), "word", "profile", "stage"),
    Field("progress", "computed", ("status", "stage"), N_("Follow-up progress"), "word", "profile", "stage"),
    Field("tags", "tag", ("name",), N_("Customer tags"), "tags", "profile"),
    _customer("owner", N_("Owner"), "person", "profile", "", "owner_id"),
    _customer("category", N_("Category"), "word", "profile", "category"),
    _customer("intent", N_("Intent"), "word", "profile", "intent"),
    _customer("scale", N_("Company size"), "scale", "profile", "", *_SCALE),
    _customer("headcount", N_("Headcount"), "scale", "profile", "", "headcount_min", "headcount_max"),
    _customer("revenue", N_("Yearly revenue"), "money_range", "profile", "", "revenue_min", "revenue_max"),
    _customer("size_class", N_("Size class"), "word", "profile", "size_class"),
    _customer("founded_on", N_("Founded on"), "date", "profile"),
    _customer("ownership", N_("Ownership"), "word", "profile", "ownership"),
    _customer("reg_address", N_("Registered address"), "address", "profile", "", *_address("reg")),
    _customer("reg_province", N_("Registered province"), "text", "profile"),
    _customer("reg_city", N_("Registered city"), "text", "profile"),
    _customer("reg_district", N_("Registered district"), "text", "profile"),
    _customer("reg_detail", N_("Registered street"), "text", "profile"),
    _customer("biz_address", N_("Business address"), "address", "profile", "", *_address("biz")),
    _customer("biz_province", N_("Business province"), "text", "profile"),
    _customer("biz_city", N_("Business city"), "text", "profile"),
    _customer("biz_district", N_("Business district"), "text", "profile"),
    _customer("biz_detail", N_("Business street"), "text", "profile"),
    _customer("region", N_("Region"), "text", "profile"),
    _customer("website", N_("Website"), "url", "profile"),
)

_CONTACT = (
    _contact("contact_name", "name", N_("Contact name"), "text"),
    _contact("contact_title", "title", N_("Contact title"), "text"),
    _contact("contact_department", "department", N_("Department"), "text"),
    _contact("decision_role", "decision_role", N_("Decision role"), "word", "decision_role"),
    Field(
        "contact_way", "contact", ("mobile", "office_phone", "email", "wechat"), N_("Contact way"),
        "contact_way", "contact", "", "contact",
    ),
    _contact("mobile", "mobile", N_("Mobile"), "phone"),
    _contact("office_phone", "office_phone", N_("Office phone"), "phone"),
    _contact("email", "email", N_("E-mail"), "mail"),
    _contact("wechat", "wechat", N_("WeChat"), "text"),
    _contact("work_chat", "work_chat", N_("WeCom or DingTalk"), "text"),
    _contact("contact_preference", "preference", N_("Preferred ways"), "words", "preference"),
    _contact("is_primary", "is_primary", N_("Main contact"), "flag"),
    _contact("contact_valid", "valid", N_("Contact validity"), "word", "contact_valid"),
    _contact("contact_checked_at", "checked_at", N_("Contact checked at"), "instant"),
    _contact("contact_note", "note", N_("Contact note"), "long"),
    Field(
        "decision_chain", "computed", (), N_("Decision chain"), "text", "contact", "decision_role", "decision"
    ),
)  # fmt: skip

_NEED = (
    _customer("need", N_("Need"), "long", "need"),
    _customer("pain", N_("Pain points"), "long", "need"),
    _customer("demand_type", N_("Demand type"), "word", "need", "demand_type"),
    _customer(
        "budget", N_("Budget"), "money_range", "need", "", "budget_min", "budget_max", sensitive="budget"
    ),
    _customer("timeline", N_("Project timeline"), "text", "need"),
    _customer("decision_process", N_("Decision process"), "long", "need", sensitive="decision"),
    _customer("special_req", N_("Special requirements"), "long", "need"),
)

_BACKGROUND = (
    _customer("main_business", N_("Main business"), "long", "background"),
    _customer("current_product", N_("Product in use"), "text", "background"),
    _customer("past_cooperation", N_("Past cooperation"), "long", "background"),
    _customer("preference", N_("Buying preference"), "text", "background", sensitive="personal"),
    _customer("purchase_history", N_("Purchase history"), "long", "background", sensitive="personal"),
    _customer("family", N_("Family"), "text", "background", sensitive="personal"),
    _customer("note", N_("Note"), "long", "background"),
)

_SOURCE = (
    _customer("source", N_("Customer source"), "word", "source", "source"),
    _customer("source_detail", N_("Source detail"), "text", "source"),
    _customer("referrer", N_("Referrer"), "text", "source"),
    _customer("first_contact_on", N_("First contact"), "date", "source"),
)

_COOPERATION = (
    _customer("cooperation_type", N_("Cooperation type"), "word", "cooperation", "cooperation_type"),
    Field("project_name", "project", ("name",), N_("Project"), "text", "cooperation"),
    Field(
        "project_amount", "project", ("amount",), N_("Project amount"), "money", "cooperation", "", "amount"
    ),
    Field("project_term", "project", ("starts_on", "ends_on"), N_("Contract term"), "period", "cooperation"),
    Field("project_start", "project", ("starts_on",), N_("Contract start"), "date", "cooperation"),
    Field("project_end", "project", ("ends_on",), N_("Contract end"), "date", "cooperation"),
    Field("contract_no", "project", ("contract_no",), N_("Contract no."), "code", "cooperation"),
    Field(
        "project_state", "project", ("state",), N_("Project state"), "word", "cooperation", "project_state"
    ),
    Field("project_note", "project", ("note",), N_("Project note"), "long", "cooperation"),
)


def _log(entity: Entity, name: str, columns: str, label: str, kind: Kind, word_kind: str = "") -> Field:
    """A field of the follow-up forms; sheets reach activities and plans through the computed ones."""
    return Field(name, entity, tuple(columns.split()), label, kind, "followup", word_kind, writable=False)


_FOLLOWUP = (
    Field("last_followup", "computed", ("last_followup_at",), N_("Last follow-up"), "activity", "followup"),
    Field("followup_summary", "computed", (), N_("Follow-up summary"), "long", "followup"),
    Field("followup_ways", "computed", (), N_("Follow-up ways"), "words", "followup", "way"),
    Field("followup_by", "computed", (), N_("Last followed up by"), "person", "followup"),
    Field("next_plan", "computed", ("next_plan_id",), N_("Next plan"), "plan", "followup"),
    _log("activity", "activity_at", "at", N_("Followed up at"), "instant"),
    _log("activity", "activity_by", "by_id by_text", N_("Followed up by"), "person"),
    _log("activity", "activity_ways", "ways", N_("Way"), "words", "way"),
    _log("activity", "activity_content", "content", N_("What was said"), "long"),
    _log("activity", "activity_feedback", "feedback", N_("Customer feedback"), "long"),
    _log("activity", "activity_objections", "objections", N_("Objections"), "long"),
    _log("activity", "activity_next", "next_action", N_("Next action"), "text"),
    _log("activity", "activity_backfilled", "backfilled", N_("Written late"), "flag"),
    _log("activity", "activity_origin", "origin", N_("Origin"), "word", "activity_origin"),
    _log("plan", "plan_due", "due_on due_at", N_("Due"), "date"),
    _log("plan", "plan_recurrence", "recurrence", N_("Repeats"), "text"),
    _log("plan", "plan_goal", "goal", N_("Goal"), "text"),
    _log("plan", "plan_ways", "ways", N_("Planned way"), "words", "way"),
    _log("plan", "plan_owner", "owner_id", N_("Plan owner"), "person"),
    _log("plan", "plan_state", "state", N_("Plan state"), "word", "plan_state"),
    _log("plan", "plan_text", "text", N_("Plan as typed"), "text"),
    _log("plan", "plan_snoozed", "snoozed", N_("Times snoozed"), "number"),
    _log("plan", "plan_snooze_reason", "snooze_reason", N_("Snooze reason"), "text"),
    _log("plan", "plan_done_at", "done_at", N_("Done at"), "instant"),
    _log("plan", "plan_origin", "origin", N_("Plan origin"), "word", "activity_origin"),
)

_RECORD = (
    _customer("review_state", N_("Review state"), "word", "record", "review_state"),
    _customer("confirmed_at", N_("Confirmed at"), "instant", "record"),
    _customer("last_verified_at", N_("Last verified at"), "instant", "record"),
    _customer("lost_reason", N_("Lost reason"), "text", "record"),
    _customer("dormant_since", N_("Dormant since"), "date", "record"),
    _customer("wake_plan", N_("Wake-up plan"), "long", "record"),
    Field("created_at", "computed", ("created_in",), N_("Created at"), "instant", "record", writable=False),
    Field("changed_at", "computed", ("changed_in",), N_("Changed at"), "instant", "record", writable=False),
    Field("changed_by", "computed", ("changed_in",), N_("Changed by"), "person", "record", writable=False),
)

FIELDS: dict[str, Field] = {
    field.name: field
    for part in (_PROFILE, _CONTACT, _NEED, _BACKGROUND, _SOURCE, _COOPERATION, _FOLLOWUP, _RECORD)
    for field in part
}


def field(name: str) -> Field:
    """Return the field of that name; KeyError when there is none."""
    return FIELDS[name]


def field_named(text: str) -> Field:
    """Return the field that a title in either language, a heading or a name means; raises BadInput."""
    from crm_tui.customers.filter_fields import FILTER_FIELDS, field_keys
    from crm_tui.presets.loader import load_headings

    wanted = fold(text)
    for one in FIELDS.values():
        if wanted in (fold(one.name), *map(fold, translations(one.label))):
            return one
    for key, headings in load_headings().items():
        if wanted in map(fold, headings) and key in FIELDS:
            return FIELDS[key]
    # As filters call it, which list the same words.
    asked = FILTER_FIELDS.get(field_keys().get(wanted, ""))
    if asked is not None and asked.kind == "word" and asked.name in FIELDS:
        return FIELDS[asked.name]
    raise BadInput(_("There is no field “{name}”.").format(name=text), "", _("Name it as the file shows it."))


def fields(*, entity: Entity | None = None, group: str | None = None) -> tuple[Field, ...]:
    """Return the fields of an entity, of a group, or of both, in the order of the customer file."""
    return tuple(
        one
        for one in FIELDS.values()
        if (entity is None or one.entity == entity) and (group is None or one.group == group)
    )


@lru_cache(maxsize=1)
def _by_column() -> dict[tuple[str, str], Field]:
    best: dict[tuple[str, str], Field] = {}
    for one in FIELDS.values():
        for column in one.columns:
            held = best.get((one.entity, column))
            if held is None or len(one.columns) < len(held.columns):
                best[one.entity, column] = one
    return best


def field_of(entity: str, column: str) -> Field | None:
    """Return the field that shows a column in history (budget_min: the budget); None for inner columns."""
    return _by_column().get((entity, column))
