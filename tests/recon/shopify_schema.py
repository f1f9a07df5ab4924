"""The part of Shopify's Admin schema our questions use, cut from the published one; `python -m tests.recon.shopify_schema FILE`.

The published schema is `dist/data/admin_2026-10.json.gz` of the npm package @shopify/dev-mcp (ISC licence, Shopify Inc.);
only names and types of what we ask for are kept, without descriptions.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import defaultdict
from pathlib import Path

from graphql import (
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_client_schema,
    get_named_type,
    is_enum_type,
    is_input_type,
    is_interface_type,
    is_leaf_type,
    is_scalar_type,
    is_specified_scalar_type,
    parse,
    visit,
)

from recon.sources.shopify.queries import all_texts

FIXTURE = Path(__file__).parents[2] / "fixtures" / "sources" / "shopify" / "admin-2026-10.graphql"
VARIABLE = "RECON_SHOPIFY_SCHEMA"
"""Names the published file, where it is at hand."""
HEAD = """# What recon asks of Shopify's Admin API 2026-10, with the types Shopify publishes for it (npm @shopify/dev-mcp 1.16.0,
# dist/data/admin_2026-10.json.gz, ISC licence, Shopify Inc.). Cut by tests/recon/shopify_schema.py; not written by hand.
"""


def published(path: Path) -> GraphQLSchema:
    """Read the published introspection file."""
    with gzip.open(path) as stream:
        return build_client_schema(json.load(stream)["data"], assume_valid=True)


def used(schema: GraphQLSchema) -> dict[str, dict[str, set[str]]]:
    """Return the fields our texts use by type, each with the arguments given to it."""
    fields: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    info = TypeInfo(schema)

    class Collect(Visitor):
        def enter_field(self, node, *_):
            parent = info.get_parent_type()
            if parent is not None and node.name.value != "__typename":
                fields[parent.name][node.name.value] |= {argument.name.value for argument in node.arguments or ()}

    for text in all_texts().values():
        visit(parse(text), TypeInfoVisitor(info, Collect()))
    return fields


def trimmed(schema: GraphQLSchema) -> str:
    """Return the part of the schema our texts use."""
    parts, leaves = [HEAD], set()
    asked = used(schema)
    for name in sorted(asked):
        kind, lines = schema.type_map[name], []
        parents = [each.name for each in getattr(kind, "interfaces", ()) if each.name in asked]
        wanted = dict(asked[name])
        for parent in parents:  # a type has the fields of what it implements
            wanted |= asked[parent]
        for field_name, arguments in sorted(wanted.items()):
            field = schema.type_map[name].fields[field_name]
            given = ", ".join(f"{each}: {field.args[each].type}" for each in sorted(arguments))
            lines.append(f"  {field_name}{f'({given})' if given else ''}: {field.type}")
            leaves |= {get_named_type(field.type), *(get_named_type(field.args[each].type) for each in arguments)}
        word = "interface" if is_interface_type(kind) else "type"
        implements = f" implements {' & '.join(parents)}" if parents else ""
        parts.append(f"{word} {name}{implements} {{\n" + "\n".join(lines) + "\n}\n")
    for leaf in sorted((each for each in leaves if is_leaf_type(each)), key=lambda each: each.name):
        if is_enum_type(leaf):
            parts.append(f"enum {leaf.name} {{\n" + "\n".join(f"  {value}" for value in sorted(leaf.values)) + "\n}\n")
        elif is_scalar_type(leaf) and not is_specified_scalar_type(leaf):
            parts.append(f"scalar {leaf.name}\n")
    assert all(is_leaf_type(leaf) or not is_input_type(leaf) for leaf in leaves)
    parts.append("schema {\n  query: QueryRoot\n  mutation: Mutation\n}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    FIXTURE.write_text(trimmed(published(Path(sys.argv[1]))), encoding="utf-8")
