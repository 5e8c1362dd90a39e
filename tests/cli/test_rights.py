"""What a role does not see is not printed, written or told of by any command; refusals end with 4."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_tui.access import policies
from crm_tui.access import store as people
from crm_tui.customers import service, views
from crm_tui.session import Session, open_session
from tests.cli.calls import Call, session, write

Crm = Callable[..., Call]
PHONE = "13800138001"


@pytest.fixture
def files(team: Crm, monkeypatch: pytest.MonkeyPatch) -> Crm:
    """Return calls of a sales representative under the policy of company files; 王芳 has the customer."""
    write(policies.apply_preset, "files")
    write(people.add, "zhang", "张三", "sales_rep")
    contact = {"name": "赵敏", "title": "总监", "mobile": PHONE, "email": "zhaomin@example.com"}
    values = {"name": "上海恒达公司", "kind": "company", "status": "prospect", "budget_min": 5_000_000}
    write(service.add, values, [contact])
    monkeypatch.setattr("crm_tui.session.system_login", lambda: "zhang")
    return team


def boss() -> Session:
    return open_session(session().database.path, login="wangfang", source="cli")


def audit() -> list[tuple[object, ...]]:
    with boss() as opened:
        sql = "SELECT kind, what, reason, rows FROM audit ORDER BY id"
        return opened.reader.execute(sql).fetchall()


def hidden(text: str) -> bool:
    """Tell that no sign of what is sensitive stands in a text."""
    return not any(secret in text for secret in (PHONE, "赵敏", "总监", "zhaomin@", "5 万", "5000000"))


@pytest.mark.requirement("S2-03", "S0-25")
def test_a_file_is_printed_masked(files: Crm) -> None:
    shown = files("show", "恒达")
    assert shown.status == 0 and hidden(shown.out)
    assert "138****8001" in shown.out and "已脱敏" in shown.out and "号码被" not in shown.out
    found = files("show", "恒达", "--json")
    assert hidden(found.out)
    assert found.json[0]["hidden"] == ["amount", "attachment", "budget", "contact", "decision", "personal"]
    assert hidden(files("history", "恒达", "--json").out)
    assert hidden(files("list", "--json").out + files("find", "恒达", "--json").out)


@pytest.mark.requirement("S2-11")
def test_hidden_fields_are_printed_with_a_reason_that_is_noted(files: Crm) -> None:
    without = files("show", "恒达", "--unmask", "contact")
    assert without.status == 1 and hidden(without.out) and "事由" in without.err
    shown = files("show", "恒达", "--unmask", "contact", "--reason", "核实地址")
    assert PHONE in shown.out and "赵敏" in shown.out and "5 万" not in shown.out
    assert ("unmask", "contact", "核实地址", None) in audit()
    assert hidden(files("show", "恒达").out)
    assert files("show", "恒达", "--unmask", "all", "--reason", "核实预算").status == 0
    assert files("show", "恒达", "--unmask", "phone", "--reason", "x").status == 1


def test_who_may_not_show_hidden_fields_is_told_so(files: Crm) -> None:
    with boss() as opened:
        opened.write(policies.set_permission, "sales_rep", "unmask", "", "none")
    refused = files("show", "恒达", "--unmask", "contact", "--reason", "核实")
    assert (refused.status, refused.out) == (4, "")
    assert "填写事由后查看完整信息" in refused.err
    assert audit()[-1][0] == "refused"


@pytest.mark.requirement("S3-06")
def test_an_export_holds_what_may_leave_masked_and_is_noted(files: Crm, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    for words in ((), ("--filter", "名称:恒达"), ("--filter", "名称:没有的")):
        done = files("export", "customers", str(own), "--overwrite", *words)
        assert done.status == 0
        # What is listed and missing in the file is told.
        assert ("另有 1 位不在你可导出的范围内。" in done.err) == ("名称:没有的" not in words)
        assert len(own.read_text("utf-8-sig").splitlines()) == 1
    with boss() as opened:
        opened.write(policies.set_permission, "sales_rep", "export", "", "all")
    for kind in ("customers", "contacts", "plans"):
        for ending in ("csv", "json", "xlsx"):
            path = tmp_path / f"{kind}.{ending}"
            assert files("export", kind, str(path)).status == 0
            if ending != "xlsx":
                assert hidden(path.read_text("utf-8-sig"))
    rows = list(csv.DictReader((tmp_path / "contacts.csv").open(encoding="utf-8-sig")))
    assert (
        rows[0]["联系人职务" if "联系人职务" in rows[0] else next(k for k in rows[0] if "职" in k)]
        == "已脱敏"
    )
    exports = [(what, count) for kind, what, _why, count in audit() if kind == "export"]
    assert exports[0] == ("customers.csv", 0)
    assert ("contacts.xlsx", 1) in exports and len(exports) == 12


def test_who_may_not_export_gets_no_file(files: Crm, tmp_path: Path) -> None:
    with boss() as opened:
        opened.write(policies.set_permission, "sales_rep", "export", "", "none")
    for kind in ("customers", "due"):
        refused = files("export", kind, str(tmp_path / "x.csv"))
        assert refused.status == 4 and "导出" in refused.err
    assert not (tmp_path / "x.csv").exists()


def test_nothing_leaves_where_it_cannot_be_noted(files: Crm, tmp_path: Path) -> None:
    refused = files("--read-only", "export", "customers", str(tmp_path / "x.csv"))
    assert refused.status == 4 and "审计" in refused.err
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.requirement("S0-20")
def test_commands_that_are_not_allowed_end_with_four(files: Crm) -> None:
    for words in (
        ("log", "恒达", "打过电话"),
        ("change", "status=won", "恒达", "--yes"),
        ("change", "--archive", "恒达", "--yes"),
        ("change", "--hand-over", "zhang", "恒达", "--yes"),
    ):
        refused = files(*words)
        assert refused.status == 4, (words, refused)
        assert "本人的客户" in refused.err


def test_undo_tells_nothing_of_what_is_not_seen_any_more(files: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    with boss() as opened:
        opened.write(policies.apply_preset, "general")
    with session() as mine:
        values = {"name": "自己的公司", "kind": "company", "status": "prospect"}
        customer = mine.write(service.add, values, [{"name": "钱一", "mobile": "13900139000"}]).value
        contact = mine.reader.execute("SELECT id, changed_in FROM contact").fetchone()
        mine.write(service.update_contact, *contact, {"mobile": "13900139001"})
    with boss() as opened:
        row = opened.reader.execute("SELECT changed_in FROM customer WHERE id = :id", {"id": customer})
        opened.write(service.update, customer, row.fetchone()[0], {"owner_id": opened.person.id})
        sql = "SELECT changed_in FROM contact WHERE id = :id"
        version = opened.reader.execute(sql, {"id": contact[0]}).fetchone()[0]
        opened.write(service.update_contact, contact[0], version, {"mobile": "13700137000"})
    blocked = files("undo")
    assert blocked.status == 4 and "本人的客户" in blocked.err
    for told in (blocked, files("undo", "--json"), files("undo", "--leave")):
        assert "13700137000" not in told.out + told.err and "自己的公司" not in told.out + told.err
    assert "13700137000" not in files("history").out


@pytest.mark.requirement("S2-03")
@pytest.mark.parametrize(
    "words", ["list", "list --json", "change --tag 甲 --dry-run", "export customers {out}"]
)
def test_a_filter_by_what_is_hidden_is_refused_alike_whatever_is_there(
    words: str, files: Crm, tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    call = words.format(out=out).split()
    for field in ("phone", "incomplete", "doubtful"):
        answers = {files(*call, "--filter", f"{field}:{value}")[:3] for value in ("有", "无")}
        ((status, said, told),) = answers
        assert status == 1
        assert said == ""
        assert "对你的角色" in told
        assert hidden(told)
    assert not out.exists()


@pytest.mark.requirement("S2-03")
def test_a_view_or_an_order_by_what_is_hidden_is_refused(files: Crm) -> None:
    with boss() as opened:
        opened.write(views.save, "customers", "phones", {"filter": "phone:有"}, True)
    answers = {files("list", "--view", "phones"), files("list", "--view", "phones", "--json")}
    ((status, said, told),) = {one[:3] for one in answers}
    assert (status, said) == (1, "")
    assert "对你的角色" in told and hidden(told)
    names = ("budget", "mobile", "family", "nothing")
    unknown = [files("list", "--sort", name) for name in names]
    assert {one.status for one in unknown} == {1}
    assert len({one.err.replace(name, "") for one, name in zip(unknown, names, strict=True)}) == 1


@pytest.mark.requirement("S0-18", "S0-20")
@pytest.mark.parametrize("options", [("--dry-run",), ()])
def test_who_may_not_import_hears_so_at_once(files: Crm, tmp_path: Path, options: tuple[str, ...]) -> None:
    """Not whose a customer of the sheet is, and not after a backup and a comparison."""
    path = tmp_path / "名单.csv"
    path.write_text(f"客户名称,手机\n上海恒达公司,{PHONE}\n", "utf-8")
    with boss() as opened:
        opened.write(policies.set_permission, "sales_rep", "import", "", "none")
    done = files("import", str(path), *options)
    assert (done.status, done.out) == (4, "")
    assert done.err.startswith("你的角色（销售代表）没有这项权限：导入。")
    assert "王芳" not in done.err and "已存在" not in done.err
    # What only looks opens the file for reading, and notes nothing.
    assert [row[:2] for row in audit()] == [("refused", "import")] * (not options)


@pytest.mark.requirement("S0-13", "S1-25")
def test_a_merge_that_is_not_allowed_is_not_shown_as_if_it_were(files: Crm) -> None:
    with session() as mine:
        values = {"name": "上海恒达有限公司", "no": "C9", "kind": "company", "budget_min": 100}
        mine.write(service.add, values, [])
    for options in (("--dry-run",), ("--dry-run", "--json"), ("--yes",)):
        done = files("dupes", "merge", "C9", "上海恒达公司", *options)
        assert (done.status, done.out) == (4, ""), options
        assert done.err.startswith("你的角色（销售代表）只能对本人的客户这样做：合并客户。")
    assert [row[:2] for row in audit()] == [("refused", "customer.merge")]
