"""Station: modules, racks, ports, power, data, crew rules, vehicles and partner shares, as data.

*In*: a TOML file such as ``stations/css.toml``, in which every table of figures names its source
or says that it is an estimate. *Out*: a :class:`Station`, read and cross-checked by ``station.read.read``;
its JSON Schema (``schema``) for editors; its figures as rows (``table``) for whoever shows them.

*Verified by* the cross-checks of ``read``, which refuse a rack on a module that is not there and
name file and line.
"""

from stationmaster.station.letters import Port, Rack, Site, Station, Vehicle

__all__ = ["Port", "Rack", "Site", "Station", "Vehicle"]
