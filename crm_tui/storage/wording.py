"""What people read for the actions of the log, in history, toasts and commands alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crm_tui.errors import joined
from crm_tui.locale import N_, _, ngettext, translations
from crm_tui.storage import history

if TYPE_CHECKING:
    from crm_tui.storage.driver import sqlite3
    from crm_tui.storage.survey import Obstacle

ACTIONS: dict[str, str] = {
    "init": N_("Database made"),
    "customer.add": N_("Customer added"),
    "customer.update": N_("Customer edited"),
    "customer.archive": N_("Customer archived"),
    "customer.tag": N_("Tags changed"),
    "customer.bulk": N_("Many customers changed"),
    "customer.hand_over": N_("Handed over"),
    "contact.add": N_("Contact added"),
    "contact.update": N_("Contact edited"),
    "contact.remove": N_("Contact removed"),
    "project.add": N_("Project added"),
    "project.update": N_("Project edited"),
    "project.remove": N_("Project removed"),
    "alias.add": N_("Other name added"),
    "alias.update": N_("Other name edited"),
    "alias.remove": N_("Other name removed"),
    "customer.merge": N_("Customers merged"),
    "duplicate.reject": N_("Judged not the same customer"),
    "duplicate.relate": N_("Judged related companies"),
    "activity.log": N_("Follow-up logged"),
    "activity.update": N_("Follow-up record edited"),
    "activity.attach": N_("Follow-up record tied to its plan"),
    "plan.add": N_("Next step planned"),
    "plan.update": N_("Plan edited"),
    "plan.done": N_("Plan closed"),
    "plan.cancel": N_("Plan dropped"),
    "plan.snooze": N_("Plan put off"),
    "word.add": N_("Word added"),
    "view.save": N_("View saved"),
    "view.rename": N_("View renamed"),
    "view.remove": N_("View removed"),
    "user.add": N_("Colleague added"),
    "user.edit": N_("Colleague edited"),
    "user.role": N_("Role of a colleague changed"),
    "user.team": N_("Team of a colleague changed"),
    "user.deactivate": N_("Colleague deactivated"),
    "user.activate": N_("Colleague let in again"),
    "team.add": N_("Team added"),
    "team.edit": N_("Team edited"),
    "team.remove": N_("Team removed"),
    "substitution.add": N_("Stand-in named"),
    "substitution.remove": N_("Stand-in ended"),
    "collaborator.add": N_("Collaborator named"),
    "collaborator.remove": N_("Collaborator removed"),
    "role.add": N_("Role added"),
    "role.edit": N_("Role renamed"),
    "role.remove": N_("Role removed"),
    "permission.set": N_("Permission changed"),
    "permission.preset": N_("Policy put in force"),
    "audit.unmask": N_("Hidden fields shown"),
    "audit.export": N_("Exported"),
    "audit.refused": N_("Refused"),
    "import": N_("Sheet imported"),
    "undo": N_("Taken back"),
    "redo": N_("Brought back"),
    "outside": N_("Edited with another program"),
}
OBSTACLES: dict[str, str] = {
    "moved": N_("changed again since"),
    "gone": N_("no longer there"),
    "child": N_("something was added to it since"),
    "taken": N_("its value is in use elsewhere now"),
    "column": N_("the field no longer exists"),
    "unseen": N_("in customers that you no longer see"),
    "beyond": N_("not yours any more"),
}


def hidden_text() -> str:
    """Return what stands in the place of a value that the person's role hides."""
    return _("hidden")


def hidden_texts() -> tuple[str, ...]:
    """Return what may stand in such a place, in every language."""
    return translations("hidden")


def action_label(action: str) -> str:
    """Return what people read for an action id, the id itself when it has no words."""
    return _(ACTIONS[action]) if action in ACTIONS else action


def set_label(reader: sqlite3.Connection, set_id: int, action: str) -> str:
    """Return what people read for the action of a set; for an undo or redo also what it was about."""
    label = action_label(action)
    if action not in ("undo", "redo"):
        return label
    return _("{who} ({why})").format(who=label, why=action_label(history.origin(reader, set_id)))


def obstacle_label(obstacle: Obstacle) -> str:
    """Return why one thing stands in the way of an undo."""
    return _(OBSTACLES[obstacle.kind])


def nameless(obstacle: Obstacle, count: int) -> str:
    """Return what stands for customers in the way that their reader does not see: how many; '' for others."""
    if obstacle.kind != "beyond":
        return ""
    return ngettext("{n} customer", "{n} customers", count).format(n=count)


def undone_sentence(action: str, title: str, *, redone: bool = False, left: Sequence[Obstacle] = ()) -> str:
    """Return the sentences that say what an undo or redo did, and what it left alone."""
    what = action_label(action) + (f" “{title}”" if title else "")
    text = _("Brought back: {what}.") if redone else _("Taken back: {what}.")
    said = [text.format(what=what)]
    beyond = sum(one.kind == "beyond" for one in left)
    if n := len(left) - beyond:
        more = ngettext("Left alone: {n} place changed since.", "Left alone: {n} places changed since.", n)
        said.append(more.format(n=n))
    if beyond:
        more = ngettext(
            "Left alone: {n} customer that is not yours to change any more.",
            "Left alone: {n} customers that are not yours to change any more.",
            beyond,
        )
        said.append(more.format(n=beyond))
    return joined(*said)
