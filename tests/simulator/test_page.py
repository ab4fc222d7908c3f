"""docs/patient.md names what the program has: every figure, every intervention, every column, and pictures that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench import page
from monitor.infusion import Does
from monitor.simulator import published, series
from monitor.simulator.ketamine import SETS
from monitor.simulator.population import populations
from monitor.simulator.remedies import CLASSES
from tests.simulator.test_cohort import INTERVENTIONS

TEXT = page.PAGE.read_text(encoding="utf-8")


def table(name: str) -> str:
    found = re.search(rf"<!-- table: {name} -->(.*?)<!-- end -->", TEXT, re.DOTALL)
    assert found is not None, f"docs/patient.md has no table {name}"
    return found[1]


@pytest.mark.parametrize("figure", published.PUBLISHED, ids=lambda f: f"{f.population} {f.statistic}")
def test_every_published_figure_stands_on_the_page_with_its_band(figure: published.Published) -> None:
    row = next(
        x for x in table("published" if figure.population == "default" else figure.population).splitlines() if f"`{figure.statistic}`" in x
    )
    assert f"| {figure.paper:g} (" in row and figure.source in row and page.STATISTICS[figure.statistic] in row


def test_nothing_on_the_page_lies_outside_its_band() -> None:
    assert "outside" not in table("published") + table("asked-for")


def test_every_intervention_stands_on_the_page_with_its_basis() -> None:
    assert page.BASIS.keys() >= INTERVENTIONS.keys()
    for name, basis in page.BASIS.items():
        assert f"| {name} |" in table("interventions") and basis in table("interventions"), name


def test_every_class_of_drug_has_an_intervention() -> None:
    given = {act.detail for _, act, _, _ in INTERVENTIONS.values() if act.does is Does.DRUG}
    assert given | {"benzodiazepine_antagonist"} == set(CLASSES)


def test_every_column_set_and_population_stands_on_the_page() -> None:
    assert page.COLUMNS.keys() == set(series.COLUMNS)
    assert [x.split("`")[1] for x in table("columns").splitlines() if "`" in x] == list(series.COLUMNS)
    assert [x.split("`")[1] for x in table("sets").splitlines() if "`" in x] == list(SETS)
    assert all(name in TEXT for name in populations())


def test_what_costs_nothing_to_reckon_is_what_stands_there() -> None:
    for name, lines in {"sets": page.sets_table(), "columns": page.columns_table(), "caption": page.caption()}.items():
        assert table(name).strip().splitlines() == lines, f"{name}: run make patient-page"


def test_every_picture_is_there_and_none_is_left_over() -> None:
    shown = set(re.findall(r"!\[[^\]]+\]\(([^)]+)\)", TEXT))
    assert shown == {f"patient/{p.name}" for p in Path(page.PLOTS).glob("*.png")} and len(shown) == 6


def test_a_page_without_a_place_for_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="table: sets"):
        page.put("nothing here", {"sets": ["| a |"]})
    assert page.put("a\n<!-- table: t -->\nold\n<!-- end -->\nb", {"t": ["new"]}) == "a\n<!-- table: t -->\n\nnew\n\n<!-- end -->\nb"
