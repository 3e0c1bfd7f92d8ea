"""Streams the table `orders` of a SQLite database, by the time of its rows' last update: orders.py [BOOKMARK_FILE]"""

import os
import sqlite3
from datetime import datetime
from decimal import Decimal

from stitchstream import Stitchstream, read_bookmark

PROPERTIES = {
    "id": {"type": "integer"},
    "total": {"type": "number"},
    "updated_at": {"type": "string", "format": "date-time"},
}

bookmark = read_bookmark({"orders": ""})
out = Stitchstream()
out.schema("orders", PROPERTIES, keys=["id"])

# The column `total` is text: SQLite's own numbers are floats. Several rows may share an instant, hence `>=`.
query = "SELECT id, total, updated_at FROM orders WHERE updated_at >= ? ORDER BY updated_at"
rows = sqlite3.connect(os.environ["ORDERS_DATABASE"]).execute(query, [bookmark["orders"]])
for count, (id, total, updated_at) in enumerate(rows, 1):
    record = {"id": id, "total": Decimal(total), "updated_at": datetime.fromisoformat(updated_at)}
    out.record("orders", record)
    bookmark = {"orders": updated_at}
    if count % 500 == 0:
        out.bookmark(bookmark)
out.bookmark(bookmark)
