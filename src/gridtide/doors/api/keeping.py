"""A room that goes on over stores of its own, for as long as it leads."""

import logging
import threading
from collections.abc import Callable

from gridtide.loop.control import ControlRoom
from gridtide.loop.live import Runner
from gridtide.loop.mandate import Mandate
from gridtide.stores.sql.leading import LEASE_S
from gridtide.stores.sql.service import ServiceStores
from gridtide.trust.record import NotLeadingError, StoreFullError, StoreLostError

RENEWED_EVERY_S = LEASE_S / 5.0
log = logging.getLogger("gridtide.serve")


class Kept:
    """Renews the lead while the room goes on, and takes no more turns once another leads. seal: signs the end of the
    chain when it stops."""

    def __init__(self, runner: Runner, stores: ServiceStores, seal: Callable[[], None]) -> None:
        self._runner, self._stores, self._seal = runner, stores, seal
        self._ends = threading.Event()
        self._lost: NotLeadingError | None = None
        self._thread = threading.Thread(target=self._renew, name="lead", daemon=True)

    @property
    def room(self) -> ControlRoom:
        """The room."""
        return self._runner.room

    @property
    def mandate(self) -> Mandate:
        """What the loop looks after."""
        return self._runner.mandate

    @property
    def currency(self) -> str:
        """Of its costs."""
        return self._runner.currency

    @property
    def fault(self) -> BaseException | None:
        """What ended its loop, or that another leads; None while all is well."""
        return self._lost or self._runner.fault

    def start(self) -> None:
        """Begin; returns at once."""
        self._runner.start()
        self._thread.start()

    def stop(self) -> tuple[str, ...]:
        """Take no more turns, release nothing, let somebody else lead; what is still held, a sentence each."""
        held = self._runner.stop()
        self._ends.set()
        self._thread.join()
        try:
            self._seal()
        except (NotLeadingError, StoreFullError, StoreLostError) as fault:
            log.error("the end of the chain is not signed", extra={"why": str(fault)})
        self._stores.close()
        return held

    def _renew(self) -> None:
        """Renew at once, since opening took time, and from then on."""
        while self._renewed() and not self._ends.wait(RENEWED_EVERY_S):
            pass

    def _renewed(self) -> bool:
        """Whether no other leads, as far as the store says."""
        try:
            self._stores.lead.renew()
        except NotLeadingError as fault:
            self._lost = fault
            self._runner.room.close()
            log.error("another leads", extra={"why": str(fault)})
            return False
        except StoreLostError as fault:
            log.error("the store does not answer", extra={"why": str(fault)})
        return True
