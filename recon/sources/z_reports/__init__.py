"""Z reports in a table: typed in, or exported by a till that writes no SAF-T Cash Register file."""

from recon.sources.z_reports.source import ZReportTables

__all__ = ["ZReportTables"]
