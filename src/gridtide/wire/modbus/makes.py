"""The register maps of gridtide's own: for gateways that are free to choose, and for the devices that tests start."""

from gridtide.wire.modbus.device_map import DeviceMap
from gridtide.wire.modbus.registers import Register

LARGE_KW = 200_000.0
LARGE_KWH = 2_000_000.0
MARKER = 0x47544431
"""`GTD1` in ASCII."""

ALIVE = {
    "marker": Register(address=0, kind="uint32", low=MARKER, high=MARKER),
    "counter": Register(address=2, kind="uint16", low=0, high=65535),
    "power": Register(address=3, kind="float32", low=-LARGE_KW, high=LARGE_KW, unit="kW"),
}
LEASE = Register(address=22, kind="uint16", low=0, high=3600, unit="s", writable=True)
STORE = {
    **ALIVE,
    "soc": Register(address=5, kind="float32", low=0.0, high=LARGE_KWH, unit="kWh"),
    "setpoint": Register(
        address=20, kind="float32", low=-LARGE_KW, high=LARGE_KW, unit="kW", writable=True
    ),
    "lease": LEASE,
}
METER = DeviceMap(make="gridtide meter", kind="meter", registers=ALIVE)
BATTERY = DeviceMap(make="gridtide battery", kind="battery", registers=STORE, rest=0.0)
UPS = DeviceMap(
    make="gridtide UPS",
    kind="ups",
    registers={
        **STORE,
        "reserve": Register(address=7, kind="float32", low=0.0, high=LARGE_KWH, unit="kWh"),
    },
    rest=0.0,
)
CHILLER = DeviceMap(
    make="gridtide chiller",
    kind="chiller",
    registers={
        **ALIVE,
        "supply": Register(address=5, kind="float32", low=-10.0, high=60.0, unit="°C"),
        "air": Register(address=7, kind="float32", low=-10.0, high=60.0, unit="°C"),
        "setpoint": Register(
            address=20, kind="float32", low=15.0, high=27.0, unit="°C", writable=True
        ),
        "lease": LEASE,
    },
)
COLD_STORE = DeviceMap(
    make="gridtide store of cold",
    kind="cold-store",
    registers={
        **{name: one for name, one in STORE.items() if name != "power"},
        "heat": Register(address=3, kind="float32", low=-LARGE_KW, high=LARGE_KW, unit="kW"),
    },
    rest=0.0,
)
PLANT = DeviceMap(
    make="gridtide plant",
    kind="plant",
    registers={
        **ALIVE,
        "setpoint": Register(
            address=20, kind="float32", low=0.0, high=LARGE_KW, unit="kW", writable=True
        ),
        "lease": LEASE,
    },
)
