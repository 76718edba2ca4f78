"""`python -m lineament_desktop [FILE] [--offscreen --out DIR]`"""

import sys

from lineament_desktop.app import main

if __name__ == "__main__":
    sys.exit(main(sys.argv))
