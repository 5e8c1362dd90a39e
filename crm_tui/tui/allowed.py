"""Whether the policy allows an action on what the cursor stands on: what keys, key bar and palette ask.

An action that is not allowed stays where it is and says why when it is pressed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from crm_tui.access import store_reach
from crm_tui.access.verbs import ALL, RECORD_VERBS
from crm_tui.session import Session
from crm_tui.tui.kinds import Action
from crm_tui.tui.work import Superseded

if TYPE_CHECKING:
    from crm_tui.access.policy import Policy
    from crm_tui.tui.frame import Frame
    from crm_tui.tui.screens.base import BaseScreen

# A new customer is nobody's yet, a sheet comes with owners of its own, and a list leaves as far as it may.
OF_NOBODY = ("create", "import", "export")
RESTED = 0.15  # seconds after which the key bar asks about the row that the cursor went to


class Allowed:
    """Answers from the session's policy; whose a customer is it asks the database once, and remembers."""

    def __init__(self, app: Frame) -> None:
        self._app = app
        self._known: dict[int, tuple[int | None, str]] = {}
        self._as_of: tuple[Any, ...] = ()
        self._asks = False

    @property
    def policy(self) -> Policy | None:
        """The policy of the session; None while there is no database."""
        session = self._app.session
        return session.policy if isinstance(session, Session) else None

    def forget(self) -> None:
        """Ask anew whose customers are: somebody wrote."""
        self._as_of = ()

    def why_not(self, action: Action, screen: BaseScreen) -> str:
        """Return why the policy does not allow an action on a screen now (translated), '' when it does.

        What is not known yet, whose the row under the cursor is, does not speak against it.
        """
        policy, verb = self.policy, screen.verb_of(action)
        if policy is None or not verb:
            return ""
        here = screen.customer_here() if self._depends(verb) else None
        owner, shared = self._held().get(here, (None, "")) if here is not None else (None, "")
        return policy.may(verb, owner, shared=shared).reason

    async def learn(self, screen: BaseScreen, action: Action | None = None) -> None:
        """Ask whose the customer under the cursor is, where an answer hangs on it, and those around it."""
        if action is not None and not self._depends(screen.verb_of(action)):
            return
        here = screen.customer_here()
        if here is None or here in self._held() or not self._is_narrow():
            return
        session = self._app.session
        assert isinstance(session, Session)
        wanted = {here, *screen.customers_in_sight()}.difference(self._known)
        as_of = self._as_of
        found = await self._app.work.run(_whose, session, wanted)
        if as_of == self._as_of:
            self._known |= found

    def rested(self, screen: BaseScreen) -> None:
        """The cursor went to another row: soon, the key bar dims what is not allowed there."""
        if self._asks or not self._is_narrow():
            return
        here = screen.customer_here()
        # Mostly nothing is different there, which takes no timer to find out.
        if here is not None and (here not in self._held() or not screen.keys.is_right):
            self._asks = True
            screen.set_timer(RESTED, lambda: self._look(screen))

    def _look(self, screen: BaseScreen) -> None:
        self._asks = False
        if screen.is_attached and screen.customer_here() is not None:
            screen.run_worker(self._draw(screen), group="allowed", exclusive=True, exit_on_error=False)

    async def _draw(self, screen: BaseScreen) -> None:
        try:
            await self.learn(screen)
        except Superseded:
            return
        screen.keys.update()

    def _depends(self, verb: str) -> bool:
        """Tell whether an answer depends on whose the customer is."""
        policy = self.policy
        return (
            policy is not None
            and verb in RECORD_VERBS
            and verb not in OF_NOBODY
            and policy.scope(verb) != ALL
        )

    def _is_narrow(self) -> bool:
        return any(self._depends(verb) for verb in RECORD_VERBS)

    def _held(self) -> dict[int, tuple[int | None, str]]:
        """Return what is known, nothing when something was written or granted since."""
        as_of = (self._app.writes, self.policy)
        if as_of != self._as_of:
            self._as_of = as_of
            self._known.clear()
        return self._known


def _whose(session: Session, customer_ids: Iterable[int]) -> dict[int, tuple[int | None, str]]:
    reader = session.reader
    return {
        each: (store_reach.owner_of(reader, each), store_reach.access_of(reader, each))
        for each in customer_ids
    }
