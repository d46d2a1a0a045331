"""`sys._is_gil_enabled()` says whether there is a GIL; before Python 3.13 there always is.

`sysconfig.get_config_var("Py_GIL_DISABLED")` says whether this is a free-threaded build, where `-X gil=1` and some
extension modules switch it on again.
"""

import sys
import sysconfig

has_gil = sys._is_gil_enabled() if sys.version_info >= (3, 13) else True
print("GIL:", has_gil, "free-threaded build:", bool(sysconfig.get_config_var("Py_GIL_DISABLED")))

# Prints:
# GIL: True free-threaded build: False

# Prints on a free-threaded build:
# GIL: False free-threaded build: True
