"""The sheets of report.xlsx, a module a kind; `reports.workbook` lists them."""
