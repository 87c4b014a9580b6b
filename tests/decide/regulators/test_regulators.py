"""Every regulator on the shelf keeps what the promise suite asks."""

from gridtide.decide.regulators.merit_order import MeritOrder
from gridtide.decide.regulators.store_first import StoreFirst
from gridtide.testing.regulators import RegulatorPromises


class TestMeritOrder(RegulatorPromises):
    """Store for what is fast, compute for what is slow."""

    regulator = MeritOrder()


class TestStoreFirst(RegulatorPromises):
    """The store alone, as long as it lasts."""

    regulator = StoreFirst()
