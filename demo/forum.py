"""A forum as forum software writes it: boards, threads with pages, attachments with thumbnails, quotes, avatars, signatures,
members, a part that only members see. The markup is our own, in the shape of XenForo's and, for some attachments, phpBB's."""
import hashlib
import html

TITLES = ("Holidays by the sea", "Pictures of the week", "Show your garden", "Old cameras, new films", "From the mountains",
          "City at night", "What did you eat today")
MEMBERS = ("anemone", "brightside", "cobalt", "driftwood", "elmstreet", "fernweh", "gravel", "harbour")
PAGES_OF_A_THREAD = 2


def leaves() -> list[str]:
    """The pages of threads, on which pictures are posted."""
    return [page_of(thread, page) for thread in range(1, len(TITLES) + 1) for page in range(1, PAGES_OF_A_THREAD + 1)]


def slug(title: str) -> str:
    return "-".join("".join(c for c in title.lower() if c.isalnum() or c == " ").split())


def thread_of(thread: int) -> str:
    return f"/threads/{slug(TITLES[thread - 1])}.{thread}/"


def page_of(thread: int, page: int) -> str:
    return thread_of(thread) + ("" if page == 1 else f"page-{page}")


def member(number: int) -> str:
    return f"/members/{MEMBERS[number % len(MEMBERS)]}.{number % len(MEMBERS) + 1}/"


# How a post shows a picture: where the file lies, whether it has a thumbnail, and the markup. {f}: the address of the file,
# {t}: of the thumbnail, {n}: its number, {name}: what it is called.
SHOWN = [
    ("attachment", True, '<section class="message-attachments"><h4 class="block-textHeader">Attachments</h4><ul class="attachmentList">'
     '<li class="file file--linked"><a class="file-preview js-lbImage" href="{f}" target="_blank"><img src="{t}" alt="{name}" '
     'width="240" loading="lazy"></a><div class="file-content"><div class="file-info"><span class="file-name" title="{name}">{name}'
     '</span><div class="file-meta">84 KB &middot; Views: 12</div></div></div></li></ul></section>'),
    ("attachment", False, '<div class="bbImageWrapper js-lbImage" title="{name}" data-src="{f}" data-lb-sidebar-href="" '
     'data-lb-caption-extra-html="" data-single-image="1"><img src="{f}" data-url="" class="bbImage" data-zoom-target="1" '
     'style="" alt="{name}" title="{name}" width="640" loading="lazy"></div>'),
    ("hosted", False, '<div class="bbImageWrapper js-lbImage" data-src="{f}"><img src="{f}" data-url="{f}" '
     'class="bbImage" data-zoom-target="1" alt="" loading="lazy"></div>'),
    ("attachment", True, '<a href="{f}" target="_blank" class="js-lbImage"><img src="{t}" class="bbImage" style="" '
     'alt="{name}" title="{name}" width="240" height="180" loading="lazy"></a>'),
    ("download", True, '<dl class="attachbox"><dt>Attachments</dt><dd><dl class="thumbnail"><dt><a href="{f}"><img '
     'src="{t}" class="postimage" alt="{name}" title="{name} (84.2 KiB) Viewed 12 times"></a></dt><dd>{name}</dd></dl></dd></dl>'),
    ("hosted", False, '<img src="data:image/svg+xml;charset=utf-8,%3Csvg xmlns%3D\'http%3A%2F%2Fwww.w3.org%2F2000%2Fsvg\' '
     'viewBox%3D\'0 0 4 3\'%2F%3E" data-src="{f}" class="bbImage lazyload" alt=""><noscript><img src="{f}" class="bbImage" '
     'alt=""></noscript>'),
]


def place(number: int, suffix: str, name: str, origin: dict[str, str], turn: int) -> dict:
    """Where a posted picture and its thumbnail lie: addresses, and files below www/."""
    kind, has_thumbnail, markup = SHOWN[turn % len(SHOWN)]
    digest = hashlib.sha256(str(number).encode()).hexdigest()[:32]
    if kind == "attachment":
        address, file = f"{origin['pages']}/attachments/{name}-{suffix}.{number}/", f"pages/attachments/{name}-{suffix}.{number}/file.{suffix}"
        small, small_file = f"{origin['pictures']}/data/attachments/0/{number}-{digest}.jpg", f"pictures/data/attachments/0/{number}-{digest}.jpg"
    elif kind == "download":
        address, file = f"{origin['pages']}/download/file.php?id={number}&mode=view", f"pages/download/{number}/full/file.{suffix}"
        small, small_file = f"{origin['pages']}/download/file.php?id={number}&t=1", f"pages/download/{number}/thumb/file.jpg"
    else:
        address, file = f"{origin['pictures']}/img/{number:04}.{suffix}", f"pictures/img/{number:04}.{suffix}"
        small, small_file = "", ""
    return {"url": address, "file": file, "thumbnail": small if has_thumbnail else "",
            "thumbnail_file": small_file if has_thumbnail else "", "markup": markup, "name": f"{name}.{suffix}", "number": number}


def shown(placed: dict) -> str:
    escaped = {key: html.escape(str(placed[key])) for key in ("url", "thumbnail", "name", "number")}
    return placed["markup"].format(f=escaped["url"], t=escaped["thumbnail"], n=escaped["number"], name=escaped["name"])


def page(title: str, body: str, head: str = "") -> str:
    return f"""<!DOCTYPE html>
<html id="XF" lang="en-US" dir="LTR" data-app="public" data-template="thread_view" class="has-no-js" data-logged-in="false">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{html.escape(title)} | Demonstration</title>
{head}<link rel="stylesheet" href="/css.php?css=public%3Anormalize.less"><link rel="icon" type="image/gif" href="/static/blank.gif"></head>
<body data-template="forum"><div class="p-pageWrapper" id="top"><header class="p-header"><a href="/"><img src="/static/logo.png"
alt="Demonstration" width="300" height="36"></a></header><nav class="p-nav"><ul class="p-nav-list js-offCanvasNavSource">
<li><a href="/" class="p-navEl-link">Forums</a></li><li><a href="/whats-new/" class="p-navEl-link" rel="nofollow">What's new</a></li>
<li><a href="/members/" class="p-navEl-link">Members</a></li><li><a href="/b/" class="p-navEl-link">Board</a></li></ul>
<div class="p-account"><a href="/login/" class="p-navgroup-link p-navgroup-link--logIn" data-xf-click="overlay">Log in</a></div></nav>
<div class="p-body"><h1 class="p-title-value">{html.escape(title)}</h1>{body}</div>
<footer class="p-footer"><a href="/help/terms/">Terms and rules</a> <a href="/private/list.html">Staff</a></footer></div></body></html>"""


def page_nav(first: str, number: int, count: int) -> str:
    def address(n: int) -> str:
        return first if n == 1 else f"{first}page-{n}"
    links = "".join(f'<li class="pageNav-page{" pageNav-page--current" if n == number else ""}"><a href="{address(n)}">{n}</a></li>'
                    for n in range(1, count + 1))
    following = f'<a href="{address(number + 1)}" class="pageNav-jump pageNav-jump--next">Next</a>' if number < count else ""
    return f'<nav class="pageNavWrapper"><div class="pageNav"><ul class="pageNav-main">{links}</ul>{following}</div></nav>'


def avatar(number: int) -> str:
    person = number % len(MEMBERS) + 1
    return (f'<a href="{member(number)}" class="avatar avatar--m" data-user-id="{person}"><img src="/data/avatars/m/0/{person}.png" '
            f'srcset="/data/avatars/l/0/{person}.png 2x" alt="{MEMBERS[person - 1]}" class="avatar-u{person}-m" width="96" height="96"></a>')


def post(number: int, author: int, content: str, quoted: str = "") -> str:
    quote = (f'<blockquote data-attributes="member: {MEMBERS[author % 3]}" class="bbCodeBlock bbCodeBlock--quote js-expandWatch">'
             f'<div class="bbCodeBlock-title"><a href="/goto/post?id={number - 1}" class="bbCodeBlock-sourceJump" rel="nofollow">'
             f'{MEMBERS[author % 3]} said:</a></div><div class="bbCodeBlock-content"><div class="bbCodeBlock-expandContent">{quoted}'
             f'</div></div></blockquote>') if quoted else ""
    return (f'<article class="message message--post js-post" data-author="{MEMBERS[author % len(MEMBERS)]}" data-content="post-{number}" '
            f'id="js-post-{number}"><div class="message-cell message-cell--user"><div class="message-avatar">{avatar(author)}</div>'
            f'<h4 class="message-name"><a href="{member(author)}" class="username">{MEMBERS[author % len(MEMBERS)]}</a></h4></div>'
            f'<div class="message-cell message-cell--main"><div class="message-body js-selectToQuote"><div class="bbWrapper">{quote}'
            f'{content}</div></div><aside class="message-signature"><div class="bbWrapper">{MEMBERS[author % len(MEMBERS)]} &ndash; '
            f'<img src="/data/signatures/{author % 3 + 1}.gif" class="bbImage" alt=""></div></aside></div></article>')


def files(on_page: dict[str, list[dict]], rng) -> dict[str, str]:
    """Every page, by its address."""
    made: dict[str, str] = {}
    count = 0
    for thread, title in enumerate(TITLES, 1):
        for number in range(1, PAGES_OF_A_THREAD + 1):
            address = page_of(thread, number)
            posts, quoted = [], ""
            for placed in on_page.get(address, []):
                count += 1
                content = shown(placed)
                # Now and then one answers with the picture in a quote.
                posts.append(post(count, rng.randrange(len(MEMBERS)), f"<p>Taken on Sunday.</p>{content}"))
                if rng.random() < 0.15:
                    count += 1
                    quoted = content if "message-attachments" not in content else ""
                    posts.append(post(count, rng.randrange(len(MEMBERS)), "<p>That is a good one!</p>", quoted))
            nav = page_nav(thread_of(thread), number, PAGES_OF_A_THREAD)
            head = "".join(f'<meta property="og:image" content="{html.escape(placed["url"])}">' for placed in on_page.get(address, [])[:1])
            made[address] = page(title, nav + '<div class="block-body js-replyNewMessageContainer">' + "".join(posts) + "</div>" + nav, head)

    def board(name: str, number: int, threads: list[int], each: int) -> None:
        pages = -(-len(threads) // each)
        for at in range(1, pages + 1):
            rows = "".join(
                f'<div class="structItem structItem--thread js-threadListItem-{thread}"><div class="structItem-cell structItem-cell--icon">'
                f'{avatar(thread)}</div><div class="structItem-cell structItem-cell--main"><div class="structItem-title"><a '
                f'href="{thread_of(thread)}" data-preview-url="{thread_of(thread)}preview">{html.escape(TITLES[thread - 1])}</a></div>'
                f'<span class="structItem-pageJump"><a href="{page_of(thread, 2)}">2</a></span></div></div>'
                for thread in threads[(at - 1) * each:at * each])
            base = f"/forums/{slug(name)}.{number}/"
            made[base if at == 1 else f"{base}page-{at}"] = page(name, f'<div class="structItemContainer">{rows}</div>' + page_nav(base, at, pages))

    threads = list(range(1, len(TITLES) + 1))
    board("Holidays", 2, threads[:4], 2)
    board("Everyday", 3, threads[4:], 2)
    nodes = "".join(f'<div class="node node--forum"><h3 class="node-title"><a href="{address}" data-xf-init="element-tooltip">{name}</a></h3></div>'
                    for name, address in (("Holidays", "/forums/holidays.2/"), ("Everyday", "/forums/everyday.3/"),
                                          ("Members only", "/forums/members-only.4/")))
    made["/"] = page("Forums", f'<div class="block-container"><div class="block-body">{nodes}</div></div>')
    made["/whats-new/"] = page("What's new", "".join(f'<a href="{thread_of(thread)}">{TITLES[thread - 1]}</a>' for thread in threads[:3]))
    people = "".join(f'<li>{avatar(number)}<a href="{member(number)}" class="username">{name}</a></li>' for number, name in enumerate(MEMBERS))
    made["/members/"] = page("Members", f"<ul>{people}</ul>")
    for number, name in enumerate(MEMBERS):
        made[member(number)] = page(name, f'<div class="memberHeader">{avatar(number)}<p>Well-known member</p></div>')
    form = ('<form action="/login/login" method="post" class="block"><dl class="formRow formRow--input"><dt><label for="l">Your name or '
            'email address:</label></dt><dd><input type="text" class="input" name="login" id="l" autocomplete="username"></dd></dl><dl><dt>'
            'Password:</dt><dd><input type="password" class="input" name="password" autocomplete="current-password"></dd></dl>'
            '<button type="submit" class="button--primary button">Log in</button></form>')
    made["/login/"] = page("Log in", form)
    # Answered with 403, as software does that lets guests know of a board and not into it.
    made["/forums/members-only.4/"] = page("Log in", '<div class="blockMessage blockMessage--error">You must be logged in to do that.</div>' + form)
    made["/help/terms/"] = page("Terms and rules", "<p>Drawn and photographed for a demonstration.</p>")
    return made
