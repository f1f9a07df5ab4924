"""Writers: audit workbook, mapping workbook, import files, journals. Nothing here decides anything."""
