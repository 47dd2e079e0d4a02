"""Addresses without end, for hostile_site."""
import urllib.parse


class Traps:
    """Cases of traps; a mixin of hostile_site.Site. Between them stands an honest board, one page behind another."""
    HONEST_PAGES = 6

    def case_calendar(self, path, out):
        number = int("0" + "".join(filter(str.isdigit, path)))
        out.write(self.answer(self.page(f'<a href="/calendar?day={number + 1}">tomorrow</a>')))
        return True

    def case_again(self, path, out):
        out.write(self.answer(self.page(f'<a href="{path.rstrip("/")}/again/">deeper</a>')))
        return True

    def case_sessions(self, path, out):
        token = f"{len(self.log):032x}".replace("0", "a", 8)
        out.write(self.answer(self.page(f'<a href="/sessions?PHPSESSID={token}">x</a><a href="/sessions;jsessionid={token}">y</a>')))
        return True

    def case_maze(self, path, out):
        out.write(self.answer(self.page("".join(f'<a href="/maze/{len(self.log)}-{n}">x</a>' for n in range(50)))))
        return True

    def case_facets(self, path, out):
        """Twenty switches: 2^20 pages that show the same."""
        chosen = {int(name[1:]) for name in urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)}
        links = []
        for switch in range(20):
            facets = sorted(chosen ^ {switch})
            links.append(f'<a href="/facets?{"&amp;".join(f"f{n}=1" for n in facets)}">x</a>')
        out.write(self.answer(self.page("".join(links) + '<img src="/same/facets.gif">')))
        return True

    def case_honest(self, path, out):
        name = path.rpartition("/")[2]
        if name.endswith(".gif"):  # each another file: the same under many addresses is a trap of its own
            out.write(self.answer(self.PICTURE + path.encode(), "image/gif"))
            return True
        number = int(name) if name.isdigit() else 1
        link = f'<a href="/honest/{number + 1}">next</a>' if number < self.HONEST_PAGES else ""
        out.write(self.answer(self.page(f'{link}<img src="/honest/{number}.gif">')))
        return True
