"""``python -m coprep.simulate FOLDER`` writes the sample process into a folder."""

from __future__ import annotations

import argparse

from coprep.simulate.programme import recovery_programme


def main(arguments: list[str] | None = None) -> None:
    """Write the synthetic recovery programme."""
    parser = argparse.ArgumentParser(prog="python -m coprep.simulate", description=main.__doc__)
    parser.add_argument("folder", help="where to write the tables")
    recovery_programme(parser.parse_args(arguments).folder)


if __name__ == "__main__":
    main()
