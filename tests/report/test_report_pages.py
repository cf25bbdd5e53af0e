"""The page: what it says first, and that anybody can read it, with any means, without a network."""

from __future__ import annotations

import base64
import re
from dataclasses import fields
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from coprep import report
from coprep.errors import InputError
from coprep.report import page
from coprep.results import Result
from coprep.table import Table

CSS = (Path(report.__file__).parent / "templates" / "page.css").read_text("utf-8")
VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """Tags, texts and nesting of a page; fails where tags do not close in order."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.declared = ""
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_decl(self, decl):
        self.declared = decl

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if data.strip():
            self.texts.append((tuple(self.open), data.strip()))

    def all(self, *names):
        return [attrs for tag, attrs in self.tags if tag in names]

    def said(self, tag):
        return [text for path, text in self.texts if tag in path]


@pytest.fixture(scope="session", params=["small", "middling", "long", "hostile"])
def any_page(request):
    return page([request.getfixturevalue(request.param)])


def levels(read):
    return [int(tag[1]) for tag, _ in read.tags if re.fullmatch(r"h[1-6]", tag)]


def test_headings_are_in_order_and_there_is_one_first(any_page):
    found = levels(Page(any_page))
    assert found[0] == 1
    assert found.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(found, found[1:], strict=False))


def test_the_document_says_what_it_is(any_page):
    read = Page(any_page)
    assert read.declared == "DOCTYPE html"
    assert read.all("html") == [{"lang": "en"}]
    assert {"charset": "utf-8"} in read.all("meta")
    assert read.said("title")[0] == read.said("h1")[0]
    assert len(read.all("main")) == 1
    assert read.all("a")[0] == {"class": "skip", "href": "#main"}


def test_tables_have_captions_and_scoped_headings(any_page):
    read = Page(any_page)
    tables = len(read.all("table"))
    assert tables
    assert len(read.all("caption")) == tables
    assert {attrs.get("scope") for attrs in read.all("th")} == {"row", "col"}
    rows = [i for i, (tag, _) in enumerate(read.tags) if tag == "tr"]
    for start in rows:
        cells = [tag for tag, _ in read.tags[start + 1 :]][:1]
        assert cells == ["th"] or read.tags[start + 1][1].get("colspan")


def test_pictures_tell_in_words_what_they_show(any_page):
    read = Page(any_page)
    pictures = read.all("img")
    assert pictures
    for picture in pictures:
        assert len(picture["alt"]) > 60
        assert "represented" in picture["alt"] or "in line" in picture["alt"]
        svg = base64.b64decode(picture["src"].removeprefix("data:image/svg+xml;base64,"))
        root = ET.fromstring(svg)
        assert root.tag.endswith("svg")
        assert not [e for e in root.iter() if e.tag.endswith(("script", "foreignObject"))]


def test_ids_are_unique_and_every_link_arrives(any_page):
    read = Page(any_page)
    ids = [attrs["id"] for _, attrs in read.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["href"].removeprefix("#") for attrs in read.all("a")} <= set(ids)
    for _, attrs in read.tags:
        assert set((attrs.get("aria-labelledby") or "").split()) <= set(ids)


def test_nothing_is_fetched_and_nothing_runs(any_page):
    read = Page(any_page)
    assert not read.all(
        "script", "link", "iframe", "object", "embed", "form", "base", "video", "audio"
    )
    for _, attrs in read.tags:
        assert not [name for name in attrs if name.startswith("on")]
        for name in ("src", "href", "action", "srcset", "data", "poster"):
            assert (attrs.get(name) or "#").startswith(("#", "data:image/svg+xml;base64,"))
    policy = next(
        a["content"] for a in read.all("meta") if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "url(" not in CSS
    assert "@import" not in CSS


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def rules():
    return re.findall(r"([^{}]+)\{([^{}]*)\}", re.sub(r"@media[^{]*\{", "", CSS))


def test_every_text_has_contrast():
    checked = 0
    for selector, body in rules():
        colours = dict(re.findall(r"(?<![-\w])(color|background):\s*(#[0-9a-f]{6})", body))
        if "color" in colours:
            assert "background" in colours, f"{selector} says a colour and not on what"
            assert contrast(colours["color"], colours["background"]) >= 4.5, selector
            checked += 1
    assert checked >= 8


def test_quiet_text_keeps_its_contrast_on_the_tinted_box():
    backgrounds = {
        b for _, body in rules() for b in re.findall(r"background:\s*(#[0-9a-f]{6})", body)
    }
    light = [b for b in backgrounds if luminance(b) > 0.5]
    assert len(light) >= 2
    for colour in ("#52606d", "#0b4f8a", "#1f2933"):
        assert all(contrast(colour, b) >= 4.5 for b in light)


def test_verdict_colours_have_contrast_on_white_and_on_the_band():
    from coprep.report.verdict_symbols import MARKS

    for mark in MARKS.values():
        assert contrast(mark.colour, "#ffffff") >= 4.5
        assert contrast(mark.colour, "#dfe9f3") >= 3


def test_verdicts_are_words_beside_symbols(middling):
    read = Page(page([middling]))
    assert any(text.startswith("Under-represented") for text in read.said("li"))
    symbols = [attrs for attrs in read.all("span") if attrs.get("aria-hidden") == "true"]
    assert len(symbols) >= 18


def test_a_sentence_that_says_its_verdict_is_not_told_it_twice(made):
    rows = [
        {**r, "reading": f"{r['group']} is Under-represented."}
        for r in made.some("sex", {"F": 39, "M": 1})
    ]
    kind = type("Saying", (made.Who,), {"kind": "tests.report.saying", "says_verdict": True})
    result = made.who(rows)
    own = {field.name: getattr(result, field.name) for field in fields(result)}
    said = Page(page([kind(**own)])).said("li")
    assert "M is Under-represented." in said
    assert "Under-represented." not in said and "Over-represented." not in said
    assert "Under-represented." in Page(page([result])).said("li")


def test_the_first_screen_is_for_two_minutes(middling):
    source = page([middling], title="Leeds", subtitle="2019")
    order = ["<h1>Leeds</h1>", "2019", "In short", "6 findings call for action.", "What stands out", "… and 3 more below.",
             "What could not be shown", "8 groups: too few people", "What to do next", "Invite people of",
             "Contents", "In detail", ">sex</h3>", "<figure>", "Table", "Notes", "How this was worked out",
             "Clopper &amp; Pearson 1934"]  # fmt: skip
    places = [source.index(text) for text in order]
    assert places == sorted(places)


def test_several_results_and_sections_have_a_place_each(small, middling):
    source = page([small], title="All", sections={"Equality": [small], "Diversity": [middling]})
    read = Page(source)
    found = levels(read)
    assert all(after <= before + 1 for before, after in zip(found, found[1:], strict=False))
    assert "14 findings call for action, in 3 of 3 questions asked." in source
    assert source.count('id="q1"') == source.count('id="q2"') == source.count('id="q3"') == 1
    assert ">Equality</h2>" in source
    assert page([small], headline="Nobody new came.").count("Nobody new came.") == 1


def test_all_clear_is_said_too(made):
    rows = [r for r in made.some("sex", {"Female": 501, "Male": 499}) if r["verdict"] == "in_line"]
    source = page([made.who(rows), made.who(rows)])
    assert "No finding calls for action in any of the 2 questions asked." in source
    assert "Nothing stands out beyond chance and large enough to matter." in source
    assert "Every group could be assessed." in source
    assert "The findings ask for nothing." in source


def test_hostile_labels_are_text(hostile):
    read = Page(
        page(
            [hostile],
            title="</title><script>alert(1)</script>",
            subtitle="<img src=x>",
            sections={"<b>": [hostile]},
        )
    )
    assert not read.all("script", "b")
    assert any("<script>alert('x')</script>" in text for text in read.said("li"))
    assert "\u202e" not in "".join(text for _, text in read.texts)
    "".join(text for _, text in read.texts).encode("utf-8")


def test_a_very_long_result_stays_light_and_says_what_is_cut(made):
    result = made.who(made.some("code", {f"c{i}": i % 13 for i in range(10_000)}))
    source = page([result])
    assert len(source) < 400_000
    assert "9,940 of 10,000 rows not shown; the CSV file has them all" in source
    assert " more)" in source


def test_very_many_attributes_are_cut_too(made):
    rows = [r for i in range(45) for r in made.some(f"a{i}", {"x": 30, "y": 10})]
    bare = Result(
        title="Many",
        rows=Table.from_records(rows, made.KINDS),
        findings=[made.finding_of(r) for r in rows],
    )
    source = page([bare])
    assert "… and 15 more attributes, not shown here; the CSV file has them all." in source
    assert "<img" not in source


def test_a_result_without_attributes_or_pictures_has_a_page(pictures):
    source = page([*pictures.values(), Result(title="Nothing")])
    read = Page(source)
    assert len(read.all("img")) == 4
    assert all(a["alt"] for a in read.all("img"))
    assert "not shown" in read.all("img")[0]["alt"]


def test_the_same_result_gives_the_same_page(middling):
    assert middling.to_html() == middling.to_html() == page([middling])


@pytest.mark.parametrize("results", [[], ["a"], [None]])
def test_a_page_needs_results(results):
    with pytest.raises(InputError):
        page(results)
