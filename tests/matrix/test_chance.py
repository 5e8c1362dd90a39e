"""Roles made by chance, for an administrator grants what nobody thought of: no read gives what they hide."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from crm_tui.access.verbs import RECORD_VERBS, WIDTH
from crm_tui.storage.change import Change
from tests.matrix import rules
from tests.matrix.asking import Ask
from tests.matrix.building import built
from tests.matrix.rules import ALL, GROUPS, OWN, TEAM, TEAMS, Cast
from tests.matrix.test_reads import answers
from tests.matrix.world import WHOLE

SEEDS = range(40) if WHOLE else (3,)
Grants = list[tuple[str, str, str]]


def chance_role(chance: random.Random) -> tuple[str, dict[str, str], Grants]:
    """Return how far a role reads rows and each group, and all that it is granted."""
    rows = chance.choice((OWN, TEAM, ALL))
    groups = {one: chance.choice(("none", OWN, TEAM, ALL)) for one in GROUPS if chance.random() < 0.7}
    granted = [("read", "", rows), *(("read", group, scope) for group, scope in groups.items())]
    granted += [(verb, "", chance.choice((OWN, TEAM, ALL))) for verb in RECORD_VERBS if verb != "read"]
    granted += [("edit", group, chance.choice((OWN, TEAM, ALL))) for group in GROUPS if chance.random() < 0.5]
    # Own ones are seen whole, and no field is seen of a row that is not.
    reach = {
        group: min((scope if scope != "none" else OWN, rows), key=WIDTH.__getitem__)
        for group, scope in groups.items()
    }
    return rows, reach, granted


@pytest.mark.requirement("S0-20", "S0-25")
@pytest.mark.parametrize("seed", SEEDS)
def test_no_read_gives_what_a_role_of_chance_hides(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    world = replace(built("general"), preset=f"chance {seed}")
    team = chance.choice((*TEAMS, ""))
    rows, reach, granted = chance_role(chance)
    monkeypatch.setitem(rules.PEOPLE, "custom", Cast("custom", "auditor", team))
    monkeypatch.setitem(rules.REACH, (world.preset, "auditor"), (rows, reach))
    monkeypatch.setattr(rules, "READS_AUDIT", ("sales_manager", "administrator"))

    def grant(change: Change) -> None:
        for row in change.rows("SELECT id FROM permission WHERE role = 'auditor'"):
            change.soft_delete("permission", row[0])
        for verb, group, scope in granted:
            values = {"role": "auditor", "verb": verb, "field_group": group, "scope": scope}
            change.insert("permission", values)
        person = change.one("SELECT id FROM person WHERE login = 'custom'")
        its_team = change.one("SELECT id FROM team WHERE name = :name", {"name": team})
        assert person is not None
        change.update("person", person[0], {"team_id": its_team[0] if its_team else None})

    with world.open("boss", tmp_path) as boss:
        boss.write(grant)
    with world.open("custom", tmp_path) as session:
        found = answers(Ask(world, "custom", session, tmp_path))
    assert {name: leaks[:4] for name, leaks in found.items()} == {}, (team, granted)
