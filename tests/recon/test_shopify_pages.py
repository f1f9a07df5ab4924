"""Where a list of Shopify goes on: a page that does not say it is never read twice."""

from __future__ import annotations

import pytest

from recon.errors import SourceUnavailable
from recon.sources.shopify.pages import inside, next_page, nodes_of


def page(**info: object) -> dict[str, object]:
    return {"pageInfo": info, "nodes": [{"id": 1}, None]}


def test_a_list_ends_or_says_where_it_goes_on() -> None:
    assert next_page(page(hasNextPage=False, endCursor="b"), "a") is None
    assert next_page(page(hasNextPage=True, endCursor="b"), "a") == "b"
    assert next_page({}, None) is None


@pytest.mark.parametrize(("cursor", "before"), [(None, None), ("", "a"), ("a", "a")])
def test_a_page_that_would_be_read_again_ends_the_pull(cursor: str | None, before: str | None) -> None:
    with pytest.raises(SourceUnavailable, match="not where it goes on"):
        next_page(page(hasNextPage=True, endCursor=cursor), before)


def test_what_is_not_there_is_empty() -> None:
    assert inside({"order": None}, "order", "lineItems") == {}
    assert nodes_of(inside({"order": {"lineItems": page()}}, "order", "lineItems")) == [{"id": 1}]
