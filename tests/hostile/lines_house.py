"""Of the calls of lines.py those about the house: people, teams, permissions and the audit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.hostile.lines import Place, line

Words = Sequence[str]


@line("user add")
def _user(text: str, at: Place) -> Iterator[Words]:
    yield "user", "add", f"{text}{at.number}", "--name", text, "--alias", text
    yield "user", "add", "x", "--role", text, "--team", text


@line("user list")
def _users(text: str, _at: Place) -> Iterator[Words]:
    yield "user", "list", text


@line("user edit")
def _user_edit(text: str, at: Place) -> Iterator[Words]:
    yield "user", "edit", f"{text}{at.number}", "--name", f"{text}!", "--email", text, "--alias", text
    yield "user", "edit", text


@line("user role")
def _user_role(text: str, at: Place) -> Iterator[Words]:
    yield "user", "role", text, "sales_rep"
    yield "user", "role", f"{text}{at.number}", text, "--dry-run"


@line("user team")
def _user_team(text: str, at: Place) -> Iterator[Words]:
    yield "user", "team", f"{text}{at.number}", text
    yield "user", "team", f"{text}{at.number}", f"{text}{at.number}", "--dry-run"


@line("user deactivate")
def _user_off(text: str, at: Place) -> Iterator[Words]:
    yield "user", "deactivate", f"{text}{at.number}"


@line("user activate")
def _user_on(text: str, at: Place) -> Iterator[Words]:
    yield "user", "activate", f"{text}{at.number}"


@line("user away")
def _away(text: str, at: Place) -> Iterator[Words]:
    yield "user", "away", text, "--by", text, "--from", text, "--until", text, "--note", text
    yield "user", "away", f"{text}{at.number}", "--by", "wang", "--until", "2099-01-01", "--note", text
    yield ("user", "away")


@line("team add")
def _team(text: str, at: Place) -> Iterator[Words]:
    yield "team", "add", f"{text}{at.number}", "--region", text
    yield "team", "add", "x", "--above", text, "--dry-run"


@line("team list")
def _teams(text: str, _at: Place) -> Iterator[Words]:
    yield "team", "list", text


@line("team edit")
def _team_edit(text: str, at: Place) -> Iterator[Words]:
    yield "team", "edit", f"{text}{at.number}", "--name", f"{text}+{at.number}", "--region", text
    yield "team", "edit", text, "--above", text


@line("team remove")
def _team_remove(text: str, at: Place) -> Iterator[Words]:
    yield "team", "remove", f"{text}+{at.number}", "--dry-run"


@line("policy list")
def _policy(text: str, _at: Place) -> Iterator[Words]:
    yield "policy", "list", text


@line("policy set")
def _policy_set(text: str, _at: Place) -> Iterator[Words]:
    yield "policy", "set", text, text, text
    yield "policy", "set", "sales_rep", text, "own", "--dry-run"


@line("policy preset")
def _policy_preset(text: str, _at: Place) -> Iterator[Words]:
    yield "policy", "preset", text


@line("policy explain")
def _policy_explain(text: str, at: Place) -> Iterator[Words]:
    yield "policy", "explain", text, text
    yield "policy", "explain", "wang", f"#{at.number}"


@line("policy roles")
def _roles(text: str, at: Place) -> Iterator[Words]:
    yield "policy", "roles", "--add", f"{text}{at.number}", "--like", "sales_rep"
    yield "policy", "roles", "--rename", f"{text}{at.number}", "--to", f"{text}~{at.number}", "--dry-run"
    yield "policy", "roles", "--remove", text


@line("audit")
def _audit(text: str, _at: Place) -> Iterator[Words]:
    yield "audit", "--person", text, "--kind", text, "--since", text


WHOLE: tuple[Words, ...] = (
    ("team", "list"),
    ("team", "list", "--json"),
    ("policy", "list"),
    ("policy", "list", "--json"),
    ("policy", "roles"),
    ("audit",),
    ("audit", "--json"),
)
