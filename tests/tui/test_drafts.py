"""Stories of drafts: what was typed and not saved comes back, in the right form, whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from crm_tui.customers import reading as customers
from crm_tui.customers import service
from crm_tui.drafts import Draft
from crm_tui.followups import reading
from crm_tui.session import Session, open_session
from crm_tui.storage import history
from crm_tui.tui.app import CrmApp
from crm_tui.tui.screens.conflict import ConflictScreen
from crm_tui.tui.screens.form_screen import FormScreen
from tests.tui.driver import User, story
from tests.tui.office import NOW, app, customer, office

SECOND_CUSTOMER = "北京云帆"


def furnish(session: Session) -> None:
    customer(session, "上海恒达", {"name": "王总", "mobile": "13900139000"}, stage="not_contacted")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path, furnish=furnish) as opened:
        yield opened


def again(session: Session, login: str = "wang") -> Session:
    """Open the same file as another process would."""
    return open_session(session.database.path, login=login)


def kept(session: Session) -> list[Draft]:
    return [found.draft for found in session.drafts.all() if found.draft]


async def cut_off(user: User) -> None:
    """End as a dropped line does."""
    user.app.told_to_end(1)
    await user.idle()


async def fill(user: User, **texts: str) -> None:
    for key, text in texts.items():
        user.screen.the_form.focus_field(key)
        await user.type(text)


def values(user: User) -> dict[str, str]:
    return user.screen.the_form.changed()


async def test_a_log_note_survives_and_is_saved_in_the_next_session(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("l")
        await fill(user, content="客户说月底前确认报价", next="下周三下午3点 回访", feedback="价格可以")
        await user.press("tab")
        user.screen.the_form.fill("ways", "phone,visit")
        user.screen.the_form.fill("contact", "1")
        await cut_off(user)
    with again(session) as later:
        async with story(app(later)) as user:
            assert "记跟进 上海恒达" in user.text
            assert "客户说月底前确认报价" in user.text
            await user.press("enter")
            assert values(user) == {
                "content": "客户说月底前确认报价",
                "ways": "phone,visit",
                "next": "下周三下午3点 回访",
                "contact": "1",
                "feedback": "价格可以",
            }
            assert "已填入 10:00 未保存的内容" in user.message
            assert "+跟进内容" in user.text
            await user.press("f12")
            assert "已记录" in user.message
        assert reading.activities(later.reader, 1)[0].content == "客户说月底前确认报价"
        assert kept(later) == []
        assert list(later.drafts.folder.iterdir()) == []


async def test_it_is_written_a_second_after_the_edit_once_for_many_keys(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    timers: list[Any] = []
    monkeypatch.setattr(FormScreen, "set_timer", lambda _self, wait, call: timers.append((wait, call)))
    async with story(app(session)) as user:
        await user.press("l")
        await fill(user, content="客户说月底前")
        assert [wait for wait, _call in timers] == [1.0]
        assert not session.drafts.folder.exists()
        timers.pop()[1]()
        await user.idle()
        (file,) = session.drafts.folder.glob("*.json")
        await fill(user, content="确认")
        timers.pop()[1]()
        await user.idle()
        assert [file] == list(session.drafts.folder.glob("*.json"))
        # As long as the session lives its draft is nobody else's.
        with again(session) as other:
            assert kept(other) == []


async def test_what_is_emptied_saved_or_discarded_leaves_no_draft(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("l")
        await fill(user, content="按错了")
        user.screen.keep_now()
        assert list(session.drafts.folder.glob("*.json"))
        user.screen.the_form.fill("content", "")
        user.screen.keep_now()
        assert not list(session.drafts.folder.glob("*.json"))
        await fill(user, content="还是要写")
        user.screen.keep_now()
        await user.press("escape")
        assert "未保存" in user.message
        assert list(session.drafts.folder.glob("*.json"))
        await user.press("escape")
        assert list(session.drafts.folder.iterdir()) == []
        await user.press("l")
        await fill(user, content="打了电话")
        user.screen.keep_now()
        await user.press("f12")
        assert "已记录" in user.message
        assert list(session.drafts.folder.iterdir()) == []


async def test_a_customer_half_added_comes_back_with_all_fields(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("a", "f4")
        await fill(
            user,
            name="南京蔚源",
            contact_way="13900139001",
            need="扩产",
            special_req="要发票",
            next_plan="明天 回访",
        )
        user.screen.the_form.fill("status", "interested")
        typed = values(user)
        await cut_off(user)
    assert len(typed) == 6
    with again(session) as later:
        async with story(app(later)) as user:
            assert "新增客户 南京蔚源" in user.text
            await user.press("enter")
            assert user.screen.whole
            assert values(user) == typed
            await user.press("f12", "f12")
            assert "已新增" in user.message
        assert customers.record(later.reader, "customer", 2)["special_req"] == "要发票"  # ty: ignore


async def test_an_edit_meets_what_a_colleague_saved_meanwhile(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await fill(user, short_name="恒达")
        await cut_off(user)
    with again(session, "li") as other:
        seen = customers.record(other.reader, "customer", 1)["changed_in"]  # ty: ignore
        other.write(service.update, 1, seen, {"need": "换系统"})
    with again(session) as later:
        async with story(app(later)) as user:
            assert "编辑客户 上海恒达" in user.text
            await user.press("enter")
            assert values(user) == {"short_name": "恒达"}
            assert user.screen.record["changed_in"] == seen
            await user.press("f12")
        row = customers.record(later.reader, "customer", 1)
        assert row is not None
        assert (row["short_name"], row["need"]) == ("恒达", "换系统")
        assert kept(later) == []


async def test_the_same_field_changed_meanwhile_is_told(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await fill(user, short_name="恒达")
        await cut_off(user)
    with again(session, "li") as other:
        seen = customers.record(other.reader, "customer", 1)["changed_in"]  # ty: ignore
        other.write(service.update, 1, seen, {"short_name": "上海恒达公司"})
    with again(session) as later:
        async with story(app(later)) as user:
            await user.press("enter")
            assert "现为：上海恒达公司" in user.text
            await user.press("f12")
            # Nobody's words are lost: theirs are in the file, mine in the draft.
            assert customers.record(later.reader, "customer", 1)["short_name"] == "上海恒达公司"  # ty: ignore
            await cut_off(user)
        assert [draft.values for draft in kept(later)] == [{"short_name": "恒达"}]


async def test_the_form_itself_offers_its_draft(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("l")
        await fill(user, content="客户说月底前确认报价")
        await cut_off(user)
    with again(session) as later:
        async with story(app(later)) as user:
            await user.press("escape")
            assert "记跟进 上海恒达" not in user.text
            await user.press("l")
            assert "上次未保存的内容（10:00）：F7 填入“客户说月底前确认报价”" in user.text
            assert "F7 填入草稿" in user.line(-1)
            await fill(user, content="新的")
            await user.press("f7")
            assert "再按 F7 将覆盖" in user.message
            await user.press("f7")
            assert values(user) == {"content": "客户说月底前确认报价"}
            assert "F7" not in user.line(-1)
            await user.press("escape", "escape", "D")
            assert "没有未保存的内容" in user.text


async def test_two_sessions_of_one_user_keep_two_drafts(session: Session) -> None:
    with again(session) as second:
        async with story(app(session)) as one:
            await one.press("l")
            await fill(one, content="先写的")
            one.screen.keep_now()
            async with story(app(second)) as two:
                assert "先写的" not in two.text
                await two.press("l")
                assert "上次未保存" not in two.text
                await fill(two, content="后写的")
                await cut_off(two)
            await cut_off(one)
    with again(session) as later:
        assert sorted(draft.values["content"] for draft in kept(later)) == ["先写的", "后写的"]


async def test_words_of_another_day_mean_the_day_they_were_typed(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("l")
        await fill(user, content="电话确认", next="下周三下午3点 回访")
        await cut_off(user)
    with time_machine.travel("2026-11-24T02:00:00Z", tick=False), again(session) as later:
        async with story(app(later)) as user:
            assert "11-20 10:00" in user.text
            await user.press("enter")
            assert values(user)["at"] == "2026-11-20 10:00"
            assert values(user)["next"] == "2026-11-25 15:00 回访"
            await user.press("f12")
            assert "已记录" in user.message
        assert reading.activities(later.reader, 1)[0].at == "2026-11-20T02:00:00Z"


async def test_a_restored_file_is_compared_with_what_it_holds_now(session: Session) -> None:
    path = session.database.path
    session.close()
    before = path.read_bytes()
    with again(session) as later:
        seen = customers.record(later.reader, "customer", 1)["changed_in"]  # ty: ignore
        later.write(service.update, 1, seen, {"need": "换系统"})
        newest = history.newest(later.reader)
        async with story(app(later)) as user:
            await user.press("e")
            await fill(user, short_name="恒达", need="，加机器")
            await cut_off(user)
    path.write_bytes(before)
    with again(session) as later:
        assert history.newest(later.reader) < newest
        async with story(app(later), size=(80, 60)) as user:
            await user.press("enter")
            assert values(user) == {"short_name": "恒达", "need": "，加机器换系统"}
            assert "现为：空" in user.text
            assert user.screen.record["changed_in"] == seen
            await user.press("f12")
        assert customers.record(later.reader, "customer", 1)["short_name"] == "恒达"  # ty: ignore


async def test_a_save_cut_off_after_it_was_written_is_told(session: Session) -> None:
    slot = session.drafts.slot("log", {"customer_id": 1})
    draft = Draft(
        "log", {"customer_id": 1}, "记跟进 上海恒达", {"content": "写过了"}, {"content": ""}, NOW, "写过了"
    )
    slot.keep(draft._replace(saving=history.newest(session.reader)), 1)
    slot.close()
    seen = customers.record(session.reader, "customer", 1)["changed_in"]  # ty: ignore
    async with story(app(session)) as user:
        assert "看来已保存" not in user.text
    session.write(service.update, 1, seen, {"need": "换系统"})
    async with story(CrmApp(session, start="customers")) as user:
        assert "看来已保存" in user.text


async def test_without_a_place_for_drafts_it_is_said_once_and_work_goes_on(session: Session) -> None:
    folder = session.drafts.folder
    folder.parent.mkdir(parents=True)
    folder.write_text("a file")
    async with story(app(session)) as user:
        await user.press("l")
        await fill(user, content="客户说")
        user.screen.keep_now()
        await user.idle()
        assert "草稿无法保留在" in user.text
        await fill(user, content="月底前确认")
        user.screen.keep_now()
        await user.press("f12")
        assert "已记录" in user.message


async def test_what_could_not_be_kept_is_kept_once_it_can_though_nobody_types(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = session.drafts.folder
    folder.parent.mkdir(parents=True)
    folder.write_text("a file")
    async with story(app(session)) as user:
        await user.press("l")
        due: list[Callable[[], None]] = []
        monkeypatch.setattr(user.screen, "set_timer", lambda _wait, call: due.append(call))
        await fill(user, content="客户说")
        due.pop()()
        await user.idle()
        assert "草稿无法保留在" in user.text
        folder.unlink()
        due.pop()()
        await user.idle()
        [file] = folder.glob("*.json")
        assert "客户说" in file.read_text("utf-8") and not due


async def test_an_unreadable_draft_is_a_sentence_at_the_start(session: Session) -> None:
    session.drafts.folder.mkdir(parents=True)
    (session.drafts.folder / "log-x-1.json").write_bytes(b'{"crm')
    async with story(app(session)) as user:
        assert "草稿 log-x-1.json 无法读取：文件损坏或不完整。" in user.text
        assert (session.drafts.folder / "log-x-1.json").exists()


async def test_a_status_that_a_colleague_moved_too_is_asked(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("l")
        await fill(user, content="谈妥了")
        user.screen.the_form.fill("status", "won")
        await cut_off(user)
    with again(session, "li") as other:
        seen = customers.record(other.reader, "customer", 1)["changed_in"]  # ty: ignore
        other.write(service.update, 1, seen, {"status": "interested"})
    with again(session) as later:
        async with story(app(later)) as user:
            await user.press("enter")
            assert "现为：意向客户" in user.text
            await user.press("f12")
            assert isinstance(user.screen, ConflictScreen)
            assert reading.activities(later.reader, 1) == []
            await user.press("escape")
            assert values(user)["content"] == "谈妥了"


@pytest.mark.parametrize("what", ["contact", "plan", "name"])
async def test_other_forms_come_back_too(session: Session, what: str) -> None:
    opened: dict[str, dict[str, Any]] = {
        "contact": {"customer_id": 1, "contact_id": 1, "at": "mobile"},
        "plan": {"customer_id": 1},
        "name": {"customer_id": 1},
    }
    note, plan, name = {"contact_note": "周五不在"}, {"plan_text": "明天 回访"}, {"name": "恒达贸易"}
    typed = {"contact": note, "plan": plan, "name": name}
    async with story(app(session)) as user:
        await user.app.open(what, **opened[what])
        await fill(user, **typed[what])
        await cut_off(user)
    with again(session) as later:
        async with story(app(later)) as user:
            assert "上海恒达" in user.text
            await user.press("enter")
            assert values(user) == typed[what]
            await user.press("f12")
            assert kept(later) == []
