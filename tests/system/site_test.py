"""What operators ask and tell about sites: plan, stop, resume, health; and the progress of a pass on a terminal."""
import os
import pathlib
import pty
import subprocess
import sys
import tempfile
import time
import unittest

import stage

sys.path.insert(0, str(stage.ROOT / "bench"))
import crawl_bench  # noqa: E402
import crawl_site  # noqa: E402
import installation  # noqa: E402

crawl_bench.BUILD = stage.BUILD


class Sites(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="sw-")
        self.addCleanup(folder.cleanup)
        port = installation.free_port("127.0.0.2")
        self.host = f"127.0.0.2:{port}"
        self.site = crawl_site.Site([("127.0.0.2", port)], pages=400, pictures=2)
        self.addCleanup(self.site.close)
        self.crawl = crawl_bench.Crawl(pathlib.Path(folder.name), [("one", [self.host], "40ms", 2)])
        self.stillwatch = self.crawl.installation
        self.addCleanup(self.stillwatch.kill)

    def wait_for(self, condition, what: str) -> None:
        self.assertTrue(stage.eventually(condition), what)

    def asked(self) -> list[str]:
        return [path for _, path, _ in self.site.log]

    def test_a_plan_asks_for_robots_txt_and_nothing_else(self):
        plan = self.stillwatch.ask("site", "plan")[0]
        self.assertEqual(self.asked(), ["/robots.txt"])
        self.assertEqual(plan["first"][0]["url"], f"http://{self.host}/p/0")
        self.assertEqual(plan["first"][0]["verdict"], "fetched")
        self.assertEqual(plan["robots"][0]["http_status"], 404)
        self.assertEqual(plan["delay"], "40ms")
        self.stillwatch.ask("site", "plan", "--no-fetch")
        self.assertEqual(len(self.asked()), 1)
        unknown = subprocess.run([self.crawl.programs.command, "--config", self.crawl.config, "site", "plan", "none"],
                                 capture_output=True, text=True)
        self.assertEqual(unknown.returncode, 1)

    def test_a_stopped_host_gets_nothing_until_it_is_resumed_not_even_after_a_restart(self):
        self.stillwatch.start()
        self.wait_for(lambda: len(self.asked()) > 10, "the crawl did not begin")
        self.stillwatch.plain("site", "stop", self.host, "--reason", "they asked")
        told = time.monotonic()
        time.sleep(2.5)
        late = [path for _, path, arrived in self.site.log if arrived > told + 2]
        self.assertEqual(late, [])
        self.assertEqual(self.stillwatch.ask("site", "health")[0]["state"], "stopped")
        count = len(self.asked())
        self.stillwatch.kill()
        self.stillwatch.start()
        time.sleep(1)
        self.assertEqual(len(self.asked()), count)
        self.stillwatch.plain("site", "resume", self.host)
        self.wait_for(lambda: len(self.asked()) > count + 5, "the crawl did not go on")
        self.assertEqual(self.stillwatch.ask("site", "health")[0]["state"], "fine")
        actions = [line["action"] for line in self.stillwatch.ask("audit", "list")]
        self.assertIn("host.stopped", actions)
        self.assertIn("host.resumed", actions)

    def test_progress_is_drawn_on_a_terminal_and_nowhere_else(self):
        command = [self.crawl.programs.command, "--config", self.crawl.config, "--json", "crawl", "--once", "--no-match"]
        terminal, screen = pty.openpty()
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=screen, env={**os.environ, "TERM": "xterm"})
        drawn = b""
        while b"errors" not in drawn:
            drawn += os.read(terminal, 4096)
        running.kill()
        running.wait()
        self.assertIn(b"one              [", drawn)
        quiet = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, "TERM": "xterm"})
        time.sleep(2)
        quiet.kill()
        self.assertEqual(quiet.communicate()[1], b"")


if __name__ == "__main__":
    unittest.main(verbosity=2)
