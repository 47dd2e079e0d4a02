"""One pass over a site that means harm: it ends, takes bounded memory, and harms nobody else."""
import pathlib
import re
import resource
import subprocess
import tempfile
import unittest

import hostile_site
import stage

import installation  # found through stage

# Limits that make silence short; everything else as users have it.
LIMITS = """
[fetch]
connect = "2s"
first_byte = "2s"
total = "6s"
low_speed_time = "2s"
"""
MOST_PAGES = 150


class HostileSite(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="sw-")
        cls.addClassCleanup(folder.cleanup)
        cls.port = installation.free_port("127.0.0.2")
        cls.site = hostile_site.Site(cls.port)
        cls.addClassCleanup(cls.site.close)
        stillwatch = installation.Installation(installation.Programs(stage.BUILD), pathlib.Path(folder.name) / "i")
        stillwatch.initialise()
        cls.configure(stillwatch.config)
        done = subprocess.run([stillwatch.programs.command, "--config", stillwatch.config, "--json", "crawl", "--once"],
                              capture_output=True, text=True, timeout=400)
        assert done.returncode == 0, done.stderr
        cls.most_resident_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss

    @classmethod
    def configure(cls, config: pathlib.Path) -> None:
        text = config.read_text()
        text = re.sub(r"(?m)^#?\s*allowed_private_networks = .*$", 'allowed_private_networks = ["127.0.0.0/8"]', text, count=1)
        text = re.sub(r"(?m)^#?\s*max_pages_per_site = .*$", f"max_pages_per_site = {MOST_PAGES}", text, count=1)
        text = re.sub(r"(?ms)^\[fetch\]$.*?^(?=\[)", LIMITS.strip() + "\n\n", text, count=1)
        for name, host, path in (("hostile", cls.site.HOSTILE, "/"), ("good", cls.site.GOOD, "/page/0"),
                                 ("throttled", cls.site.THROTTLED, "/"), ("dead", cls.site.DEAD, "/")):
            text += (f'[[site]]\nname = "{name}"\nseeds = ["http://{host}:{cls.port}{path}"]\nhosts = ["{host}:{cls.port}"]\n'
                     'delay = "0ms"\nconcurrency = 8\n')
        config.write_text(text)

    def test_no_host_outside_the_scope_is_asked(self):
        self.assertEqual(self.site.asked(self.site.CANARY), [])

    def test_nothing_with_a_side_effect_or_another_address_inside_is_asked(self):
        for path in self.site.asked(self.site.HOSTILE):
            self.assertNotRegex(path, r"^/(logout|report|vote|search|proxy)|delete|smuggled|never|passwd")

    def test_every_page_of_the_other_host_is_fetched(self):
        asked = self.site.asked(self.site.GOOD)
        for number in range(self.site.GOOD_PAGES + 1):
            self.assertEqual(asked.count(f"/page/{number}"), 1)
            self.assertEqual(asked.count(f"/picture/{number}.gif"), 1)

    def test_what_stands_in_hostile_pages_is_found(self):
        asked = self.site.asked(self.site.HOSTILE)
        for name in ("below-100000-tags", "after-100000-attributes", "after-5-megabytes", "in-utf-16", "of-a-sitemap",
                     "before-the-comment", "after-the-cookies", "deep.gif"):
            self.assertIn(f"/ok/{name}", set(asked) & {f"/ok/{name}"})

    def test_traps_end(self):
        asked = self.site.asked(self.site.HOSTILE)
        count = lambda start: sum(path.startswith(start) for path in asked)
        self.assertLessEqual(count("/chain"), 21)
        self.assertLessEqual(count("/loop"), 21)
        self.assertLessEqual(count("/sessions"), 2)
        self.assertLessEqual(count("/again"), 4)
        self.assertLessEqual(count("/css"), 2)
        self.assertLessEqual(count("/refresh"), 1)
        self.assertLessEqual(count("/calendar") + count("/maze"), MOST_PAGES)
        self.assertEqual(count("/same/css"), 1)
        self.assertEqual(len(asked), len(set(asked)) + count("/loop") - 1)

    def test_who_asks_for_patience_gets_it(self):
        self.assertEqual(len([path for path in self.site.asked(self.site.THROTTLED) if path != "/robots.txt"]), 1)

    def test_memory_is_bounded(self):
        self.assertLess(self.most_resident_kb, 400 << 10)


if __name__ == "__main__":
    unittest.main(verbosity=2)
