"""Batteries, UPS, chillers, services and queues of a cluster let go by themselves: one suite of promises for all."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from gridtide.devices.kubernetes.api import cluster_at_url
from gridtide.devices.kubernetes.device import Kubernetes, Terms
from gridtide.devices.kubernetes.sweeper import sweep
from gridtide.devices.modbus.battery import ModbusBattery, ModbusUps
from gridtide.devices.modbus.chiller import ModbusChiller
from gridtide.devices.modbus.cold_store import ModbusColdStore
from gridtide.devices.modbus.line import ModbusLine
from gridtide.devices.modbus.plant import ModbusPlant
from gridtide.fleet.thermal import Hall
from gridtide.fleet.ticket import Outcome, Ticket
from gridtide.loop.clock import DrivenClock
from gridtide.loop.hall_by_chiller import STEERED_FOR, HallByChiller
from gridtide.testing.devices_lease import DAWN, LeasePromises, Leasing
from gridtide.testing.emulated_kubernetes import EmulatedKubernetes
from gridtide.testing.modbus_plant import Plant, ServedPlant
from gridtide.wire.modbus.device_map import DeviceMap
from gridtide.wire.modbus.makes import BATTERY, CHILLER, COLD_STORE, PLANT, UPS

MINUTE = timedelta(minutes=1)
QUEUES, DEPLOYMENTS = "kueue.x-k8s.io/{kueue}/clusterqueues", "apps/v1/deployments"


class OverModbus(LeasePromises):
    """A plant behind a server in this process, so that its time can be driven."""

    where: DeviceMap

    @pytest.fixture(autouse=True)
    def _served(self) -> Iterator[None]:
        self.clock = DrivenClock(DAWN)
        self.plant = Plant(self.where, 0.0)
        self.server = ServedPlant(self.plant, lambda: (self.clock.now() - DAWN).total_seconds())
        self.line = ModbusLine(
            name=self.where.kind,
            where=self.where,
            clock=self.clock,
            host="127.0.0.1",
            port=self.server.port,
        )
        yield
        self.line.close()
        self.server.close()

    def leasing(self, device: Any, act: Callable[[Ticket, datetime], Outcome]) -> Leasing:
        """The device, and its lease as the plant itself has it."""
        return Leasing(
            device=device,
            clock=self.clock,
            subject=self.where.kind,
            act=act,
            holds=lambda: (self.clock.now() - DAWN).total_seconds() < self.plant.lease_end_s,
            lease=MINUTE,
        )


class TestBattery(OverModbus):
    """It gives 100 kW."""

    where = BATTERY

    def opened(self) -> Leasing:
        """At rest."""
        device = ModbusBattery(self.line, self.clock)
        return self.leasing(
            device, lambda ticket, until: device.exchange(ticket, 0.0, 100.0, until)
        )


class TestUps(OverModbus):
    """It gives what leaves its reserve untouched."""

    where = UPS

    def opened(self) -> Leasing:
        """At rest, 30 kWh above its reserve."""
        device = ModbusUps(self.line, self.clock, reserve_kwh=20.0)
        return self.leasing(
            device, lambda ticket, until: device.exchange(ticket, 0.0, 100.0, until)
        )


class TestChiller(OverModbus):
    """It supplies warmer air."""

    where = CHILLER

    def opened(self) -> Leasing:
        """Supplying as ever."""
        device = ModbusChiller(self.line, self.clock)
        return self.leasing(device, lambda ticket, until: device.cool_to(ticket, 22.0, until))


class TestHall(OverModbus):
    """Its chiller is led so that 20 kW more are carried out."""

    where = CHILLER

    def opened(self) -> Leasing:
        """Cooled as ever."""
        hall = Hall(air_kj_per_k=3620.0, mass_kj_per_k=60000.0, between_kw_per_k=60.0)
        chiller = ModbusChiller(self.line, self.clock)
        device = HallByChiller(name="chiller", hall=hall, chiller=chiller, now=self.clock.now)
        led = self.leasing(device, lambda ticket, until: device.cool_beyond(ticket, 20.0, until))
        return replace(led, lease=STEERED_FOR)


class TestColdStore(OverModbus):
    """It takes 100 kW of cold in."""

    where = COLD_STORE

    def opened(self) -> Leasing:
        """At rest."""
        device = ModbusColdStore(self.line, self.clock)
        return self.leasing(
            device, lambda ticket, until: device.store_cold(ticket, 100.0, 0.0, until)
        )


class TestPlant(OverModbus):
    """It makes less than by its own schedule."""

    where = PLANT

    def opened(self) -> Leasing:
        """By its own schedule."""
        device = ModbusPlant(self.line, self.clock, least_kw=100.0, ramp_kw_per_min=30.0)
        return self.leasing(device, lambda ticket, until: device.make_power(ticket, 150.0, until))


class InACluster(LeasePromises):
    """A cluster in which only the sweeper lives."""

    @pytest.fixture(autouse=True)
    def _cluster(self) -> Iterator[None]:
        self.clock = DrivenClock(DAWN)
        self.cluster = EmulatedKubernetes()
        self.api = cluster_at_url(self.cluster.url)
        terms = Terms(namespaces=("ai",), queues=("research",), lease_s=60.0)
        self.device = Kubernetes(self.api, self.clock, terms)
        self.swept()
        yield
        self.api.close()
        self.cluster.close()

    def swept(self) -> None:
        """One sweep."""
        sweep(
            self.api, ("ai",), self.clock.now(), own_namespace="gridtide", lasts_s=900, apply=True
        )


class TestService(InACluster):
    """Fewer replicas."""

    def opened(self) -> Leasing:
        """Twelve of them."""
        notes = {"gridtide.io/replicas-min": "2", "gridtide.io/replicas-max": "20"}
        meta = {"namespace": "ai", "name": "chat", "annotations": notes}
        self.cluster.put(DEPLOYMENTS, {"metadata": meta, "spec": {"replicas": 12}})
        subject = "deployments/ai/chat"
        return Leasing(
            device=self.device,
            clock=self.clock,
            subject=subject,
            act=lambda ticket, until: self.device.scale(ticket, subject, 4, until),
            holds=lambda: self.cluster.get(DEPLOYMENTS, "chat", "ai")["spec"]["replicas"] == 4,
            lease=MINUTE,
            beside=self.swept,
        )


class TestQueue(InACluster):
    """A queue that admits nothing."""

    def opened(self) -> Leasing:
        """Open."""
        self.cluster.put(QUEUES, {"metadata": {"name": "research"}, "spec": {}})
        subject = "clusterqueues/research"
        return Leasing(
            device=self.device,
            clock=self.clock,
            subject=subject,
            act=lambda ticket, until: self.device.close_queue(ticket, subject, until),
            holds=lambda: self.cluster.get(QUEUES, "research")["spec"].get("stopPolicy") == "Hold",
            lease=MINUTE,
            beside=self.swept,
        )
