#include "evidence/report.hpp"

#include "core/ascii.hpp"
#include "core/match.hpp"
#include "evidence/html_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

namespace stillwatch::evidence {

namespace {

// The ending of a picture by its first bytes; a browser would look at them, too.
std::string_view ending_of(std::string_view bytes)
{
    struct Mark {
        std::size_t at;
        std::string_view bytes;
        std::string_view ending;
    };
    static constexpr std::array<Mark, 15> marks{{{0, "\xFF\xD8\xFF", ".jpg"},
                                                 {0, "\x89PNG\r\n", ".png"},
                                                 {0, "GIF8", ".gif"},
                                                 {8, "WEBP", ".webp"},
                                                 {0, "BM", ".bmp"},
                                                 {0, "II*", ".tiff"},
                                                 {0, "MM", ".tiff"},
                                                 {4, "ftypavi", ".avif"},
                                                 {4, "ftyphei", ".heic"},
                                                 {4, "ftyphev", ".heics"},
                                                 {0, "\xFF\x0A", ".jxl"},
                                                 {4, "JXL ", ".jxl"},
                                                 {4, "jP  ", ".jp2"},
                                                 {0, "\xFF\x4F\xFF\x51", ".j2k"},
                                                 {4, "ftypmif1", ".heif"}}};
    for (const auto& mark : marks)
        if (bytes.size() > mark.at && bytes.substr(mark.at).starts_with(mark.bytes)) return mark.ending;
    return ".bin";
}

// What undoes an encoding is named by its ending; nothing for a body that stands as it is.
std::string encoding_ending(const Fetched& fetched)
{
    std::string ending;
    const auto encoding = fetched.encodings();
    if (encoding.empty() || same_name(encoding, "identity")) return ending;
    if (same_name(encoding, "gzip") || same_name(encoding, "x-gzip")) return ".gz";
    if (same_name(encoding, "br")) return ".br";
    if (same_name(encoding, "zstd")) return ".zst";
    if (same_name(encoding, "deflate")) return ".zz";
    return ".encoded";
}

Bytes payload_of(const Fetched& fetched)
{
    auto payload = fetched.payload();
    return payload ? *std::move(payload) : fetched.body;
}

std::string verdict_text(const VerifyReport& report)
{
    switch (report.verdict) {
    case Verdict::whole:
        return "whole: signed with the expected key, and the records bear out what the manifest says";
    case Verdict::differs:
        return "DIFFERS: signed with the expected key, but the manifest says what the records do not";
    case Verdict::unproven: break;
    }
    return report.key_differs
               ? "UNPROVEN: signed with another key than the organisation's; anybody could have made it"
               : "UNPROVEN: there was no key to compare with; anybody could have made it";
}

void add_exchange(ReportLines& lines, std::string_view what, std::span<const ReadExchange> chain)
{
    if (chain.empty()) return;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const auto& fetched = chain[i].fetched;
        const auto heading =
            i + 1 < chain.size() ? fmt::format("{}: redirect {}", what, i + 1) : std::string(what);
        lines.emplace_back(heading, fetched.url.text());
        lines.emplace_back(heading + ", answer", fmt::format("status {}, asked at {}", fetched.status,
                                                             format_utc(fetched.started)));
        const auto& peer = fetched.peer;
        lines.emplace_back(heading + ", server",
                           fmt::format("{} {}{}{}", peer.address.empty() ? "behind a proxy" : peer.address,
                                       peer.http_version,
                                       peer.tls_version.empty() ? ", not encrypted" : ", " + peer.tls_version,
                                       peer.tls_problem.empty() ? "" : ", certificate: " + peer.tls_problem));
        if (fetched.cut != Cut::none)
            lines.emplace_back(heading + ", cut", std::string(name_of(fetched.cut)));
        const auto& [request, response] = chain[i].redacted;
        if (!request.empty() || !response.empty())
            lines.emplace_back(
                heading + ", redacted",
                fmt::format("values of {} in the request, of {} in the answer",
                            request.empty() ? "nothing" : fmt::format("{}", fmt::join(request, ", ")),
                            response.empty() ? "nothing" : fmt::format("{}", fmt::join(response, ", "))));
    }
}

void add_check(ReportLines& lines, const VerifyReport& report)
{
    const auto* check = report.manifest.if_contains("check");
    const auto* told = check ? check->if_object() : nullptr;
    if (!told) return;
    const auto number = number_member(*told, "number").value_or(0);
    const auto& revisit = report.chains.image.back().revisit;
    const auto* same = told->if_contains("same_as");
    const auto package =
        same && same->is_object() ? text_member(same->get_object(), "package") : std::nullopt;
    lines.emplace_back("check whether it is still up",
                       revisit
                           ? fmt::format("number {}: the bytes that came are those of record {} in the "
                                         "package {}, fetched at {}",
                                         number, revisit->record, package.value_or("?"), revisit->at)
                           : fmt::format("number {}: other bytes of the picture came than before", number));
}

void add_missing_styles(ReportLines& lines, const json::object& manifest)
{
    const auto* missing = manifest.if_contains("styles_missing");
    if (!missing || !missing->is_array()) return;
    for (const auto& each : missing->get_array())
        if (const auto* told = each.if_object())
            lines.emplace_back("style sheet that is not kept",
                               fmt::format("{}: {}", text_member(*told, "url").value_or("?"),
                                           text_member(*told, "reason").value_or("?")));
}

std::string match_text(const json::object& manifest)
{
    const auto* match = manifest.if_contains("match");
    if (!match || !match->is_object()) return {};
    const auto& told = match->get_object();
    const auto* score = told.if_contains("score");
    const auto known_by = bool_member(told, "hash_only").value_or(false) ? ", known by its hash only" : "";
    // The number of a face's band would be read as a probability.
    if (text_member(told, "tier") == name_of(Tier::resemblance))
        return fmt::format("a possible resemblance of a face to that of reference {}: a lead, no match",
                           text_member(told, "reference").value_or("?"));
    return fmt::format("tier {}, {}, reference {}{}, score {}", text_member(told, "tier").value_or("?"),
                       text_member(told, "relation").value_or("?"),
                       text_member(told, "reference").value_or("?"), known_by,
                       score ? json::serialize(*score) : "?");
}

} // namespace

std::vector<ExtractedBody> bodies_of(const VerifyReport& report)
{
    std::vector<ExtractedBody> bodies;
    if (!report.chains.page.empty()) {
        const auto& page = report.chains.page.back().fetched;
        bodies.push_back({"page.txt" + encoding_ending(page), payload_of(page)});
    }
    if (report.chains.image.back().revisit) return bodies; // another package holds it
    const auto& picture = report.chains.image.back().fetched;
    auto bytes = payload_of(picture);
    // A name of an encoding that hides a plain picture changes nothing: its first bytes say what it is.
    const auto ending = ending_of(as_text(bytes));
    const auto encoding = encoding_ending(picture);
    const auto name =
        ending != ".bin" || encoding.empty() ? fmt::format("picture{}", ending) : "picture" + encoding;
    bodies.push_back({name, std::move(bytes)});
    return bodies;
}

ReportLines report_lines(const VerifyReport& report, const std::vector<ExtractedBody>& bodies)
{
    ReportLines lines;
    lines.emplace_back("verdict", verdict_text(report));
    for (const auto& difference : report.differences)
        lines.emplace_back("difference", difference);
    lines.emplace_back("signing key", report.signing_key.id());
    lines.emplace_back("signing key, whole", to_hex(report.signing_key.bytes));
    for (const auto& [heading, member] :
         std::initializer_list<std::pair<const char*, const char*>>{{"organisation", "organisation"},
                                                                    {"case", "case"},
                                                                    {"recorded at", "recorded_at"},
                                                                    {"first seen", "first_seen"}})
        lines.emplace_back(heading, report.text(member));
    for (const auto& [address, stamp] : report.stamps)
        lines.emplace_back("time stamp",
                           fmt::format("it existed at {}, says {} ({}, serial {}), and its certificate "
                                       "leads to the roots given",
                                       format_utc(stamp.at), stamp.authority, address, stamp.serial));
    if (report.stamps.empty())
        lines.emplace_back("time stamp", "none was given: times are those of the organisation's own clock");
    if (!report.logged.empty()) lines.emplace_back("line of the audit log", report.logged);
    lines.emplace_back("match", match_text(report.manifest));
    lines.emplace_back("state of the page", report.text("page_state"));
    if (const auto error = report.text("page_error"); !error.empty())
        lines.emplace_back("page not had because", error);
    lines.emplace_back("page as found", report.text("page_url"));
    lines.emplace_back("picture as found", report.text("image_url"));
    add_exchange(lines, "page", report.chains.page);
    add_exchange(lines, "picture", report.chains.image);
    add_check(lines, report);
    if (!report.chains.parts.empty())
        lines.emplace_back("parts of a video", fmt::format("{} further answers", report.chains.parts.size()));
    for (const auto& style : report.chains.styles)
        add_exchange(lines, "style sheet", style);
    add_missing_styles(lines, report.manifest);
    lines.emplace_back("picture compared, SHA-256", report.text("content_sha256"));
    for (const auto& body : bodies)
        lines.emplace_back("file " + body.name, fmt::format("{} bytes, SHA-256 {}", body.bytes.size(),
                                                            Sha256::of(body.bytes).hex()));
    lines.emplace_back("about the files",
                       "written byte for byte as the site sent them, after chunk framing; a name that ends "
                       "in .gz, .br or .zst is still compressed (gunzip, brotli -d, zstd -d). The page is "
                       "named as text: opened in a browser it would call the site.");
    lines.emplace_back("software", report.text("software"));
    lines.emplace_back("what this proves", report.text("limits"));
    return lines;
}

std::string report_text(const ReportLines& lines)
{
    std::string text = "Evidence package of Stillwatch\n\n";
    for (const auto& [heading, value] : lines)
        text += fmt::format("{}:\n    {}\n", shown(heading), shown(value));
    return text;
}

std::string report_html(const ReportLines& lines)
{
    auto html = html_head("Evidence package") + "<h1>Evidence package</h1>\n<table class=\"report\">\n";
    for (const auto& [heading, value] : lines)
        html +=
            fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", escaped(shown(heading)), escaped(shown(value)));
    return html + "</table></body></html>\n";
}

} // namespace stillwatch::evidence
