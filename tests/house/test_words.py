"""Names and first lines explain themselves: the field's words, and what a module does."""

import ast
from pathlib import Path

import coprep

SRC = Path(coprep.__file__).parent
MODULES = sorted(SRC.rglob("*.py"))

# Words of a private language, of which nobody would guess what is in the module.
RIDDLES = {
    *("alternatives", "backing", "benefit", "cards", "certainty", "chance", "contrast", "counted"),
    *("decided", "desk", "door", "extras", "found", "furthest", "given", "held", "informative"),
    *("justice", "lift", "liking", "marks", "matched", "measured", "merges", "net", "opening"),
    *("pieces", "plants", "relabel", "sheet", "shuffles", "special", "strict", "talk", "telling"),
    *("veiling", "voices", "waits", "withholding"),
}


def test_modules_have_the_fields_words():
    parts = {path: path.relative_to(SRC).with_suffix("").parts for path in MODULES}
    assert not [path for path, names in parts.items() if {n.lstrip("_") for n in names} & RIDDLES]


def test_the_first_line_of_a_module_says_what_it_does():
    first = {path: first_line(path) for path in MODULES}
    assert not {path: line for path, line in first.items() if line.startswith(("Knows", "What "))}


def first_line(path):
    told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(told.partition("\n\n")[0].split())


def test_the_first_paragraph_is_sentences():
    lines = {path: first_line(path) for path in MODULES}
    assert not {path: line for path, line in lines.items() if not line.endswith((".", "?"))}
