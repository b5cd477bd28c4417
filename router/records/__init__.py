"""The durable record: tables, migrations, repositories. The only package that speaks SQL."""
