"""Nothing that is called changes the state of the program it is called from, or differs in threads."""

import csv
import warnings
from concurrent.futures import ThreadPoolExecutor

import matplotlib as mpl
import pytest

from coprep import Baseline
from coprep.host import long_fields, quiet
from coprep.representation import assess

LIVES = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})


@pytest.fixture
def result():
    return assess({"sex": {"Female": 12, "Male": 30}}, LIVES)


@pytest.mark.parametrize("name", ["Female", "日本", "עברית"])
def test_pages_made_in_threads_are_all_alike_and_leave_the_host_as_it_was(name):
    lives = Baseline.from_shares({"sex": {name: 0.51, "Male": 0.49}})
    result = assess({"sex": {name: 12, "Male": 30}}, lives)
    mpl.rcParams["font.size"] = 17
    mpl.rcParams["svg.fonttype"] = "path"
    settings = dict(mpl.rcParams)
    filters = list(warnings.filters)
    try:
        alone = result.to_html()
        with ThreadPoolExecutor(8) as threads:
            pages = list(threads.map(lambda _: result.to_html(), range(16)))
        assert set(pages) == {alone}
        assert dict(mpl.rcParams) == settings
        assert list(warnings.filters) == filters
    finally:
        mpl.rcdefaults()
        mpl.use("Agg")


def test_a_plot_beside_pages_keeps_the_hosts_style(result):
    from matplotlib.figure import Figure

    mpl.rcParams["font.size"] = 23

    axes = [Figure().add_subplot() for _ in range(24)]

    def drawn(ax):
        result.plot(ax)
        return ax.title.get_fontsize(), ax.get_legend().get_texts()[0].get_fontsize()

    try:
        alone = drawn(Figure().add_subplot())
        with ThreadPoolExecutor(6) as threads:
            pages = threads.map(lambda _: result.to_html(), range(8))
            sizes = list(threads.map(drawn, axes))
        assert len(set(pages)) == 1
        assert set(sizes) == {alone}
    finally:
        mpl.rcdefaults()
        mpl.use("Agg")


def test_a_filter_is_gone_when_the_last_thread_is_done():
    before = list(warnings.filters)
    with quiet("a certain warning"), warnings.catch_warnings():
        with quiet("a certain warning"):
            warnings.warn("a certain warning", stacklevel=1)
        warnings.warn("a certain warning", stacklevel=1)
    assert list(warnings.filters) == before
    with pytest.warns(UserWarning, match="a certain"):
        warnings.warn("a certain warning", stacklevel=1)


def test_a_filter_of_the_programs_own_stays():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="a certain warning", module="nowhere")
        own = warnings.filters[0]
        with quiet("a certain warning", module="nowhere"):
            pass
        assert own in warnings.filters


def test_the_limit_of_csv_is_put_back():
    before = csv.field_size_limit()
    with long_fields(), long_fields():
        assert csv.field_size_limit() > before
    assert csv.field_size_limit() == before
