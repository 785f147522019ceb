"""Reports of the confirmed coding: page, workbook, tables. Numbers come from models, never from proposals."""
