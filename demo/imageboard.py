"""An image board as image board software writes it: index and catalog (pages and JSON), threads that end, thumbnails, spoilers,
films with a thumbnail, a banner. The markup is our own, in the shape of vichan's."""
import html
import json

THREADS = 7
FIRST = 4100           # number of the first post
ENDED = (4031, 4057)   # threads that the archive still links and nobody serves
TIME = 1_700_000_000


def leaves() -> list[str]:
    return [thread_of(number) for number in range(THREADS)]


def thread_of(number: int) -> str:
    return f"/b/res/{FIRST + 100 * number}.html"


def place(number: int, suffix: str, name: str, origin: dict[str, str], turn: int) -> dict:
    """Where a posted picture and its thumbnail lie. Every fifth is under a spoiler; every ninth stands before a film."""
    stem = f"{TIME + number}{number % 1000:03}"
    spoiler, film = turn % 5 == 4, turn % 9 == 8
    small = f"/b/thumb/{stem}s.jpg"
    if film:  # the picture is what is shown of the film
        return {"url": f"{origin['pages']}/b/thumb/{stem}.{suffix}", "file": f"pages/b/thumb/{stem}.{suffix}", "thumbnail": "",
                "thumbnail_file": "", "film": f"/b/src/{stem}.webm", "spoiler": False, "name": f"{name}.webm", "stem": stem}
    return {"url": f"{origin['pages']}/b/src/{stem}.{suffix}", "file": f"pages/b/src/{stem}.{suffix}",
            "thumbnail": "" if spoiler else origin["pages"] + small, "thumbnail_file": "" if spoiler else "pages" + small,
            "film": "", "spoiler": spoiler, "name": f"{name}.{suffix}", "stem": stem}


def local(address: str) -> str:
    return "/" + address.split("/", 3)[3]


def shown(placed: dict) -> str:
    name = html.escape(placed["name"])
    address = local(placed["url"])
    if placed["film"]:
        film = placed["film"]
        return (f'<div class="file"><p class="fileinfo">File: <a href="{film}">{film.rsplit("/", 1)[1]}</a> <span class="unimportant">'
                f'(1.2 MB, 640x480, {name})</span></p><a href="/player.php?v={film}&amp;t={name}&amp;loop=0" class="file" target="_blank">'
                f'<img class="post-image" src="{address}" style="width:255px;height:191px" alt=""></a></div>')
    small = "/static/spoiler.png" if placed["spoiler"] else local(placed["thumbnail"])
    return (f'<div class="file"><p class="fileinfo">File: <a href="{address}">{address.rsplit("/", 1)[1]}</a> <span class="unimportant">'
            f'({"Spoiler Image, " if placed["spoiler"] else ""}84.2 KB, 640x480, <a class="postfilename" download="{name}" href="{address}" '
            f'title="Save as original filename">{name}</a>)</span></p><a href="{address}" target="_blank"><img class="post-image" '
            f'src="{small}" style="width:255px;height:191px" alt=""></a></div>')


def page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html><head><meta charset="utf-8"><title>/b/ - {html.escape(title)}</title><link rel="stylesheet" media="screen" href="/css.php?css=public%3Anormalize.less">
<script type="text/javascript">var active_page = "thread", board_name = "b";</script></head>
<body class="8chan vichan is-not-moderator active-thread"><div class="boardlist">[ <a href="/b/">b</a> ] [ <a href="/">forum</a> ]</div>
<img class="board_image" src="/banners.php?board=b" alt=""><header><h1>/b/ - {html.escape(title)}</h1></header>
<form name="post" action="/post.php" method="post" enctype="multipart/form-data"><input type="hidden" name="board" value="b">
<textarea name="body"></textarea><input type="file" name="file"><input type="submit" name="post" value="New Reply"></form>{body}
<footer><p class="unimportant">All posts are the responsibility of the individual poster.</p></footer></body></html>"""


def post(number: int, thread: int, placed: dict, is_first: bool) -> str:
    kind = "op" if is_first else "reply"
    answer = "" if is_first else f'<a onclick="highlightReply(\'{thread}\', event);" href="/b/res/{thread}.html#{thread}">&gt;&gt;{thread}</a>'
    return (f'<div class="post {kind}" id="{kind}_{number}"><p class="intro"><a class="post_anchor" id="{number}"></a><label><span class="name">'
            f'Anonymous</span> <time datetime="2026-05-01T12:00:00Z">05/01/26 (Fri) 12:00:00</time></label>&nbsp;<a class="post_no" '
            f'href="/b/res/{thread}.html#q{number}">No.</a></p><div class="files">{shown(placed)}</div><div class="body">'
            f'<p class="body-line ltr">{answer} more like this</p></div></div>')


def film_post(number: int, thread: int, film: str) -> str:
    """A post with a film that the page itself plays."""
    return (f'<div class="post reply" id="reply_{number}"><div class="files"><div class="file"><p class="fileinfo">File: <a href="{film}">'
            f'{film.rsplit("/", 1)[1]}</a> <span class="unimportant">(0.9 MB, 480x270)</span></p><video class="post-image" controls loop '
            f'src="{film}" width="255"></video></div></div><div class="body"><p class="body-line ltr">&gt;&gt;{thread}</p></div></div>')


def files(on_page: dict[str, list[dict]], films: dict[str, str]) -> dict[str, str]:
    """The pages; `films`: of a thread the address of a film that is posted last there."""
    made: dict[str, str] = {}
    threads = []  # number, its first picture, how many posts
    openings = []
    for at, address in enumerate(leaves()):
        thread = FIRST + 100 * at
        placed = on_page.get(address, [])
        if not placed:
            continue
        posts = [post(thread + number, thread, one, number == 0) for number, one in enumerate(placed)]
        if address in films:
            posts.append(film_post(thread + len(posts), thread, films[address]))
        made[address] = page(f"thread {thread}", f'<div class="thread" id="thread_{thread}">{"<br>".join(posts)}</div>'
                             '<a href="/b/">[Return]</a> <a href="/b/catalog.html">[Catalog]</a>')
        threads.append((thread, placed[0], len(posts)))
        # The index shows the first post and the last three.
        last = posts[-3:] if len(posts) > 3 else []
        openings.append(f'<div class="thread" id="thread_{thread}">{posts[0]}<span class="omitted">{max(0, len(posts) - 4)} posts omitted. '
                        f'<a href="{address}">Click reply to view.</a></span>{"".join(last)}</div><hr>')
    each = 4
    pages = -(-len(openings) // each)
    names = ["/b/"] + [f"/b/{number}.html" for number in range(2, pages + 1)]
    numbers = "".join(f'[<a href="{name}">{number}</a>] ' for number, name in enumerate(names, 1))
    for number, name in enumerate(names):
        made[name] = page("Random", "".join(openings[number * each:(number + 1) * each]) + f'<div class="pages">{numbers}'
                          '<a href="/b/catalog.html">Catalog</a> <a href="/b/archive.html">Archive</a></div>')
    tiles = "".join(
        f'<div class="mix" data-reply="{posts}" data-id="{thread}" data-sticky="false"><div class="thread grid-li grid-size-small"><a '
        f'href="/b/res/{thread}.html"><img src="{local(first["thumbnail"]) if first["thumbnail"] else "/static/spoiler.png"}" id="img-{thread}" '
        f'data-subject="" data-name="Anonymous" class="{thread} thread-image"></a><div class="replies"><strong>R: {posts} / I: {posts}</strong>'
        f'</div></div></div>' for thread, first, posts in threads)
    made["/b/catalog.html"] = page("Catalog", f'<div class="threads"><div id="Grid">{tiles}</div></div>')
    ended = "".join(f'<tr><td><a href="/b/res/{thread}.html">{thread}</a></td></tr>' for thread in ENDED)
    made["/b/archive.html"] = page("Archive", f"<table>{ended}</table>")
    catalog = [{"page": 0, "threads": [{"no": thread, "com": "more like this", "replies": posts - 1, "images": posts - 1,
                                        "tim": first["stem"], "ext": "." + first["file"].rsplit(".", 1)[1]} for thread, first, posts in threads]}]
    made["/b/catalog.json"] = json.dumps(catalog)
    made["/b/threads.json"] = json.dumps([{"page": 0, "threads": [{"no": thread, "last_modified": TIME} for thread, _, _ in threads]}])
    return made
