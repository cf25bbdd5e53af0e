"""``python -m coprep`` is the command line."""

import sys

from coprep.cli import main

sys.exit(main())
