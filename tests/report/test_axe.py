"""Pages in a browser: axe-core finds no violation on any of them."""

from __future__ import annotations

import html
import importlib.util
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import coprep
from coprep.simulate import world
from reference import SAMPLES

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
_AXE = importlib.util.find_spec("axe_playwright_python")
REQUIRED = os.environ.get("COPREP_REQUIRE_AXE") == "1"
MISSING = BROWSER is None or _AXE is None

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        MISSING and not REQUIRED, reason="axe: not run (needs Chromium and coprep[axe])"
    ),
    pytest.mark.filterwarnings("ignore::coprep.CoprepWarning"),
]


def _axe() -> str:
    assert _AXE is not None, "COPREP_REQUIRE_AXE is 1, and coprep[axe] is not installed"
    assert _AXE.origin is not None
    return Path(_AXE.origin).with_name("axe.min.js").read_text(encoding="utf-8")


def violations(page: str, folder: Path, *, dark: bool = False) -> list[str]:
    """What axe-core finds wrong with a page, an entry a rule and element."""
    assert BROWSER is not None, "COPREP_REQUIRE_AXE is 1, and there is no Chromium"
    # The page forbids scripts, which is what is wanted everywhere but here.
    opened = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    run = (
        "axe.run(document, {resultTypes: ['violations']}).then(found => {"
        "const out = document.createElement('pre'); out.id = 'axe-found';"
        "out.textContent = JSON.stringify(found.violations.map(v => [v.id, v.nodes.map(n => n.html)]));"
        "document.body.appendChild(out);});"
    )
    script = f"<script>{_axe()}</script><script>{run}</script></body>"
    file = folder / "page.html"
    file.write_text(opened.replace("</body>", script), encoding="utf-8")
    command = [
        BROWSER,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=30000",
    ]
    command += ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if dark else []
    told = subprocess.run(
        [*command, "--window-size=1200,2000", "--dump-dom", file.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    found = re.search(r'<pre id="axe-found">(.*?)</pre>', told, re.DOTALL)
    assert found is not None, "axe-core did not run"
    rules = json.loads(html.unescape(found[1]))
    return [f"{rule}: {element[:200]}" for rule, elements in rules for element in elements]


def test_a_fault_is_found(tmp_path):
    bad = "<!DOCTYPE html><html><head><title></title></head><body><img src='x'></body></html>"
    found = violations(bad, tmp_path)
    assert any(one.startswith("image-alt") for one in found)
    assert any(one.startswith("html-has-lang") for one in found)


@pytest.mark.parametrize(
    "sample", ["leeds-climate-jury-2019", "kingston-air-quality-2019", "ai-juries-2019"]
)
@pytest.mark.parametrize("protect", [False, True])
def test_the_page_of_a_sample(sample, protect, tmp_path):
    found = coprep.audit(coprep.read_process(SAMPLES / sample))
    page = (found.protect() if protect else found).to_html()
    assert violations(page, tmp_path) == []


@pytest.fixture(scope="module")
def programme():
    """The whole sample, with few draws: what the page holds and not what is found."""
    process = coprep.read_process(SAMPLES / "recovery-programme")
    return coprep.audit(process, draws=99, rng=1)


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_of_the_whole_programme(programme, dark, tmp_path):
    assert violations(programme.to_html(), tmp_path, dark=dark) == []


def test_a_page_with_everything_on_it(tmp_path):
    people = {
        "participant_id": list(range(40)),
        "role": ["public"] * 30 + ["leader"] * 10,
        "area": ["North", "South"] * 20,
    }
    process = coprep.Process(
        participants=people,
        ideas={"idea_id": ["a", "b"], "author_id": [1, 2], "status": ["delivered", "rejected"]},
        milestones={"name": ["Report"], "due": ["2026-01-01"], "done": ["2026-02-01"]},
        targets={"role": ["leader"], "seats": [12]},
        outcomes={"idea_id": ["a"], "measure": ["visits"], "before": [1], "after": [2]},
        attendance={"participant_id": list(range(20)), "stage": ["design"] * 20},
    )
    baseline = coprep.Baseline.from_shares({"area": {"North": 0.5, "South": 0.5}})
    once = coprep.audit(process, baseline)
    found = coprep.audit(process, baseline, earlier=once)
    assert violations(found.to_html(), tmp_path) == []


def test_the_page_of_every_kind_of_result(programme, tmp_path):
    simulated, _ = world(people=80, ideas=40, rng=1)
    asked = {
        part.kind: part for part in (*programme.parts, *coprep.audit(simulated, draws=99).parts)
    }
    juries = [coprep.audit(coprep.read_process(SAMPLES / "leeds-climate-jury-2019"))]
    asked["gallery"] = coprep.gallery(juries)
    assert len(asked) > 8
    wrong = {kind: violations(one.to_html(), tmp_path) for kind, one in asked.items()}
    assert {kind: found for kind, found in wrong.items() if found} == {}
