"""The wheel and the sdist hold what they should, and nothing more; the wheel installs and imports on its own."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

MUST_SDIST = (
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "pyproject.toml",
    "src/coprep/py.typed",
    "tests/conftest.py",
    "data/samples/leeds-climate-jury-2019/counts.csv",
)
NEVER = (
    ".pb",
    ".ipynb_checkpoints",
    "__pycache__",
    ".pyc",
    ".hypothesis",
    ".env",
    "proposals.csv",
    "participants-votes.csv",
)


def fail(why: str) -> None:
    sys.exit(f"package: {why}")


def main(folder: Path) -> None:
    wheel, sdist = next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))
    inside = zipfile.ZipFile(wheel).namelist()
    strangers = [n for n in inside if not n.startswith(("coprep/", "coprep-"))]
    if strangers:
        fail(f"the wheel holds {strangers[:3]}")
    for name in ("coprep/py.typed", "coprep/__init__.py"):
        if name not in inside:
            fail(f"the wheel lacks {name}")
    modules = {p.relative_to("src").as_posix() for p in Path("src/coprep").rglob("*.py")}
    missing = modules - set(inside)
    if missing:
        fail(f"the wheel lacks {sorted(missing)[:3]}")
    with tarfile.open(sdist) as archive:
        held = [n.partition("/")[2] for n in archive.getnames()]
    for name in MUST_SDIST:
        if name not in held:
            fail(f"the sdist lacks {name}")
    for name in (*inside, *held):
        if any(bad in name.rpartition("/")[2] for bad in NEVER):
            fail(f"{name} does not belong in a package")
    size = wheel.stat().st_size / 1024
    with tempfile.TemporaryDirectory() as home:
        venv.create(home, with_pip=True)
        python = Path(home) / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "-q", wheel.resolve()], check=True)
        program = "import coprep; print(coprep.__version__, len(coprep.metrics.__all__))"
        found = subprocess.run(
            [python, "-c", program], check=True, capture_output=True, text=True, cwd=home
        )
    print(
        f"package: wheel {size:,.0f} KiB, {len(inside)} files; sdist {len(held)} files; installs alone as {found.stdout.strip()}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
