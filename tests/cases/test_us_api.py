"""October of an American shop by Shopify's API: what happens to orders after they were placed, from kept answers to the books."""

from __future__ import annotations

import pytest

from tests.cases.api_orders import CASE, FILES, answers_of


@pytest.mark.parametrize("name", FILES)
def test_the_answers_of_the_story_are_those_of_its_orders(name: str) -> None:
    assert (CASE / "in" / name).read_bytes() == answers_of(FILES[name])
