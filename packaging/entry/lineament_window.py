"""First lines of the frozen window: a process that was started to work is sent to its work first."""

import multiprocessing
import os
import sys

from platformdirs import user_cache_path

if __name__ == "__main__":
    # PyInstaller gives matplotlib a new folder every time, and its list of fonts would be made anew at every start.
    os.environ["MPLCONFIGDIR"] = str(user_cache_path("lineament", appauthor=False) / "matplotlib")
    multiprocessing.freeze_support()
    from lineament_desktop.app import main

    sys.exit(main(sys.argv))
