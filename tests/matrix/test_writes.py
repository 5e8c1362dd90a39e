"""Writes of every role on customers of everybody: done as the rules say, or refused without a canary."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_tui.access import store_reach
from crm_tui.access.deed import why_not_merge
from crm_tui.errors import Conflict, NotPermitted
from crm_tui.session import Session
from tests.matrix.building import built
from tests.matrix.rules import VIEWERS
from tests.matrix.world import WHOLE, World
from tests.matrix.writes import TARGETS, TRIES, attempt, may

ASKED = VIEWERS if WHOLE else ("rep", "mgr", "svc", "entry", "custom", "lost", "left")


def _audited(session: Session) -> int:
    return session.database.connection.execute(
        "SELECT count(*) FROM audit WHERE kind = 'refused'"
    ).fetchone()[0]


def _sets(session: Session) -> int:
    sql = "SELECT count(*) FROM change_set WHERE action NOT LIKE 'audit%'"
    return session.database.connection.execute(sql).fetchone()[0]


def _foreseen(session: Session, world: World, key: str) -> bool | None:
    """Tell whether a preview says that a merge is not allowed, None for customers that are not seen."""
    pair = {world.ids[key], world.ids["far.twin"]}
    if store_reach.owners_of(session.reader, pair).keys() != pair:
        return None
    return bool(why_not_merge(session.reader, session.policy, pair))


def tried(world: World, viewer: str, session: Session) -> list[str]:
    """Try everything and return what did not go as the rules say."""
    wrong = []
    for key in TARGETS:
        for name, one in TRIES.items():
            noted, sets = _audited(session), _sets(session)
            foreseen = _foreseen(session, world, key) if name == "merge" else None
            error = attempt(session, world, key, one)
            if foreseen is not None and foreseen != isinstance(error, NotPermitted):
                wrong.append(f"{name} {key}: foreseen as {'refused' if foreseen else 'done'}, {error}")
            wanted = may(world, viewer, key, one)
            if (
                wanted is True
                and error is not None
                and not (name.startswith("stale") and isinstance(error, Conflict))
            ):
                wrong.append(f"{name} {key}: refused, {error}")
            if wanted is False and error is None:
                wrong.append(f"{name} {key}: was done")
            if error is not None:
                if leaks := world.forbidden(viewer, error):
                    wrong.append(
                        f"{name} {key}: {sorted({leak.what for leak in leaks})[:4]} in {type(error).__name__}"
                    )
                if _sets(session) != sets:
                    wrong.append(f"{name} {key}: something was written")
                unnoted = isinstance(error, NotPermitted) and _audited(session) == noted
                if unnoted and session.policy.active:
                    wrong.append(f"{name} {key}: the attempt was not noted")
                if isinstance(error, NotPermitted) and error.exit_code != 4:
                    wrong.append(f"{name} {key}: status {error.exit_code}")
            elif wanted is not False:
                session.undo()
    return wrong


@pytest.mark.requirement("S0-20")
@pytest.mark.requirement("S0-25")
@pytest.mark.parametrize("viewer", ASKED)
def test_writes_go_as_the_rules_say(viewer: str, tmp_path: Path) -> None:
    world = built("general")
    with world.open(viewer, tmp_path) as session:
        assert tried(world, viewer, session) == []


@pytest.mark.requirement("S2-11")
@pytest.mark.parametrize("viewer", ASKED if WHOLE else ("rep", "mgr_n"))
def test_so_do_they_where_everybody_reads_all(viewer: str, tmp_path: Path) -> None:
    world = built("files")
    with world.open(viewer, tmp_path) as session:
        assert tried(world, viewer, session) == []


@pytest.mark.requirement("S0-20")
def test_sets_of_others_are_taken_back_by_nobody_below(tmp_path: Path) -> None:
    world = built("general")
    with world.open("rep", tmp_path) as session:
        for set_id in range(2, world.sets + 1):
            actor = session.database.connection.execute(
                "SELECT actor, action FROM change_set WHERE id = :id", {"id": set_id}
            ).fetchone()
            if actor[0] == session.person.id or actor[1].startswith("audit."):
                continue
            with pytest.raises(Exception) as refused:
                session.undo(set_id)
            assert world.forbidden("rep", refused.value) == [], (set_id, actor)
