"""What the README says that its code prints is what it prints."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"```(python|text)\n(.*?)```", re.DOTALL)


def test_every_output_in_the_readme_is_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    blocks = _BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    kinds = [kind for kind, _ in blocks]
    assert kinds == ["python", "text"] * 3
    names: dict[str, object] = {}
    for (_, code), (_, text) in zip(blocks[::2], blocks[1::2], strict=True):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, names)
        assert printed.getvalue() == text


def test_every_picture_and_page_the_readme_names_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)\)", text)
    assert targets
    assert not [target for target in targets if not (ROOT / target).exists()]


def test_every_picture_of_the_readme_has_words() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    words = re.findall(r"!\[([^\]]*)\]", text)
    assert len(words) == 3
    assert all(len(said) > 60 for said in words)
