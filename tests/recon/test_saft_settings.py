"""What a reading of a till's file takes from the settings: company, end of the day, keys of signatures; nothing secret is written."""

from __future__ import annotations

import pytest

from recon.config_till import SIGNATURE_SECRET, Till
from recon.sources.base import DAY_ENDS_FIELD, SIGNATURES_FIELD, ReadOptions


def test_defaults_say_nothing() -> None:
    assert Till().reading_fields() == ()
    assert Till().secret_names() == ()


def test_what_is_set_is_said() -> None:
    by_key = Till(day_ends="06:00", signatures="public-key", signature_key="keys/till.pem")
    assert by_key.reading_fields() == ((DAY_ENDS_FIELD, "06:00"), (SIGNATURES_FIELD, "public-key"))
    assert Till(signatures="shared-key").secret_names() == (SIGNATURE_SECRET,)


@pytest.mark.parametrize("wrong", [{"signatures": "public-key"}, {"signature_key": "till.pem"}])
def test_key_and_file_belong_together(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="belong together"):
        Till.model_validate(wrong)


def test_the_secret_is_written_nowhere() -> None:
    options = ReadOptions("till", "kafe", "NOK", "Europe/Oslo", secret=lambda: "hidden")
    assert "secret" not in options.stored()
    assert "hidden" not in repr(options)
