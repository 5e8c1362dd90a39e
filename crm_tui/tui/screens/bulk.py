"""Changing many customers from a list: chosen, looked at, confirmed, carried out, undone at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from crm_tui.access import store as people_store
from crm_tui.customers import bulk, bulk_reach, reading
from crm_tui.customers.bulk import BulkResult
from crm_tui.customers.bulk_edit import Edit, fields_for_many, read_edit
from crm_tui.customers.fields import FIELDS, GROUPS
from crm_tui.errors import Cancelled, CrmError
from crm_tui.followups import hand_over as handing
from crm_tui.locale import N_, _, ngettext
from crm_tui.session import Session
from crm_tui.tui.screens.bulk_box import NAMED, BulkBox, Chosen, Looked, beyond_said, look
from crm_tui.tui.screens.form_fields import choices, form_field, listed
from crm_tui.tui.screens.form_screen import FormScreen
from crm_tui.tui.screens.job_box import LARGE, JobBox, Outcome
from crm_tui.tui.screens.pick_box import Choice, PickBox
from crm_tui.tui.widgets.form import Form
from crm_tui.tui.work import Job, Progress

if TYPE_CHECKING:
    from crm_tui.tui.frame import Frame

Done = Callable[[BulkResult], Awaitable[None] | None]
EDIT, TAGS, ARCHIVE, HAND_OVER = "edit", "tags", "archive", "hand_over"
ACTIONS = (EDIT, TAGS, ARCHIVE, HAND_OVER)


def why_not(crm: Frame, action_id: str) -> str:
    """Return why many customers cannot be changed by an action, '' when they can."""
    session = cast(Session, crm.session)
    if session.read_only:
        return session.read_only
    action = {HAND_OVER: handing.ACTION, ARCHIVE: bulk_reach.ARCHIVE}.get(action_id, bulk_reach.BULK)
    return session.policy.may(action).reason


class ChangeBox(JobBox):
    """How far a change is: first its backup, then the customers."""

    def _progress(self, progress: Progress) -> None:
        if progress.text and progress.text != self.bar.what:
            self.bar.begin(progress.text)
        super()._progress(progress)


async def preview(
    crm: Frame,
    title: str,
    ids: Sequence[int],
    make: Callable[[str, bool], Edit],
    then: Callable[[Chosen], Awaitable[None]],
    *,
    asks: bool = False,
) -> None:
    """Look at the customers, show what would be done to them, and go on when it is confirmed."""
    session = cast(Session, crm.session)

    async def show(found: Looked) -> None:
        async def closed(chosen: Chosen | None) -> None:
            if chosen is not None:
                await then(chosen)

        await crm.show(BulkBox(title, found, make, asks=asks), then=closed)

    def read(progress: Callable[[int, int], None] | None = None) -> Looked:
        return look(session, ids, make("", True), progress)

    if len(ids) <= LARGE:
        await show(await crm.work.run(read))
        return

    async def looked(outcome: Outcome) -> None:
        if outcome.error is None:
            await show(outcome.value)
        elif isinstance(outcome.error, CrmError):
            crm.say(str(outcome.error), "warn")
        else:
            raise outcome.error

    box = JobBox(_("Looking at the customers"), lambda job: job.run(read, job.report))
    await crm.show(box, then=looked)


async def carry_out(crm: Frame, chosen: Chosen, done: Done) -> None:
    """Write a change that was confirmed, with progress where it is large, and say what became of it."""
    session = cast(Session, crm.session)
    if len(chosen.rows) <= bulk.BACKED_UP:
        await _ended(crm, chosen, done, await crm.work.run(_write, session, chosen))
        return

    async def ended(outcome: Outcome) -> None:
        if outcome.error is None:
            await _ended(crm, chosen, done, outcome.value)
            return
        crm.writes += 1
        if isinstance(outcome.error, CrmError):
            crm.say(str(outcome.error), "warn" if isinstance(outcome.error, Cancelled) else "bad")
        else:
            raise outcome.error

    await crm.show(ChangeBox(_("Changing"), partial(_large, session, chosen)), then=ended)


Written = tuple[BulkResult, list[str], list[str]]
"""What became of it, the names of the first that others changed, and of the first out of reach."""


def _write(session: Session, chosen: Chosen, **more: Any) -> Written:
    result = bulk.change_many(session, chosen.rows, chosen.edit, **more)
    left, beyond = result.left[:NAMED], result.beyond[:NAMED]
    known = reading.rows_of(session.reader, [*left, *beyond])

    def named(ids: Sequence[int]) -> list[str]:
        return [known[one].name or known[one].no if one in known else _("gone") for one in ids]

    return result, named(left), named(beyond)


def _large(session: Session, chosen: Chosen, job: Job[Any]) -> Any:
    def changing(done: int, total: int) -> None:
        if not job.cancelled:
            job.report(done, total, _("Changing"))

    def backing_up(done: int, total: int) -> None:
        if not job.cancelled:
            job.report(done, total, _("Backing up"))

    def write() -> Any:
        return _write(session, chosen, progress=changing, cancelled=job.is_cancelled, backing_up=backing_up)

    return job.run(write)


async def _ended(crm: Frame, chosen: Chosen, done: Done, written: Written) -> None:
    result, names, beyond = written
    crm.writes += 1
    waiting = done(result)
    if waiting is not None:
        await waiting
    said = []
    if result.changed:
        said.append(_("Changed: {what}.").format(what=bulk.title(result.changed, chosen.edit)))
    else:
        said.append(_("Nothing was changed."))
    if result.left:
        text = ngettext(
            "{n} was left, changed by others meanwhile: {names}",
            "{n} were left, changed by others meanwhile: {names}",
            len(result.left),
        )
        more = " …" if len(result.left) > len(names) else ""
        said.append(text.format(n=f"{len(result.left):,}", names=listed(names) + more))
    if result.beyond:
        said.append(beyond_said(len(result.beyond), beyond, result.reason))
    if result.changed:
        crm.done(" ".join(said))
    else:
        crm.say(" ".join(said), "warn")


# -- handing over -----------------------------------------------------------------------------------------


async def hand_over(crm: Frame, ids: Sequence[int], done: Done = lambda _result: None) -> None:
    """Ask to whom, show what goes along, and hand the customers over."""
    session = cast(Session, crm.session)
    people = await crm.work.run(people_store.people, session.reader)

    async def to(login: str | None) -> None:
        person = next((one for one in people if one.login == login), None)
        if person is None:
            return

        def make(note: str, plans: bool) -> Edit:
            now = people_store.by_id(session.reader, person.id)
            return handing.hand_over(now, session.person.name, session.names, note, plans=plans)

        title = _("Hand over to {name}").format(name=person.name)
        await preview(crm, title, ids, make, partial(carry_out, crm, done=done), asks=True)

    offered = [Choice(one.login, one.name, one.login) for one in people if one.active == 1]
    await crm.show(PickBox(_("Hand over to whom?"), offered), then=to)


# -- fields -----------------------------------------------------------------------------------------------


class FieldScreen(FormScreen):
    """One field with the checks of the customer's form; what is typed goes to all marked customers."""

    called: ClassVar[Mapping[str, str]] = {"save": N_("Preview")}

    def __init__(self, name: str, ids: Sequence[int], done: Done) -> None:
        super().__init__()
        self.name_ = name
        self.ids = ids
        self.done = done
        self.context: Any = None

    def heading(self) -> str:
        """Return the title."""
        text = ngettext("{field} of {n} customer", "{field} of {n} customers", len(self.ids))
        return text.format(field=FIELDS[self.name_].title, n=f"{len(self.ids):,}")

    def form(self) -> Form:
        """Return the form: the field, blank."""
        one = form_field(self.name_, {}, self.context)
        note = _("Blank takes away what stands there.")
        return Form([one._replace(hint=one.hint or note) if isinstance(one, tuple) else one])

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Show what would be done; the form closes when it was."""
        session = cast(Session, self.crm.session)
        one = FIELDS[self.name_]
        labels = dict(choices(one, self.context))
        text = values[self.name_]
        if labels:
            text = "、".join(labels.get(key, key) for key in text.split(",") if key)

        def make(_note: str, _plans: bool) -> Edit:
            return read_edit(session.reader, [(one, text)], session.context())

        await preview(self.crm, self.heading(), self.ids, make, self._confirmed)
        return None

    async def _confirmed(self, chosen: Chosen) -> None:
        await self.finish()
        await carry_out(self.crm, chosen, self.done)


async def edit(crm: Frame, ids: Sequence[int], done: Done) -> None:
    """Ask for a field and its value, and give it to all."""
    session = cast(Session, crm.session)
    context = await crm.work.run(session.context)
    offered = [Choice(one.name, one.title, _(GROUPS[one.group])) for one in fields_for_many()]

    async def chosen(name: str | None) -> None:
        if name is not None:
            screen = FieldScreen(name, ids, done)
            screen.context = context
            await crm.show(screen)

    await crm.show(PickBox(_("Change which field?"), offered), then=chosen)


# -- archiving --------------------------------------------------------------------------------------------


async def archive(crm: Frame, ids: Sequence[int], done: Done) -> None:
    """Show who would be put away, and put them away."""

    def make(_note: str, _plans: bool) -> Edit:
        return Edit(archive=True)

    text = ngettext("Archive {n} customer", "Archive {n} customers", len(ids))
    await preview(crm, text.format(n=f"{len(ids):,}"), ids, make, partial(carry_out, crm, done=done))


async def tags(crm: Frame, ids: Sequence[int], done: Done) -> None:
    """Ask which tags to give and take, and do it."""
    from crm_tui.tui.screens.bulk_tags import ManyTagsBox

    session = cast(Session, crm.session)

    async def chosen(found: tuple[list[str], list[str]] | None) -> None:
        if found is None:
            return
        give, take = found

        def make(_note: str, _plans: bool) -> Edit:
            return read_edit(session.reader, [], session.context(), add_tags=give, remove_tags=take)

        text = ngettext("Tags of {n} customer", "Tags of {n} customers", len(ids))
        await preview(crm, text.format(n=f"{len(ids):,}"), ids, make, partial(carry_out, crm, done=done))

    await crm.show(ManyTagsBox(ids), then=chosen)
