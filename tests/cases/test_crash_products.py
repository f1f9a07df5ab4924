"""Killed while the ledger is told to create products: each product is there once, its SKU is linked, its orders follow.

F01, F02 and F37 of reliability.md.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from recon.sandbox.peak import Fault
from tests.cases.crash_world import FIRST_EVENTS, FIRST_STEPS, World
from tests.cases.nursery import Nursery
from tests.cases.sweep import PROCESSES, Seen, go_through, kill, kill_everywhere, points

pytestmark = PROCESSES

SKU = "SH-1"
MARKS = Counter({f"sku:{SKU}": 1, "sku:A-SHIP": 1})
CREATE = (
    "match",
    "--all-channels",
    "BSV001",
    "--create",
    f"{SKU}=เสื้อยืด สีดำ M",
    "--create",
    "A-SHIP=ค่าขนส่ง",
    "--as",
    "Nok",
)
STEPS = {"create": CREATE, "plan": ("plan",), "approve": FIRST_STEPS["approve"], "upload": FIRST_STEPS["upload"]}


@pytest.fixture(scope="module")
def shop(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> tuple[World, dict[str, Seen]]:
    """Three orders of a SKU the ledger lacks, the state before each step, and what each step did."""
    world = World(tmp_path_factory.mktemp("products"), nursery, target="peak")
    world.make()
    with world.ledger():
        world.connect()
        world.run(*FIRST_STEPS["import"]).expect(0, 4)
    seen = go_through(world, STEPS)
    world.save("done")
    go_on(world)
    return world, seen


def marks(world: World) -> Counter[str]:
    """Return every mark of ours in the ledger's lists, counted."""
    assert world.server is not None
    return Counter(str(one["description"]) for one in world.server.products() if one.get("description"))


def go_on(world: World) -> None:
    """Finish the batch of products, then plan, approve and send what waited for them."""
    with world.ledger() as server:
        world.until_settled("B0001")
        assert marks(world) == MARKS, "each product exactly once"
        assert server is not None
        codes = {one["code"] for one in server.products() if one["description"] == f"sku:{SKU}"}
        rows = world.run("match", "--json").expect(0).facts()["products"]
        assert {(row["state"], row["product_code"]) for row in rows} == {("linked", *codes)}
        world.run("plan").expect(4)
        world.run("approve", "B0002", "--as", "Nok").expect(0)
        world.until_settled("B0002")
        assert world.truth() == FIRST_EVENTS
        assert marks(world) == MARKS
    world.check_restart()
    world.check_posted("B0001", "B0002")


def test_f01_creating_products_passes_the_points_of_documents(shop: tuple[World, dict[str, Seen]]) -> None:
    _, seen = shop
    visits = Counter(point for point, _ in points(seen["upload"]))
    for point in ("send-intent", "send", "send-result"):
        assert visits[f"{point}.before"] == visits[f"{point}.after"] == 2
    assert visits["products-linked.before"] == visits["products-linked.after"] == 1


@pytest.mark.parametrize(
    ("point", "visit"),
    [
        ("send-intent.after", 1), ("send.after", 1), ("products-linked.before", 1),
        *(pytest.param(*place, marks=pytest.mark.slow) for place in (
            ("send-intent.before", 1), ("send.before", 2), ("send-result.before", 2), ("send-result.after", 2),
            ("products-linked.after", 1),
        )),
    ],
)  # fmt: skip
def test_f02_f37_killed_around_the_creation_of_a_product(
    shop: tuple[World, dict[str, Seen]], point: str, visit: int
) -> None:
    world, _ = shop
    world.restore("upload")
    with world.ledger():
        kill(world, STEPS["upload"], point, visit)
        assert all(count == 1 for count in marks(world).values())
    go_on(world)


@pytest.mark.slow
@pytest.mark.parametrize("step", list(STEPS))
def test_f01_f37_killed_at_every_point_of_every_step(shop: tuple[World, dict[str, Seen]], step: str) -> None:
    world, seen = shop
    kill_everywhere(world, STEPS, step, seen[step], go_on)


def test_f01_the_link_follows_with_the_next_command_whichever_it_is(shop: tuple[World, dict[str, Seen]]) -> None:
    """The result is on the disk, the link is not: `plan` and `match` complete it like `upload`."""
    world, _ = shop
    for command in (("match", "--json"), ("plan", "--json")):
        world.restore("upload")
        with world.ledger():
            kill(world, STEPS["upload"], "products-linked.before")
            world.run(*command).expect(0, 4)
            rows = world.run("match", "--json").expect(0).facts()["products"]
            assert {row["state"] for row in rows} == {"linked"}
            history = world.run("match", "--why", SKU, "--json").expect(0).facts()["why"]["history"]
            assert [(entry["who"], entry["reason"]) for entry in history] == [("Nok", "created in B0001")]


@pytest.mark.parametrize("commit", [True, False])
@pytest.mark.parametrize("path", ["/products", pytest.param("/services", marks=pytest.mark.slow)])
def test_f01_f37_an_answer_that_never_comes_makes_no_second_product(
    shop: tuple[World, dict[str, Seen]], path: str, commit: bool
) -> None:
    """The ledger takes the product, or not, and hangs; it is looked up by its mark, and sent again only where it is not."""
    world, _ = shop
    world.restore("upload")
    with world.ledger(Fault(kind="hang", method="POST", path=path, commit=commit)):
        world.run(*STEPS["upload"]).expect(0, 4, 6)
        assert all(count == 1 for count in marks(world).values())
    go_on(world)


@pytest.mark.slow
def test_f37_a_first_product_without_an_answer_waits_for_a_person_because_nothing_vouches_for_the_list(
    nursery: Nursery, tmp_path: Path
) -> None:
    """Not there, and no product made lately is seen there: it is not sent again before somebody has looked."""
    world = World(tmp_path, nursery, target="peak")
    world.make()
    with world.ledger():
        world.connect()
        world.run(*FIRST_STEPS["import"]).expect(0, 4)
        world.run("match", "--all-channels", "BSV001", "--create", f"{SKU}=เสื้อยืด สีดำ M").expect(0, 4)
        world.run("plan").expect(4)
        world.run(*STEPS["approve"]).expect(0)
        kill(world, STEPS["upload"], "send.before")
        (row,) = world.run("upload", "B0001", "--json").expect(4).facts()["unknown"]
        assert row["state"] == "needs_person"
        assert row["settle"].startswith("recon settle sku:sh-1/product/1 --as ")
        assert marks(world) == Counter()
        words = ("--as", "Nok", "--to", "send-again", "--reason", "not in the list of products")
        world.run("settle", "sku:sh-1/product/1", *words).expect(0)
        world.until_settled("B0001")
        assert marks(world) == Counter({f"sku:{SKU}": 1})
        assert {each["state"] for each in world.run("match", "--json").expect(0).facts()["products"]} == {"linked"}
