"""Prints a stitchstream. Copy this file next to your streamer; it needs Python 3.9 or later, and nothing else."""

import json
import sys
from datetime import date, datetime, timezone
from decimal import Decimal


def read_bookmark(first):
    """Returns the bookmark in the file that the last argument names, or `first` if this is the first run."""
    if len(sys.argv) < 2:
        return first
    with open(sys.argv[-1], encoding="utf-8") as file:
        return json.load(file, parse_float=Decimal)


class Stitchstream:
    """Prints the header, and then one message per call."""

    def __init__(self, out=sys.stdout):
        self._out = out
        out.write("stitchstream/0.1\nContent-Type: jsonline\n--\n")

    def schema(self, stream, properties, keys):
        """Describes a stream, before its first record. Keys are top-level fields that are never null."""
        schema = {"type": "object", "properties": properties}
        self._print({"type": "SCHEMA", "stream": stream, "key_properties": list(keys), "schema": schema})

    def record(self, stream, record):
        self._print({"type": "RECORD", "stream": stream, "record": record})

    def bookmark(self, value):
        """Says that everything up to here was read. Call it after the records, every few hundred, and at the end."""
        self._print({"type": "BOOKMARK", "value": value})
        self._out.flush()

    def _print(self, message):
        self._out.write(encode(message) + "\n")


def encode(value):
    """Returns a value as JSON. A Decimal keeps every digit, which a float would not; instants are printed in UTC."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{encode(str(key))}:{encode(member)}" for key, member in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(encode, value)) + "]"
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"JSON has no number for {value}")
        return str(value)
    if isinstance(value, datetime):
        if not value.tzinfo:
            raise ValueError(f"{value} has no time zone")
        return encode(value.astimezone(timezone.utc).replace(tzinfo=None).isoformat() + "Z")
    if isinstance(value, date):
        return encode(value.isoformat())
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
