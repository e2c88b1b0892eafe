"""Log lines for machines."""

from __future__ import annotations

import json
import logging
import sys

from glider_operator.app.logs import JsonFormatter


def test_a_record_is_one_json_object():
    try:
        raise ValueError("boom")
    except ValueError:
        record = logging.LogRecord("glider", logging.WARNING, __file__, 1, "no %s", ("luck",), sys.exc_info())
    line = JsonFormatter().format(record)
    document = json.loads(line)
    assert "\n" not in line
    assert (document["level"], document["message"], document["logger"]) == ("warning", "no luck", "glider")
    assert "ValueError: boom" in document["exception"]
