"""Reading of other programs' tables, whatever they are: row by row, within bounded memory, hostile or not."""
