"""A screen around one form: checked before it saves, asked before it is left, kept while it is typed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.widget import Widget

from crm_tui.drafts import Draft, Found, Slot
from crm_tui.errors import BadInput, joined
from crm_tui.locale import _
from crm_tui.storage.watch import Moved
from crm_tui.tui import drafting
from crm_tui.tui.drafting import KEPT, Pen
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.widgets.form import Form

if TYPE_CHECKING:
    from crm_tui.drafts import Drafts
    from crm_tui.session import Session


class FormScreen(BaseScreen):
    """A screen around one Form: write ``form()`` and ``save(values)``.

    ``save`` writes (through ``self.crm.write``) and may return a sentence for the message line below; a
    CrmError it raises keeps the form open with its reason, ``FieldErrors`` puts reasons beside fields.
    The screen closes with what ``result`` gives after a save.

    A form of ``drafting.KEPT`` keeps what is typed as a draft. ``draft`` and ``slot`` are set before it
    opens to fill one in.
    """

    kind: ClassVar[str] = "form"
    AUTO_FOCUS = "Form FieldRows, Form Choice"

    def __init__(self) -> None:
        super().__init__()
        self.result: Any = None
        self.draft: Draft | None = None
        self.slot: Slot | None = None
        self.pen: Pen | None = None
        self.offered: Found | None = None
        self.hidden = self.hidden | {"fill_draft"}
        self._asked = False
        self._drafts: Drafts | None = None
        self._theirs: dict[str, str] = {}
        self._away = ""

    def body(self) -> Iterable[Widget]:
        """Yield the form."""
        yield self.form()

    def form(self) -> Form:
        """Return the form of this screen."""
        raise NotImplementedError

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Write the values."""
        raise NotImplementedError

    @property
    def the_form(self) -> Form:
        """The form as it is on the screen."""
        return self.query_one(Form)

    async def do_save(self) -> None:
        """Check the fields, save and close; with an error the form stays open."""
        form = self.the_form
        self._asked = False
        if not form.check():
            self.say(_("Not saved: please look at the marked fields."), "warn")
            return
        pen = self.pen
        if pen is not None:
            await pen.begin_save(self.crm.session)
        try:
            said = await self.save(form.values())
        except BaseException as error:
            if pen is not None:
                pen.end_save()
            if not isinstance(error, FieldErrors):
                raise
            form.show_errors(error.fields)
            self.say(_("Not saved: please look at the marked fields."), "warn")
            return
        if self.app.screen is not self:
            return  # a box over the form finishes what the save began
        await self.finish(said)

    async def finish(self, said: str | None = None) -> None:
        """Close after a save: the draft is not needed any more."""
        self.the_form.saved()
        if self.pen is not None:
            self.pen.forget()
        await self.crm.back(self.result)
        if said:
            self.crm.say(said, "good")

    def left_open(self) -> None:
        """A screen over the form was left without saving: what is typed counts as unsaved again."""
        if self.pen is not None:
            self.pen.end_save()
        self.say(_("Nothing was saved; what you typed is still here."), "warn")

    async def do_back(self) -> None:
        """Close; with unsaved edits only when pressed twice, which discards them."""
        if self.the_form.dirty and not self._asked:
            self._asked = True
            said = _("Not saved yet. Esc again discards it, {key} saves.")
            if name := self.called.get("save", ""):
                said = _("Nothing is done yet. Esc again leaves, {key}: {name}.")
            self.say(said.format(key=self.crm.keymap.shown("save"), name=_(name)), "warn")
            return
        if self.pen is not None:
            self.pen.forget()
        await self.crm.back()

    async def do_quit(self) -> None:
        """Leave like Esc does."""
        await self.do_back()

    def on_descendant_focus(self) -> None:
        """Name the key that goes on from here: in a text of several lines Enter is text."""
        self.keys.update()

    def on_form_changed(self, event: Form.Changed) -> None:
        """Ask again before edits made since are discarded, and keep them soon."""
        self._asked = False
        if event.key in self._theirs:
            event.form.note(event.key, self._theirs[event.key])
        if self.pen is not None:
            self.pen.soon()

    async def moved(self, what: Moved) -> None:
        """Say that the customer of the form was taken away meanwhile, or is back; what is typed stays."""
        customer_id = self.arguments.get("customer_id")
        about = any(touch.entity == "customer" for touch in what.touches)
        if not customer_id or not (about or what.unseen):
            return
        said = await self.crm.work.run(
            drafting.taken_away, cast("Session", self.crm.session), cast("int", customer_id)
        )
        if said or self._away:
            self.notice.rest(said)
        self._away = said

    def rights_moved(self) -> None:
        """Say when the customer of the form went out of sight; what is typed stays."""
        self.keep_now()
        self.run_worker(partial(self.moved, Moved(unseen=True)), exit_on_error=False)

    # -- drafts ---------------------------------------------------------------------------------------

    def keep_now(self) -> None:
        """Keep what is typed at once: the program is about to end."""
        if self.pen is not None and self.query(Form):
            self.pen.now()

    def on_unmount(self) -> None:
        """Let go of the draft: it stays when the form was neither saved nor discarded."""
        if self.pen is not None:
            self.pen.close()

    def typed(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return what differs, and what stood there."""
        form = self.the_form
        values = form.changed()
        return values, {key: form.before(key) for key in values}

    def version(self) -> int | None:
        """Return the version of the record that is edited, None for something new."""
        return (self._record() or {}).get("changed_in")

    def _record(self) -> Mapping[str, Any] | None:
        """Return what a save compares with: the record of the form, the name, the customer of a follow-up."""
        about = getattr(self, "about", None)
        return (
            getattr(self, "record", None) or getattr(self, "alias", None) or getattr(about, "customer", None)
        )

    async def bring_up_to_date(self, *, force: bool = False) -> None:
        """Read the data; the first time, fill the draft in or tell that there is one."""
        await super().bring_up_to_date(force=force)
        if self.pen is None and self.room in KEPT and self.query(Form):
            await self._begin_draft()

    def _about(self, session: Session) -> tuple[Drafts | None, drafting.About]:
        drafts = drafting.drafts_of(session)
        return drafts, drafting.about(session, self.arguments, self.version()) if drafts else drafting.About()

    async def _begin_draft(self) -> None:
        self._drafts, about = await self.crm.work.run(self._about, self.crm.session)
        drafts = self._drafts
        if drafts is None or self.pen is not None:
            return
        self.pen = Pen(self, self.slot or drafts.slot(self.room, self.arguments), about)
        if self.draft is not None:
            await self._fill(self.draft)
            return
        found = await asyncio.to_thread(drafts.of, self.room, self.arguments)
        if found is not None and found.draft is not None:
            self.offered = found
            self.hidden = self.hidden - {"fill_draft"}
            words = found.draft.words
            self.notice.rest(
                _("Not saved last time ({when}): {key} fills in “{words}”").format(
                    when=drafting.moment(self.crm.session, found.draft),
                    key=self.crm.keymap.shown("fill_draft"),
                    words=words[:40] + (" …" if len(words) > 40 else ""),
                )
            )
            self.keys.update()

    def why_not(self, action_id: str) -> str:
        """Say that nothing was left unsaved here."""
        if action_id == "fill_draft" and self.offered is None:
            return _("There is no draft of this form.")
        return super().why_not(action_id)

    async def do_fill_draft(self) -> None:
        """Put in what was typed last time; what is typed already is replaced only when told twice."""
        found, drafts = self.offered, self._drafts
        if found is None or found.draft is None or drafts is None or self.pen is None:
            return
        if self.the_form.dirty and not self._asked:
            self._asked = True
            key = self.crm.keymap.shown("fill_draft")
            self.say(_("{key} again replaces what is typed here now.").format(key=key), "warn")
            return
        slot = await asyncio.to_thread(drafts.adopt, found)
        self.offered = None
        self.hidden = self.hidden | {"fill_draft"}
        self.notice.rest("")
        if slot is None:
            self.say(_("This draft is open in another session, or gone."), "warn")
            return
        former, self.pen = self.pen, Pen(self, slot, self.pen.about)
        former.forget()
        await self._fill(found.draft)

    async def _fill(self, draft: Draft) -> None:
        values = await self.crm.work.run(
            drafting.in_full, cast("Session", self.crm.session), draft, self.crm.today()
        )
        left = self.the_form.fill_draft(values)
        more = getattr(self, "do_more_fields", None)
        if left and more is not None and not self.why_not("more_fields"):
            await more()
            left = self.the_form.fill_draft(values)
        form = self.the_form
        for key, before in draft.before.items():
            if key not in left and form.before(key) not in (before, draft.values.get(key)):
                there = form.shown(key, form.before(key)) or _("blank")
                self._theirs[key] = _("Now there: {text}").format(text=there)
                form.note(key, self._theirs[key])
        form.focus_field(next((key for key in values if key not in left), ""))
        await self._go_back_to(draft)
        self._asked = False
        said = _("Filled in what was typed {when}. {save} saves, Esc twice discards.").format(
            when=drafting.moment(self.crm.session, draft), save=self.crm.keymap.shown("save")
        )
        if left:
            lost = " | ".join(values[key] for key in left)
            said = joined(said, _("This form has no place for: {text}").format(text=lost))
        self.say(said, "warn" if left else "info")

    async def _go_back_to(self, draft: Draft) -> None:
        """Let the save compare with the version that the draft began from."""
        record = self._record()
        if not isinstance(record, dict) or record.get("changed_in") is None:
            return
        seen = await self.crm.work.run(drafting.version_of, self.crm.session, draft)
        if seen is not None and seen < record["changed_in"]:
            record["changed_in"] = seen


class FieldErrors(BadInput):
    """A save was refused because of single fields: key of the field to a translated sentence."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = dict(fields)
