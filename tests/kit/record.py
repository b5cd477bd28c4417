"""An empty record with all tables for each test: migrated once, then copied or emptied.

tests/records shows what the migrations themselves do.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from sqlalchemy import text

from router.records import schema
from router.records.database import Database
from router.records.upgrades import head_revision

_sqlite: list[bytes] = []


async def new_sqlite(path: Path) -> Database:
    """An empty record at `path`."""
    if not _sqlite:
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "empty.db"
            database = Database(f"sqlite:///{made}")
            await database.migrate()
            await database.close()  # the last one to close writes all of it into the one file
            _sqlite.append(made.read_bytes())
    path.write_bytes(_sqlite[0])
    return Database(f"sqlite:///{path}")


async def new_postgres(server: str) -> Database:
    """An empty record in this server's database: what was in it before is deleted.

    Rows are deleted rather than tables: a table is three files, and file operations are slow.
    """
    database = Database(server)
    if await database.revision() != head_revision():
        async with database.write() as connection:
            await connection.execute(text("DROP SCHEMA public CASCADE"))
            await connection.execute(text("CREATE SCHEMA public"))
        await database.migrate()
    async with database.write() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in schema.metadata.sorted_tables:
            await connection.execute(table.delete())
        await connection.execute(text("ALTER SEQUENCE incident_number RESTART WITH 20401"))
    return database
