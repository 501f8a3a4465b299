"""The database: tables, migrations, the unit of work and its repositories. Knows the domain alone."""

from storage.light_sqlalchemy import prepare_import

prepare_import()  # before any module of the package asks for SQLAlchemy's asyncio
