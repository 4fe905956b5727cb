"""Papers one can hand in: letters, memos, orders, dossiers, as DOCX and PDF. Fed by figures; knows no rows."""
