"""A second opinion: Intuit's own schema, where a person has it.

The schema files are Intuit's and are not copied here. Where the environment variable RECON_QBXML_XSD names a folder with
`qbxmlops130.xsd` and the package `xmlschema` is installed, every sample is validated; else these tests are skipped. The
schema also accepts elements the Desktop edition refuses, so it says less than our tables.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from recon.targets.quickbooks.qbxml.tables import TABLES
from recon.targets.quickbooks.qbxml.write import message_set, request
from tests.recon.targets.quickbooks.qbxml_samples import variants

FOLDER = os.environ.get("RECON_QBXML_XSD", "")
"""Read when the tests are collected: the tests themselves run without any setting of this user."""

pytestmark = pytest.mark.skipif(not FOLDER, reason="RECON_QBXML_XSD names no folder with Intuit's schema files")


@pytest.fixture(scope="module")
def schema():
    xmlschema = pytest.importorskip("xmlschema")
    return xmlschema.XMLSchema(str(Path(FOLDER) / "qbxmlops130.xsd"))


@pytest.mark.parametrize("name", sorted(TABLES))
def test_intuits_schema_takes_every_sample(name, schema):
    for title, values in variants(TABLES[name]):
        text = message_set([request(name, values, request_id="1")], set_id="a")
        assert [str(error) for error in schema.iter_errors(text)] == [], title


def test_intuits_schema_refuses_another_order(schema):
    text = message_set([request("ClassAdd", {"Name": "A", "IsActive": True}, request_id="1")], set_id="a")
    name, active = "<Name>A</Name>", "<IsActive>true</IsActive>"
    assert list(schema.iter_errors(text.replace(name, "@").replace(active, name).replace("@", active)))
