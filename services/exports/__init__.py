"""A brief as files: PDF, workbook with live formulas, JSON and CSV; each says where every number stands."""
