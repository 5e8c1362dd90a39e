"""THE registry of actions: key bar, help, palette, README table and user keymaps are made from it.

A screen never names a key. It has a ``kind`` (see below) and methods ``do_<id>``; the app looks the key
up here and calls the method of the focused widget, its parents, the screen or the app, whoever has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from crm_tui.locale import N_

MOVE, GO, WORK, VIEW, PROGRAM = N_("Move"), N_("Go to"), N_("Work"), N_("List and record"), N_("Program")
GROUPS = (WORK, MOVE, GO, VIEW, PROGRAM)

ALL = ("all",)
LISTS = (
    *("today", "customers", "customer", "history", "import", "welcome", "duplicates", "suspects"),
    *("help", "palette", "pick", "tags", "obstacles", "drafts", "upkeep"),
)
MOVES = (*LISTS, "conflict", "display", "columns", "sorts", "filter", "views", "bulk", "merge", "members")
ROOMS = ("today", "customers", "customer", "history", "duplicates")
RECORDS = ("today", "customers", "customer")
MARKED = ("today", "customers")
FORM = ("form",)
TWINS = ("merge", "duplicates")
SCREEN_TITLES = {
    "today": N_("Today"),
    "customers": N_("Customers"),
    "customer": N_("Customer"),
    "history": N_("History"),
    "import": N_("Import"),
    "welcome": N_("Welcome"),
    "help": N_("Help"),
    "find": N_("Find"),
    "palette": N_("Commands"),
    "form": N_("Form"),
    "drafts": N_("Drafts"),
    "conflict": N_("Changed by two"),
    "upkeep": N_("Upkeep"),
    "display": N_("Display"),
    "columns": N_("Columns"),
    "sorts": N_("Sort"),
    "filter": N_("Filter"),
    "views": N_("Views"),
    "jump": N_("Jump"),
    "pick": N_("Choice"),
    "tags": N_("Tags"),
    "snooze": N_("Put the plan off"),
    "obstacles": N_("In the way of undoing"),
    "undo_preview": N_("Take this back?"),
    "bulk": N_("Change these?"),
    "merge": N_("Merge customers"),
    "duplicates": N_("Duplicates"),
    "suspects": N_("Suspected duplicates"),
    "members": N_("Put side by side"),
    "job": N_("Please wait"),
}


ROWS = (*MOVES, "find")
FILES = ("today", "customers", "customer")  # where any customer can be looked for
PANELS = tuple(kind for kind in SCREEN_TITLES if kind != "find")


class Action(NamedTuple):
    """One thing a user can do.

    ``id`` names the method ``do_<id>``; ``keys`` are Textual's names, the first is shown, the rest are
    function-key and full-width twins; ``screens`` are the kinds of screen it belongs to, or ``all``;
    ``footer`` is its place in the key bar (1 first, 0 never); ``words`` are further search words
    (pinyin and its initials); ``danger`` marks what takes something away; ``writes`` what needs a database
    that may be written.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    group: str
    screens: tuple[str, ...] = ALL
    footer: int = 0
    words: str = ""
    danger: bool = False
    writes: bool = False

    def belongs_to(self, kind: str) -> bool:
        """Tell whether the action can be met on that kind of screen."""
        return kind in self.screens or self.screens == ALL


ACTIONS: tuple[Action, ...] = (
    Action("open", ("enter",), N_("Open"), N_("Open what the cursor is on; fold or unfold a group."), VIEW,
           (*LISTS, "find"), 1, "dakai dk"),
    Action("log", ("l", "f6"), N_("Log"), N_("Log a follow-up and plan the next one."), WORK, RECORDS, 2,
           "jigenjin jgj", writes=True),
    Action("done", ("x", "f12"), N_("Done"), N_("Close the plan under the cursor without a record."), WORK,
           ("today", "customer"), 3, "wancheng wc", writes=True),
    Action("snooze", ("z", "ctrl+t"), N_("Snooze"), N_("Put the plan off: 1 tomorrow, 2 next working day."),
           WORK, ("today", "customer"), 4, "yanhou yh", writes=True),
    Action("plan_next", ("p",), N_("Plan"), N_("Plan the next step with the customer."), WORK, RECORDS, 0,
           "anpai ap jihua jh xiayibu xyb", writes=True),
    Action("accept", ("enter",), N_("Put off"), N_("Put the plan off to the typed day."), WORK,
           ("snooze",), 4, "queding qd", writes=True),
    Action("tomorrow", ("1",), N_("Tomorrow"), N_("Put the plan off to tomorrow."), WORK, ("snooze",), 2,
           "mingtian mt", writes=True),
    Action("next_workday", ("2",), N_("Next working day"), N_("Put the plan off to the next working day."),
           WORK, ("snooze",), 3, "gongzuori gzr", writes=True),
    Action("undo_this", ("enter", "u"), N_("Undo"), N_("Take back what is shown."), WORK, ("undo_preview",),
           1, "chexiao cx", writes=True),
    Action("undo_others", ("u",), N_("Undo the rest"), N_("Undo all but what is in the way."), WORK,
           ("obstacles",), 1, "chexiaoqiyu cxqy", writes=True),
    Action("undo", ("u",), N_("Undo"), N_("Take back your last change."), WORK,
           (*ROOMS, "import", "views", "merge"), 6, "chexiao cx", writes=True),
    Action("redo", ("ctrl+r", "ctrl+y"), N_("Redo"), N_("Bring back what was undone last."), WORK,
           (*ROOMS, "import"), 0, "chongzuo cz", writes=True),
    Action("add", ("a", "f7"), N_("Add"), N_("Add a customer, or a line to the panel in use."), WORK,
           (*RECORDS, "tags"), 5, "xinzeng xz", writes=True),
    Action("edit", ("e", "f2"), N_("Edit"),
           N_("Edit what the cursor is on; with marks, one field of all of them."), WORK, RECORDS, 3,
           "bianji bj", writes=True),
    Action("archive", ("d", "f8", "delete"), N_("Archive"),
           N_("Archive at once, marked ones after a look; u brings them back."), WORK, RECORDS, 0,
           "guidang gd shanchu sc", True, writes=True),
    Action("add_name", ("A",), N_("Other name"), N_("Add a former, short or other name of the customer."),
           WORK, ("customer",), 0, "qitamingcheng cengyongming qtmc cym", writes=True),
    Action("tags", ("t",), N_("Tags"), N_("Give or take tags, with marks of all of them."), WORK, RECORDS, 0,
           "biaoqian bq", writes=True),
    Action("hand_over", ("O",), N_("Hand over"),
           N_("Hand the marked customers, or this one, over to a colleague, with open plans and a note."),
           WORK, RECORDS, 0, "jiaojie jj zhuanjiao zj yijiao yj", writes=True),
    Action("merge", ("m",), N_("Merge"),
           N_("Put two to eight marked customers, or a group, side by side and make one of them."), WORK,
           ("customers", "duplicates"), 0, "hebing hb", writes=True),
    Action("merge_now", ("f12",), N_("Merge"), N_("Make one customer of them as shown; u undoes all of it."),
           WORK, ("merge",), 1, "hebing hb", writes=True),
    Action("choose_value", ("enter", "space"), N_("Choose"),
           N_("Let the value in brackets count for the field."), WORK, ("merge",), 2, "xuanze xz"),
    Action("make_survivor", ("s",), N_("This one stays"), N_("Let this record stay; the others go into it."),
           WORK, ("merge",), 3, "baoliu bl"),
    Action("not_same", ("x",), N_("Not the same"),
           N_("Remember that this record is another customer than the others."), WORK, TWINS, 4,
           "bushitongyijia bstyj", writes=True),
    Action("equal_fields", ("equals_sign", "f4"), N_("Equal fields"),
           N_("Show the fields too in which all are equal, or leave them out."), VIEW, ("merge",), 5,
           "xiangtong xt"),
    Action("related", ("r",), N_("Related"),
           N_("Remember that this record is a related company of the others."), WORK, TWINS, 0,
           "guanlian gl fengongsi fgs", writes=True),
    Action("all_texts", ("b",), N_("All texts"), N_("Keep the texts of all records, one below the other."),
           WORK, ("merge",), 0, "quanbubaoliu qbbl"),
    Action("whole_texts", ("v",), N_("Whole text"), N_("Show all texts of the field in a box."), VIEW,
           ("merge",), 0, "quanwen qw"),
    Action("scan", ("s", "f6"), N_("Scan"),
           N_("Compare all customers and find duplicates; a scan that was stopped goes on."), WORK,
           ("duplicates",), 2, "saomiao sm chachong cc", writes=True),
    Action("reasons", ("w",), N_("Reasons"),
           N_("Why these look like one: every reason with its points, and their sum."), VIEW, TWINS, 0,
           "liyou ly weishenme wsm"),
    Action("one_reason", ("f", "f4"), N_("By reason"),
           N_("Show only what looks like one for a certain reason: mobile, credit code and so on."), VIEW,
           ("duplicates",), 5, "anliyou aly shaixuan sx guolv gl"),
    Action("next_twins", ("n",), N_("Next duplicates"), N_("Leave these undecided and show the next."), MOVE,
           ("merge",), 0, "xiayizu xyz"),
    Action("previous_twins", ("N",), N_("Previous duplicates"), N_("Show the ones before these."), MOVE,
           ("merge",), 0, "shangyizu syz"),
    Action("tick_member", ("space",), N_("Tick"), N_("Take the customer along, or leave it out."), WORK,
           ("members",), 2, "gouxuan gx"),
    Action("side_by_side", ("enter", "f12"), N_("Side by side"), N_("Put the ticked ones side by side."),
           WORK, ("members",), 1, "bingpai bp"),
    Action("next_record", ("right", "l"), N_("Next record"), N_("The record on the right."), MOVE, ("merge",),
           0, "youbian yb"),
    Action("previous_record", ("left", "h"), N_("Previous record"), N_("The record on the left."), MOVE,
           ("merge",), 0, "zuobian zb"),
    Action("mark_row", ("space",), N_("Mark"), N_("Mark the row, or unmark it; fold a heading."), VIEW,
           MARKED, 8, "biaoji bj xuan duoxuan dx"),
    Action("mark_range", ("v",), N_("Mark a range"),
           N_("Begin a range here; go to its other end and press it again."), VIEW, MARKED, 0,
           "qujian qj fanwei fw biaojifanwei"),
    Action("mark_all", ("asterisk",), N_("Mark all"),
           N_("Mark every row of the filter, however many; once more takes the marks away."), VIEW,
           MARKED, 0, "quanbubiaoji qbbj quanxuan qx"),
    Action("mark_others", ("exclamation_mark",), N_("Invert marks"),
           N_("Mark what is not marked, and take away the marks there are."), VIEW, MARKED, 0,
           "fanxuan fx fanzhuan"),
    Action("carry_out", ("enter", "f12"), N_("Do it"), N_("Do what is shown; u undoes all of it."), WORK,
           ("bulk",), 1, "queding qd zhixing zx", writes=True),
    Action("with_plans", ("f4",), N_("Open plans"), N_("Let the open plans go along, or stay."), WORK,
           ("bulk",), 2, "jihua jh"),
    Action("mark", ("space",), N_("Tick"), N_("Tick or untick the row under the cursor."), WORK, ("tags",), 2,
           "gouxuan gx", writes=True),
    Action("down", ("j", "down"), N_("Down"), N_("Next row."), MOVE, ROWS, 0, "xiayihang"),
    Action("up", ("k", "up"), N_("Up"), N_("Previous row."), MOVE, ROWS, 0, "shangyihang"),
    Action("next_found", ("ctrl+n",), N_("Next customer"), N_("Go to the next customer found."),
           MOVE, ("find",), 0, "xiayige"),
    Action("previous_found", ("ctrl+k", "ctrl+p"), N_("Previous customer"),
           N_("Go to the customer found before this one."), MOVE, ("find",), 0, "shangyige"),
    Action("first", ("g", "ctrl+home", "home"), N_("First row"), N_("Jump to the first row."), MOVE, MOVES, 0,
           "shouhang"),
    Action("last", ("G", "ctrl+end", "end"), N_("Last row"), N_("Jump to the last row."), MOVE, MOVES, 0,
           "mohang"),
    Action("half_down", ("ctrl+d",), N_("Half page down"), N_("Half a page down."), MOVE, MOVES, 0, "banye"),
    Action("half_up", ("ctrl+u",), N_("Half page up"), N_("Half a page up."), MOVE, MOVES, 0, "banye"),
    Action("page_down", ("pagedown",), N_("Page down"), N_("A page down."), MOVE, ROWS, 0, "fanye"),
    Action("page_up", ("pageup",), N_("Page up"), N_("A page up."), MOVE, ROWS, 0, "fanye"),
    Action("next_panel", ("tab",), N_("Next panel"), N_("Next panel or field."), MOVE, PANELS, 0, "mianban"),
    Action("previous_panel", ("shift+tab",), N_("Previous panel"), N_("Previous panel or field."), MOVE, ALL),
    Action("go_today", ("1",), N_("Today"), N_("Whom to contact now, and why."), GO, (*ROOMS, "import"), 0,
           "jinri jr"),
    Action("go_customers", ("2",), N_("Customers"), N_("All your customers."), GO, (*ROOMS, "import"), 0,
           "kehu kh"),
    Action("go_duplicates", ("6",), N_("Duplicates"),
           N_("Files that look like the same customer: merge them, or tell them apart."), GO,
           (*ROOMS, "import"), 0, "quchong qc chongfu cf chachong cc"),
    Action("history", ("h",), N_("History"), N_("What was changed, by whom, and what it was before."), GO,
           RECORDS, 0, "lishi ls gengxinjilu"),
    Action("all_history", ("H",), N_("All changes"),
           N_("The latest changes of everybody, to look at or take back."),
           GO, ROOMS, 0, "quanbugengxin qbgx"),
    Action("import", ("i",), N_("Import"), N_("Import a sheet of customers."), GO,
           ("today", "customers", "welcome"), 0, "daoru dr", writes=True),
    Action("export", ("o",), N_("Export"), N_("Export this list to xlsx, csv or json."), GO,
           ("today", "customers"), 0, "daochu dc"),
    Action("search", ("slash", "f3", "fullwidth_solidus", "ideographic_comma"), N_("Search"),
           N_("Any customer by name, pinyin, initials, phone, number or tag, while you type."), VIEW,
           (*FILES, "history", "help", "tags", "duplicates"), 6, "sousuo ss chazhao cz"),
    Action("as_list", ("tab", "f4"), N_("As a list"), N_("Make a list of all that was found."), VIEW,
           ("find",), 2, "qingdan qd liebiao lb"),
    Action("add_found", ("f7",), N_("Add"), N_("Add a customer of the name that was typed."), WORK,
           ("find",), 3, "xinzeng xz", writes=True),
    Action("narrow", ("F", "shift+f3", "f15"), N_("Search here"),
           N_("Narrow the rows here while you type; Enter keeps, Esc restores."), VIEW, FILES, 0,
           "benye by sousuo ss guolv gl"),
    Action("next_match", ("n", "f4"), N_("Next match"), N_("Next match."), VIEW,
           ("today", "customers", "customer", "history"), 0, "xiayige"),
    Action("previous_match", ("N", "shift+f4", "f16"), N_("Previous match"), N_("Previous match."), VIEW,
           ("today", "customers", "customer", "history"), 0, "shangyige"),
    Action("filter", ("f",), N_("Filter"), N_("Filter the list by its fields, e.g. status:won last>30d."),
           VIEW, ("customers",), 7, "shaixuan sx guolv gl tiaojian tj"),
    Action("sort", ("s",), N_("Sort"), N_("Choose the order; the same once more turns it round."), VIEW,
           ("customers",), 0, "paixu px"),
    Action("columns", ("c",), N_("Columns"), N_("Choose, order and widen the columns."), VIEW,
           ("customers",), 0, "lie xianshilie xsl ziduan zd"),
    Action("views", ("w",), N_("Views"),
           N_("Saved views, your own and the team's; save what is shown as one."), VIEW, ("customers",), 0,
           "shitu st baocunshitu"),
    Action("jump", ("apostrophe", "ctrl+g"), N_("Jump"),
           N_("Jump to a letter, a customer number, a line or a percentage."), MOVE, ("customers",), 0,
           "tiaozhuan tz dingwei dw"),
    Action("turn", ("s",), N_("Turn round"), N_("The same order in the other direction."), VIEW,
           ("sorts",), 2, "fanxiang fx daoxu dx"),
    Action("apply", ("enter",), N_("Take"), N_("Take what is typed, or the choice gone to by the arrows."),
           VIEW, ("filter", "jump", "columns", "sorts", "views"), 1, "queding qd yingyong yy"),
    Action("clear_filter", ("f8",), N_("Clear"), N_("Show everything again."), VIEW, ("filter",), 3,
           "qingchu qc"),
    Action("show_column", ("space",), N_("Show or hide"), N_("Show the column, or leave it out."), VIEW,
           ("columns",), 2, "xianshi yincang"),
    Action("move_down", ("J", "shift+down"), N_("To the right"), N_("Move the column to the right."), VIEW,
           ("columns",), 3, "youyi yy"),
    Action("move_up", ("K", "shift+up"), N_("To the left"), N_("Move the column to the left."), VIEW,
           ("columns",), 4, "zuoyi zy"),
    Action("wider", ("plus", "right", "l", "equals_sign"), N_("Wider"), N_("Make the column wider."), VIEW,
           ("columns",), 5, "jiakuan jk"),
    Action("narrower", ("minus", "left", "h"), N_("Narrower"), N_("Make the column narrower."), VIEW,
           ("columns",), 6, "bianzhai bz"),
    Action("usual_columns", ("r",), N_("Usual"), N_("Go back to the usual columns and widths."), VIEW,
           ("columns",), 7, "huifu hf moren mr"),
    Action("save_view", ("a", "f7"), N_("Save as view"),
           N_("Save filter, order and columns of the list as a view."), WORK, ("views",), 2,
           "baocun bc", writes=True),
    Action("rename_view", ("e", "f2"), N_("Rename"), N_("Give the view another name."), WORK, ("views",), 3,
           "gaiming gm", writes=True),
    Action("remove_view", ("d", "f8", "delete"), N_("Remove"), N_("Remove the view; u brings it back."), WORK,
           ("views",), 4, "shanchu sc", True, writes=True),
    Action("copy", ("y",), N_("Copy"), N_("Copy the row or value; says what was copied."), VIEW,
           (*ROOMS, "drafts"), 0, "fuzhi fz"),
    Action("reload", ("f5",), N_("Reload"), N_("Read everything from the file again."), VIEW,
           (*ROOMS, "upkeep"), 0, "shuaxin sx"),
    Action("template", ("t",), N_("Blank sheet"), N_("Write the blank import sheet."), WORK,
           ("import", "welcome"), 3, "moban mb"),
    Action("next_field", ("enter", "down"), N_("Next field"), N_("Next field; on the last one, save."), MOVE,
           FORM, 2, "xiayixiang"),
    Action("previous_field", ("up",), N_("Previous field"), N_("Previous field."), MOVE, FORM),
    Action("save", ("f12",), N_("Save"), N_("Save what was typed or chosen."), WORK,
           (*FORM, "conflict", "tags"), 1, "baocun bc", writes=True),
    Action("take_mine", ("1", "m", "left"), N_("Mine"), N_("Take what you typed."), WORK, ("conflict",), 2,
           "wode wd"),
    Action("take_theirs", ("2", "t", "right"), N_("Theirs"), N_("Keep what the others wrote."), WORK,
           ("conflict",), 3, "duifang df"),
    Action("edit_value", ("e", "enter", "f2"), N_("Write anew"), N_("Write another value for the field."),
           WORK, ("conflict",), 4, "gaixie gx"),
    Action("all_mine", ("M",), N_("All mine"), N_("Take what you typed in every field."), WORK,
           ("conflict",), 0, "quanyongwode qywd"),
    Action("all_theirs", ("T",), N_("All theirs"), N_("Keep what the others wrote in every field."), WORK,
           ("conflict",), 0, "quanyongduifang qydf"),
    Action("read_whole", ("space", "v"), N_("Whole text"), N_("Show all texts of the field in a box."), VIEW,
           ("conflict",), 10, "quanwen qw"),
    Action("more_fields", ("f4",), N_("More fields"), N_("Show all fields of the form."), VIEW, FORM, 0,
           "gengduo gd"),
    Action("adopt", ("f6",), N_("Use the existing"),
           N_("Go on with the likely customer: what was typed fills its blank fields, the rest is kept."),
           WORK, FORM, 0, "yongyiyoude yyyd caiyong cy"),
    Action("not_alike", ("f8",), N_("Not the same"),
           N_("The likely customer is another one: leave it out, and remember that."), WORK, FORM, 0,
           "bushitongyijia bstyj", writes=True),
    Action("next_alike", ("ctrl+n",), N_("Next likely"), N_("Go to the next likely customer."), MOVE, FORM, 0,
           "xiayige xyg"),
    Action("fill_draft", ("f7",), N_("Fill in the draft"),
           N_("Put in what was typed in this form last time and not saved."), WORK, FORM, 3,
           "tianrucaogao trcg"),
    Action("drafts", ("D",), N_("Drafts"), N_("What was typed in forms and not saved."), GO,
           ROOMS, 0, "caogao cg"),
    Action("upkeep", ("M",), N_("Upkeep"), N_("Health of the file, backups and restoring, who is in."), GO,
           ROOMS, 0, "weihu wh beifen bf huifu hf tijian tj"),
    Action("backup_now", ("b",), N_("Back up"), N_("Make a backup now; it is verified before it counts."),
           WORK, ("upkeep",), 2, "beifen bf"),
    Action("mend", ("m",), N_("Mend"), N_("Mend what can safely be mended."), WORK, ("upkeep",), 3,
           "xiufu xf", writes=True),
    Action("drill", ("t",), N_("Drill"),
           N_("Practise the restore of a backup in a folder of its own; every table is compared."), WORK,
           ("upkeep",), 4, "yanlian yl"),
    Action("restore", ("r",), N_("Restore"), N_("Go back to a backup; the file of now is kept beside it."),
           WORK, ("upkeep",), 5, "huifu hf", True, writes=True),
    Action("discard_draft", ("d", "f8", "delete"), N_("Discard"), N_("Discard the draft under the cursor."),
           WORK, ("drafts",), 3, "diuqi dq shanchu sc", True),
    Action("all_fields", ("w",), N_("All fields"), N_("Show blank fields too, or only the filled ones."),
           VIEW, ("customer",), 0, "quanbu qb"),
    Action("confirm", ("f12",), N_("Continue"), N_("Go on to the next step; in the preview: import."), WORK,
           ("import",), 2, "jixu jx queren"),
    Action("verdicts", ("f", "f4"), N_("Filter"), N_("Show one kind of rows: new, update, skip and so on."),
           VIEW, ("import",), 5, "guolv gl"),
    Action("on_match", ("m",), N_("When matched"), N_("A row that matches: update, skip or add."), WORK,
           ("import",), 0, "pipei pp"),
    Action("on_suspect", ("s",), N_("Suspected duplicates"),
           N_("Suspected duplicates: keep out, merge or add; in the preview: decide on each or on a band."),
           WORK, ("import",), 6, "yisi ys"),
    Action("into_customer", ("m",), N_("Into the customer"), N_("Into the customer that the row resembles."),
           WORK, ("suspects",), 1, "hebing hb"),
    Action("add_row", ("a",), N_("Add as new"), N_("Add the row as a new customer."), WORK, ("suspects",), 2),
    Action("leave_row", ("x",), N_("Leave out"), N_("Leave the row out of the import."), WORK,
           ("suspects",), 3),
    Action("back", ("escape",), N_("Back"), N_("Close, clear the search, step back; never quits."), PROGRAM,
           ALL, 9, "fanhui fh"),
    Action("quit", ("q", "f10"), N_("Quit"), N_("Back one level; at the top, quit."), PROGRAM, ALL, 0,
           "tuichu tc"),
    Action("palette", ("colon", "ctrl+p", "f9", "fullwidth_colon"), N_("Commands"),
           N_("All commands by name, with their keys."), PROGRAM,
           (*ROOMS, "import", "welcome", "form", "help", "drafts", "upkeep", "conflict", "tags", "pick",
            "merge", "suspects"), 8,
           "mingling ml"),
    Action("help", ("question_mark", "f1", "fullwidth_question_mark"), N_("Help"),
           N_("The keys of this screen."), PROGRAM,
           (*ROOMS, "import", "welcome", "form", "find", "pick", "tags", "snooze", "obstacles",
            "undo_preview", "drafts", "conflict", "upkeep", "display", "columns", "sorts", "filter",
            "views", "jump", "bulk", "merge", "members", "suspects"), 99,
           "bangzhu bz"),
    Action("keep_display", ("enter",), N_("Keep"), N_("Keep what the cursor is on, for later starts too."),
           WORK, ("display",), 1, "baocun bc"),
    Action("display", ("9",), N_("Display"), N_("Colours and the width of signs, shown at once and kept."),
           PROGRAM, (*ROOMS, "import", "welcome", "upkeep", "drafts"), 0,
           "xianshi xs zhuti zt yanse ys shenqian theme colour color dark light"),
    Action("redraw", ("ctrl+l",), N_("Redraw"), N_("Draw the whole screen again, whatever spoiled it."),
           PROGRAM, ALL, 0, "chonghua ch"),
    Action("suspend", ("shift+f9", "f21"), N_("Shell"), N_("Back to the shell for a while; fg comes back."),
           PROGRAM, ALL, 0, "guaqi gq zanting zt suspend shell"),
    Action("copy_selection", ("ctrl+c",), N_("Copy selection"), N_("Copy the selected text."), PROGRAM),
)  # fmt: skip

_BY_ID = {action.id: action for action in ACTIONS}


def find(action_id: str) -> Action:
    """Return the action of that id; KeyError when there is none."""
    return _BY_ID[action_id]


def belonging_to(kind: str, actions: Iterable[Action] = ACTIONS) -> list[Action]:
    """Return the actions of a kind of screen in the registry's order."""
    return [action for action in actions if action.belongs_to(kind)]


def clashes(
    keys: Mapping[str, tuple[str, ...]] | None = None, actions: Iterable[Action] = ACTIONS
) -> list[tuple[str, str, str, str]]:
    """Return (kind of screen, key, id, id) wherever one key would mean two things on one screen.

    ``keys`` replaces the keys of the actions it names.
    """
    found = []
    actions = tuple(actions)
    for kind in SCREEN_TITLES:
        taken: dict[str, str] = {}
        for action in belonging_to(kind, actions):
            for key in (keys or {}).get(action.id, action.keys):
                if taken.setdefault(key, action.id) != action.id:
                    found.append((kind, key, taken[key], action.id))
    return found
