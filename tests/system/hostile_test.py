"""One pass over a site that means harm: it ends, takes bounded memory, and harms nobody else."""
import collections
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import tempfile
import threading
import time
import unittest

import hostile_hiding
import hostile_hosts
import hostile_pictures
import hostile_site
import stage

import installation  # found through stage

# Limits that make silence short, yet longer than what a busy machine takes for an honest answer; everything else as
# users have it.
LIMITS = """
[fetch]
connect = "10s"
first_byte = "6s"
total = "15s"
low_speed_time = "5s"
"""
MOST_PAGES = 200
MOST_COMPARED = 40 + len(hostile_hiding.WAYS)  # distinct pictures, and the same ones while the first is under way
MOST_IN_BETWEEN = 400  # requests of all hosts between two of the good one


class HostileSite(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="sw-")
        cls.addClassCleanup(folder.cleanup)
        cls.port = installation.free_port("127.0.0.2")
        cls.site = hostile_site.Site(cls.port)
        cls.addClassCleanup(cls.site.close)
        work = pathlib.Path(folder.name)
        cls.stillwatch = installation.Installation(installation.Programs(stage.BUILD), work / "i")
        cls.stillwatch.initialise()
        cls.configure(cls.stillwatch.config)
        reference = work / "reference.jpg"
        reference.write_bytes(hostile_pictures.photograph())
        references = [reference]
        for name, picture in cls.site.hider.references.items():
            references.append(work / f"{name}.jpg")
            references[-1].write_bytes(picture)
        cls.stillwatch.open_case(references)
        with subprocess.Popen([cls.stillwatch.programs.command, "--config", cls.stillwatch.config, "--json", "crawl", "--once"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as crawl:
            cls.site.hider.kill_workers = lambda: threading.Thread(target=cls.kill_workers, args=(crawl.pid,)).start()
            told, errors = crawl.communicate(timeout=400)
        assert crawl.returncode == 0, errors
        cls.most_resident_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        cls.summary = json.loads(told)
        cls.health = {row["site"]: row for row in cls.stillwatch.ask("site", "health")}

    @staticmethod
    def kill_workers(crawl: int) -> None:
        """As the kernel does where memory is short."""
        time.sleep(0.02)
        for task in pathlib.Path(f"/proc/{crawl}/task").iterdir():
            for worker in map(int, (task / "children").read_text().split()):
                os.kill(worker, signal.SIGKILL)

    @classmethod
    def configure(cls, config: pathlib.Path) -> None:
        text = config.read_text()
        text = re.sub(r"(?m)^#?\s*allowed_private_networks = .*$", 'allowed_private_networks = ["127.0.0.0/8"]', text, count=1)
        text = re.sub(r"(?m)^#?\s*max_pages_per_site = .*$", f"max_pages_per_site = {MOST_PAGES}", text, count=1)
        text = re.sub(r"(?ms)^\[fetch\]$.*?^(?=\[)", LIMITS.strip() + "\n\n", text, count=1)
        site = cls.site
        hosts = {"hostile": site.HOSTILE, "good": site.GOOD, "throttled": site.THROTTLED, "dead": site.DEAD,
                 "closing": site.CLOSING, "challenged": site.CHALLENGED, "walled": site.WALLED, "flooded": site.FLOODED,
                 "shop": site.SHOP, "hiding": site.HIDING,
                 **{f"robots-{name}": host for name, host in site.ROBOTS.items()}}
        for name, host in hosts.items():
            path = "/page/0" if name == "good" else "/"
            text += (f'[[site]]\nname = "{name}"\nseeds = ["http://{host}:{cls.port}{path}"]\nhosts = ["{host}:{cls.port}"]\n'
                     'delay = "0ms"\nconcurrency = 8\n')
            text += "max_pages = 100000\n" if name in ("flooded", "shop") else ""
        config.write_text(text)

    def test_no_host_outside_the_scope_is_asked(self):
        self.assertEqual(self.site.asked(self.site.CANARY), [])

    def test_nothing_with_a_side_effect_or_another_address_inside_is_asked(self):
        for path in self.site.asked(self.site.HOSTILE):
            self.assertNotRegex(path, r"^/(logout|report|vote|search|proxy)|delete|smuggled|never|passwd")

    def once_more_a_few_times(self, paths):
        """One picture under all addresses may stand in for others: a few are asked for once more, told otherwise who led there."""
        counts = collections.Counter(paths)
        self.assertLessEqual(max(counts.values()), 2)
        self.assertLessEqual(sum(count - 1 for count in counts.values()), 6 + len(counts) // 50)

    def test_every_page_of_the_other_host_is_fetched(self):
        asked = self.site.asked(self.site.GOOD)
        for number in range(self.site.GOOD_PAGES + 1):
            self.assertEqual(asked.count(f"/page/{number}"), 1)
            self.assertIn(f"/picture/{number}.gif", asked)
        self.once_more_a_few_times(path for path in asked if path.startswith("/picture/"))

    def test_the_other_host_is_not_held_back(self):
        order = [host for host, _ in self.site.log]
        turns = [place for place, host in enumerate(order) if host == self.site.GOOD]
        last_hostile = len(order) - 1 - order[::-1].index(self.site.HOSTILE)
        self.assertLess(turns[-1], last_hostile)
        self.assertLessEqual(max(later - earlier for earlier, later in zip(turns, turns[1:])), MOST_IN_BETWEEN)

    def test_what_stands_in_hostile_pages_is_found(self):
        asked = set(self.site.asked(self.site.HOSTILE))
        expected = ["below-100000-tags", "after-100000-attributes", "after-5-megabytes", "in-utf-16", "of-a-sitemap",
                    "before-the-comment", "after-the-cookies", "deep.gif", "of-a-cut-page", "beside-the-entities",
                    "of-a-whole-answer", *(f"after-race-{n}" for n in range(8))]
        self.assertEqual([name for name in expected if f"/ok/{name}" not in asked], [])

    def test_an_honest_board_between_traps_is_read_to_its_end(self):
        asked = self.site.asked(self.site.HOSTILE)
        for number in range(1, self.site.HONEST_PAGES + 1):
            self.assertIn(f"/honest/{number}.gif", asked)

    def test_pictures_among_bombs_are_compared(self):
        found = {url for url in self.found() if self.site.HIDING not in url}
        self.assertEqual(found, {f"http://{self.site.HOSTILE}:{self.port}/pictures/photograph.jpg"})
        for name in ("wide.png", "vast.png", "long.gif"):
            self.assertIn(f"/pictures/{name}", self.site.asked(self.site.HOSTILE))

    def found(self) -> set[str]:
        return {finding["image_url"] for finding in self.stillwatch.ask("findings", "list", "--grouped")}

    def test_nothing_that_a_site_says_of_its_pictures_hides_them(self):
        found = self.found()
        for name in hostile_hiding.WAYS:
            with self.subTest(name):
                self.assertIn(f"http://{self.site.HIDING}:{self.port}/{name}.jpg", found)

    def test_what_could_not_be_compared_is_counted(self):
        health = self.health["hostile"]
        self.assertGreater(health["undecodable"], 0)  # pictures far too large
        self.assertEqual(self.health["hiding"]["waiting"], 0)
        self.assertGreater(self.health["good"]["too_small"], 0)  # spacers
        self.assertEqual(self.health["good"]["undecodable"], 0)

    def test_the_same_bytes_under_many_addresses_are_sampled_and_compared_once(self):
        asked = [path for path in self.site.asked(self.site.FLOODED) if path.endswith(".jpg")]
        self.assertLessEqual(len(asked), hostile_hosts.Flood.MOST_PICTURES)
        self.assertGreater(self.health["flooded"]["set_aside"], 90_000)
        self.assertGreater(self.summary["bounds"]["pictures_set_aside"], 90_000)
        self.once_more_a_few_times(asked)
        self.assertLessEqual(self.summary["compared"], MOST_COMPARED)

    def test_facets_that_bring_nothing_are_sampled_and_say_so(self):
        asked = self.site.asked(self.site.SHOP)
        for start in ("/list", "/tag", "/calendar"):
            self.assertLessEqual(sum(path.startswith(start) for path in asked), hostile_hosts.Shop.MOST_OF_ONE_KIND, start)
        self.assertGreater(self.health["shop"]["set_aside"], 1_000)
        self.assertTrue(self.health["shop"]["idle_families"])

    def test_an_honest_thread_between_facets_is_read_to_its_end(self):
        asked = set(self.site.asked(self.site.SHOP))
        for number in range(1, hostile_hosts.Shop.THREAD + 1):
            self.assertIn(f"/pictures/{number}.gif", asked)

    def test_what_robots_forbid_is_no_error(self):
        rows = {row["site"]: row for row in self.summary["sites"]}
        self.assertEqual(rows["robots-endless"]["robots_refusals"], 1)
        self.assertEqual(rows["robots-endless"]["errors"], 0)
        self.assertEqual(self.health["robots-endless"]["disallowed"], 1)

    def test_robots_files_of_all_kinds_decide_as_the_standard_says(self):
        for name, host in self.site.ROBOTS.items():
            asked = {path for path in self.site.asked(host) if not path.startswith("/robots")}
            self.assertEqual(asked, hostile_hosts.ROBOTS[name].allows, name)

    def test_challenges_are_shown_and_never_solved(self):
        self.assertEqual(self.health["challenged"]["state"], "blocked")
        self.assertEqual(self.health["challenged"]["challenged"], [f"http://{self.site.CHALLENGED}:{self.port}"])
        self.assertEqual(self.site.asked(self.site.CHALLENGED), ["/robots.txt", "/"])

    def test_a_log_in_in_front_of_everything_is_shown(self):
        self.assertEqual(self.health["walled"]["state"], "walled")
        self.assertEqual(self.health["walled"]["wall"], "login")
        self.assertNotIn("/entered", self.site.asked(self.site.WALLED))

    def test_every_site_has_a_state_that_says_what_is_wrong(self):
        states = {name: row["state"] for name, row in self.health.items()}
        for name, expected in {"good": "fine", "throttled": "blocked", "dead": "unreachable", "closing": "unreachable",
                               "robots-silent": "unreachable", "robots-busy": "unreachable"}.items():
            self.assertEqual(states[name], expected, name)

    def test_who_closes_every_connection_is_left_alone(self):
        self.assertLessEqual(self.site.connections[self.site.CLOSING], 4)
        self.assertLessEqual(self.site.connections[self.site.DEAD], 4)

    def test_traps_end(self):
        asked = self.site.asked(self.site.HOSTILE)
        count = lambda start: sum(path.startswith(start) for path in asked)
        self.assertLessEqual(count("/chain"), 21)
        self.assertLessEqual(count("/loop"), 21)
        self.assertLessEqual(count("/sessions"), 2)
        self.assertLessEqual(count("/again"), 4)
        self.assertLessEqual(count("/css"), 2)
        self.assertLessEqual(count("/refresh"), 1)
        self.assertLessEqual(count("/maze"), MOST_PAGES // 2)
        self.assertLessEqual(count("/calendar") + count("/facets"), MOST_PAGES // 2)
        self.assertEqual(count("/same/css"), 1)
        self.once_more_a_few_times(path for path in asked if path.startswith("/same/"))
        twice = {path for path in asked if asked.count(path) > 1 and not path.startswith(("/loop", "/same/"))}
        # Once more for the evidence. A page in a picture's place may be asked for once more, told otherwise who led there.
        self.assertEqual(twice - {"/ok/deep.gif"}, {"/pictures"})

    def test_who_asks_for_patience_gets_it(self):
        self.assertEqual(len([path for path in self.site.asked(self.site.THROTTLED) if path != "/robots.txt"]), 1)

    def test_memory_is_bounded(self):
        self.assertLess(self.most_resident_kb, 400 << 10)


if __name__ == "__main__":
    unittest.main(verbosity=2)
