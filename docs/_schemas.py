"""Write the JSON Schema of every kind of result into the pages: a file a kind."""

from __future__ import annotations

import json
from pathlib import Path

from coprep.schemas import schemas


def write_schemas(home: Path) -> None:
    """Write the schemas into a folder."""
    home.mkdir(parents=True, exist_ok=True)
    for kind, schema in schemas().items():
        text = json.dumps(schema, indent=1, ensure_ascii=False)
        (home / f"{kind}.json").write_text(text + "\n", encoding="utf-8")
