#include "evidence/cover.hpp"

#include "evidence/html_text.hpp"

#include <fmt/format.h>

namespace stillwatch::evidence {

namespace {

std::string cell(std::string_view text)
{
    return escaped(shown(text));
}

void add_row(std::string& html, std::string_view heading, std::string_view value)
{
    if (!value.empty()) html += fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", cell(heading), cell(value));
}

// What the tiers mean to somebody who has never heard of them (docs/architecture.md, "Match tiers").
std::string_view tier_in_words(Tier tier)
{
    switch (tier) {
    case Tier::exact: return "the same file, byte for byte, as one of the reference pictures";
    case Tier::near: return "the same picture as a reference picture: as it is, scaled or saved anew";
    case Tier::derived:
        return "a picture that holds a reference picture or was made from one: cut, edited, drawn over";
    case Tier::resemblance:
        return "a picture of a face that resembles the person's: a lead for people, not a finding";
    }
    return "";
}

std::string server_of(const Fetched& answer)
{
    const auto& peer = answer.peer;
    return fmt::format("{}, {}{}", peer.address.empty() ? "behind a proxy" : peer.address, peer.http_version,
                       peer.tls_version.empty() ? ", not encrypted" : ", " + peer.tls_version);
}

// How the page looked depends on its style sheets: what of them is kept, and what is not and why.
void add_style_rows(std::string& html, const Capture& capture)
{
    std::size_t kept = 0;
    for (const auto& style : capture.styles)
        kept += style->chain.empty() ? 0 : 1;
    if (kept > 0)
        add_row(html, "Style sheets of the page",
                fmt::format("{} kept with it, each fetched within a day before", kept));
    for (const auto& style : capture.styles) {
        if (style->chain.empty()) {
            add_row(html, "A style sheet that is not kept",
                    fmt::format("{}: {}", style->url.text(), style->missing));
            continue;
        }
        const auto& answer = style->chain.back();
        if (answer.cut != Cut::none)
            add_row(html, "A style sheet that is cut short",
                    fmt::format("{}, after {} bytes", style->url.text(), answer.body.size()));
    }
}

std::string found_table(const EvidenceFacts& facts, const Capture& capture)
{
    std::string html = "<table>\n";
    const auto& finding = facts.finding;
    const auto& picture = capture.image.back();
    add_row(html, "Case", facts.case_pseudonym);
    add_row(html, "Picture at", finding.image_url.text());
    add_row(html, "On the page", finding.page_url.text());
    add_row(html, "Fetched", format_utc(picture.started));
    add_row(html, "From the server", server_of(picture));
    add_row(html, "Its answer",
            fmt::format("status {}, {} bytes{}", picture.status, picture.body.size(),
                        picture.cut == Cut::none ? "" : ", cut short"));
    if (!capture.page.empty()) {
        const auto& page = capture.page.back();
        add_row(html, "The page's answer",
                fmt::format("status {}, {} bytes, fetched {}{}", page.status, page.body.size(),
                            format_utc(page.started), page.cut == Cut::none ? "" : ", cut short"));
    } else {
        add_row(html, "The page's answer",
                capture.page_error.empty() ? "no page is known" : "none: " + capture.page_error);
    }
    if (facts.check && facts.check->same)
        add_row(html, "It is the same as",
                fmt::format("the picture in package {}, fetched {}: the same bytes came again, and are kept "
                            "there only",
                            facts.check->same->package, format_utc(facts.check->same->at)));
    else if (facts.check)
        add_row(html, "It is not the same as", "before: other bytes of the picture came, and are kept here");
    add_style_rows(html, capture);
    add_row(html, "First seen there", format_utc(finding.first_seen));
    add_row(html, "SHA-256 of the picture", finding.content.hex());
    add_row(html, "It is", tier_in_words(finding.match.tier));
    add_row(
        html, "Reference",
        fmt::format("{}{}", facts.reference_name, finding.match.hash_only ? ", known by its hash only" : ""));
    return html + "</table>\n";
}

constexpr std::string_view what_this_is =
    "<p>This package keeps what a web server sent when it was asked for a page and a picture on it. A "
    "program of the "
    "organisation named below compares pictures on watched sites with pictures that a person wants found, "
    "with that "
    "person's consent, and made this package when it found one. <strong>This page shows no picture; the file "
    "archive/data.warc.gz holds it.</strong></p>\n";

constexpr std::string_view what_a_check_is =
    "<p>This package keeps what a web server sent when it was asked once more for a picture that a program "
    "of "
    "the organisation named below had found there before: whether it was still there at that time. It was "
    "recognised as before. <strong>This page shows no picture.</strong></p>\n";

constexpr std::string_view what_it_proves =
    "<h2>What this proves</h2>\n<ul>\n"
    "<li>The organisation's installation held these bytes when it signed them, and none of them was changed "
    "since. A "
    "time stamp of an authority, where one lies beside the package, shows that this was no later than the "
    "time in "
    "it.</li>\n"
    "<li>The page and the picture came from the server address named above, in answer to the requests that "
    "are kept "
    "with them; where the connection was encrypted, the certificates that the server showed are kept, "
    "too.</li>\n"
    "</ul>\n<h2>What this does not prove</h2>\n<ul>\n"
    "<li>That the server sent the same to anyone else: an encrypted connection leaves no signature on what "
    "it "
    "carries.</li>\n"
    "<li>Who put the picture there, or when.</li>\n"
    "<li>Who the people in the picture are, or how old. The match is a measurement by a program, given with "
    "its figures; "
    "a person has to look.</li>\n"
    "<li>Who signed, to a reader who did not get the organisation's public key by another way than this "
    "package.</li>\n"
    "</ul>\n<p>Times without such a stamp are those of the installation's own clock.</p>\n";

constexpr std::string_view files_and_checks =
    "<h2>What is in this package</h2>\n<table>\n"
    "<tr><th>archive/data.warc.gz</th><td>requests and answers as they were sent and received, in the format "
    "WARC 1.1 "
    "(ISO 28500); values of cookies and passwords are replaced by the word redacted</td></tr>\n"
    "<tr><th>indexes/index.cdx, pages/pages.jsonl</th><td>where in it what is found, for programs that "
    "replay it</td></tr>\n"
    "<tr><th>evidence/manifest.json, manifest.sig, signing_key.pub</th><td>what was found, the digests of "
    "the files, and "
    "the organisation's signature (Ed25519) over both</td></tr>\n"
    "<tr><th>evidence/custody.jsonl</th><td>who had it in hand until the package was sealed, step by "
    "step</td></tr>\n"
    "<tr><th>evidence/verify_pack.py</th><td>a program that checks all of it</td></tr>\n"
    "<tr><th>datapackage.json, datapackage-digest.json</th><td>the list of all files, its digest and a "
    "signature that "
    "programs for web archives check (ECDSA P-384)</td></tr>\n"
    "</table>\n<h2>How to check it</h2>\n"
    "<p>On any computer with Python 3 and the program openssl, with the package unsealed as "
    "<code>package.wacz</code> and the "
    "organisation's public key, which it publishes, as <code>published.pub</code>:</p>\n"
    "<pre>python3 -m zipfile -e package.wacz unpacked\n"
    "python3 unpacked/evidence/verify_pack.py --key published.pub package.wacz</pre>\n"
    "<p>Take the program from the organisation rather than from the package where you can: whoever changes a "
    "package can "
    "change the program in it. ReplayWeb.page shows the page and the picture of the package as they "
    "were.</p>\n";

// Where the reference lies, drawn, and what the outlines mean.
std::string where_it_lies(const EvidenceFacts& facts)
{
    const auto& placement = facts.finding.match.placement;
    if (!placement) return {};
    const auto drawing = render_drawing(*placement, facts.picture);
    if (drawing.empty()) return {};
    return "<h2>Where it lies</h2>\n<figure>\n" + drawing +
           fmt::format("<figcaption>The grey area stands for the found picture, {} × {} pixels, the blue "
                       "outline for the "
                       "reference picture as it lies in it, the blue dot for its upper left corner; a red "
                       "outline shows where "
                       "they disagree. It is drawn from the figures in manifest.json; no part of either "
                       "picture is shown."
                       "</figcaption>\n</figure>\n",
                       facts.picture.width_px, facts.picture.height_px);
}

} // namespace

std::string render_cover(const EvidenceSettings& settings, const EvidenceFacts& facts, const Capture& capture,
                         std::string_view signing_key_id)
{
    auto html = html_head(fmt::format("Evidence, case {}", facts.case_pseudonym));
    html += fmt::format("<h1>Evidence, case {}</h1>\n", cell(facts.case_pseudonym));
    html += facts.check ? what_a_check_is : what_this_is;
    html += "<h2>What was found</h2>\n" + found_table(facts, capture);
    html += where_it_lies(facts);
    html += what_it_proves;
    html += files_and_checks;
    html += "<h2>Who made it</h2>\n<table>\n";
    add_row(html, "Organisation", settings.organisation);
    add_row(html, "Program", settings.software);
    add_row(html, "Recorded", format_utc(facts.recorded_at));
    add_row(html, "Key that signs",
            fmt::format("{}: compare it with the key that the organisation publishes", signing_key_id));
    return html + "</table>\n</body></html>\n";
}

} // namespace stillwatch::evidence
