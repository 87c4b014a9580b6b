"""A real site for tests of live rooms."""

from gridtide.testing.real_site import LOAD_KW as LOAD_KW
from gridtide.testing.real_site import a_case as a_case
from gridtide.testing.real_site import a_meter as a_meter
from gridtide.testing.real_site import eventually as eventually
from gridtide.testing.real_site import metered as metered
from gridtide.testing.real_site import serving as serving
