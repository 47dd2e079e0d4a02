"""Nothing is left hanging in the databases: every row names rows that exist, after a crawl, a withdrawal and the removal of a site."""
import sqlite3
import unittest

import stage
from stage import eventually

# What stays of a withdrawn case: that it was there, under which consents, and the audit log.
STAYS = {"case", "consent", "audit", "audit_checkpoint"}

# Rows of the frontier whose column names a row that is not there; 0 names none.
NAMES = [("url_key", "id", "url", "id"), ("url", "host_id", "host", "id"), ("host", "site_id", "site", "id"),
         ("site_host", "site_id", "site", "id"), ("link", "target", "url", "id"), ("link", "page", "url", "id"),
         ("link", "item", "url", "id"), ("url", "parent", "url", "id"), ("url", "same_as", "url", "id"),
         ("url", "redirect_to", "url", "id"), ("url", "aside", "family", "id"), ("family", "host_id", "host", "id"),
         ("trail", "host_id", "host", "id"), ("tally", "host_id", "host", "id"), ("rate_tally", "host_id", "host", "id"),
         ("bound_tally", "host_id", "host", "id"), ("outside_host", "site_id", "site", "id"), ("way_in", "site_id", "site", "id")]
# Counts that are kept beside the rows, and the rows counted.
COUNTS = {
    "tally": ("SELECT host_id, kind, outcome, generation, urls FROM tally",
              "SELECT host_id, kind, outcome, CASE WHEN outcome = 0 THEN 0 ELSE generation END, count(*) FROM url GROUP BY 1, 2, 3, 4"),
    "namings": ("SELECT id, namings FROM site WHERE namings <> 0",
                "SELECT h.site_id, count(*) FROM link l JOIN url u ON u.id = l.target JOIN host h ON h.id = u.host_id GROUP BY 1"),
    "waiting": ("SELECT id, waiting FROM family WHERE waiting <> 0", "SELECT aside, count(*) FROM url WHERE aside <> 0 GROUP BY 1"),
}


class Orphans(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage(97)
        self.addCleanup(self.stage.close)
        self.stillwatch = self.stage.stillwatch

    def rows(self, database: str, query: str, *values) -> list[tuple]:
        """Of a database that no daemon has open."""
        with sqlite3.connect(self.stage.storage / database) as connection:
            rows = connection.execute(query, values).fetchall()
        connection.close()
        return rows

    def crawled(self):
        self.stillwatch.start()
        self.assertTrue(eventually(self.stillwatch.is_idle))

    def check_frontier(self):
        for table, column, other, key in NAMES:
            orphans = self.rows("frontier.db", f"SELECT * FROM {table} WHERE {column} <> 0 AND {column} NOT IN (SELECT {key} FROM {other})")
            self.assertEqual(orphans, [], f"{table}.{column}")
        self.assertEqual(self.rows("frontier.db", "SELECT id, target FROM url WHERE id NOT IN (SELECT id FROM url_key)"), [])
        self.assertEqual(self.rows("frontier.db", "SELECT hex(content) FROM verdict WHERE content NOT IN "
                                   "(SELECT content FROM url WHERE content IS NOT NULL)"), [])
        for name, (kept, counted) in COUNTS.items():
            self.assertEqual(sorted(self.rows("frontier.db", kept)), sorted(self.rows("frontier.db", counted)), name)
        self.assertEqual(self.rows("frontier.db", "PRAGMA foreign_key_check"), [])

    def columns(self) -> list[tuple[str, str]]:
        """(table, column) of the database of cases."""
        tables = [name for name, in self.rows("cases.db", "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        return [(table, column[1]) for table in tables for column in self.rows("cases.db", f'PRAGMA table_info("{table}")')]

    def test_after_a_withdrawal(self):
        kept = self.stillwatch.open_case(self.stage.references[:1])
        gone = self.stillwatch.open_case(self.stage.references[1:])
        self.crawled()
        found = [finding["id"] for finding in self.stillwatch.ask("findings", "list") if finding["case"] == gone]
        self.assertGreater(len(found), 0)
        self.stillwatch.plain("findings", "confirm", str(found[0]))
        self.stillwatch.plain("findings", "note", str(found[-1]), "--text", "looked at")
        self.stillwatch.stop()
        self.check_frontier()
        number = self.rows("cases.db", 'SELECT id FROM "case" WHERE pseudonym = ?', gone)[0][0]
        of_case = {"case_id": {number}}
        for column, table in (("finding_id", "finding"), ("reference", "reference")):
            of_case[column] = {row[0] for row in self.rows("cases.db", f"SELECT id FROM {table} WHERE case_id = ?", number)}
            self.assertGreater(len(of_case[column]), 0, column)
        named = [(table, column) for table, column in self.columns() if column in of_case and table not in STAYS]
        self.assertGreater(len(named), 5)

        self.stillwatch.start()
        self.stillwatch.plain("case", "withdraw", gone, "--yes")
        self.stillwatch.stop()
        self.assertEqual(self.rows("cases.db", "PRAGMA foreign_key_check"), [])
        for table, column in named:
            left = {row[0] for row in self.rows("cases.db", f'SELECT "{column}" FROM "{table}"')} & of_case[column]
            self.assertEqual(left, set(), f"{table}.{column}")
        self.check_frontier()

        # The crawl goes on where it was, for the case that is left.
        self.crawled()
        self.assertEqual({finding["case"] for finding in self.stillwatch.ask("findings", "list")}, {kept})
        self.stillwatch.stop()
        self.check_frontier()

    def test_after_a_site_left_the_watch_list_and_when_it_is_back(self):
        self.stillwatch.open_case(self.stage.references)
        self.crawled()
        findings = len(self.stillwatch.ask("findings", "list"))
        self.stillwatch.stop()
        watched = self.stillwatch.config.read_text()
        self.stillwatch.config.write_text(watched[:watched.index("[[site]]")])
        self.crawled()
        self.assertEqual(self.stillwatch.ask("site", "health"), [])
        before = len(self.stage.requests())
        self.stillwatch.stop()
        self.check_frontier()
        self.assertEqual(self.rows("frontier.db", "SELECT * FROM site_host"), [])
        self.assertEqual(len(self.stage.requests()), before)

        self.stillwatch.config.write_text(watched)
        self.crawled()
        self.assertEqual(len(self.stillwatch.ask("findings", "list")), findings)  # none of them told again
        self.stillwatch.stop()
        self.check_frontier()


if __name__ == "__main__":
    unittest.main()
