#include "evidence/compare.hpp"

#include "core/ascii.hpp"
#include "core/digest.hpp"
#include "evidence/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

namespace stillwatch::evidence {

namespace {

// Members of a manifest that say what no record can: which case, how alike, what a person should know.
constexpr std::array<std::string_view, 11> word_alone{
    "case",  "epoch",      "files",          "first_seen",     "format",  "limits",
    "match", "page_error", "signing_key_id", "styles_missing", "wacz_key"};
constexpr std::array<std::string_view, 12> borne_out{
    "check",      "content_sha256", "image_fetch",  "image_url",   "organisation", "page_fetch",
    "page_state", "page_url",       "part_fetches", "recorded_at", "software",     "style_fetches"};

std::string as_text(const json::value* value)
{
    if (!value) return "nothing";
    auto text = json::serialize(*value);
    constexpr std::size_t most = 200;
    if (text.size() > most) text.replace(most, text.size() - most, " …");
    return text;
}

// Redirects in order and the answer: how many exchanges a member like page_fetch tells of.
std::optional<std::size_t> exchanges_of(const json::value* fetch)
{
    if (!fetch) return std::nullopt;
    if (fetch->is_null()) return 0;
    if (!fetch->is_object()) return std::nullopt;
    const auto redirects = number_member(fetch->get_object(), "redirects");
    constexpr std::int64_t most = 1'000;
    if (!redirects || *redirects < 0 || *redirects > most) return std::nullopt;
    return static_cast<std::size_t>(*redirects) + 1;
}

// How many parts of a video it tells of.
std::optional<std::size_t> parts_of(const json::object& manifest)
{
    const auto* parts = manifest.if_contains("part_fetches");
    if (!parts) return 0;
    if (!parts->is_array()) return std::nullopt;
    return parts->get_array().size();
}

// The same of each style sheet.
std::optional<std::vector<std::size_t>> exchanges_of_styles(const json::object& manifest)
{
    const auto* styles = manifest.if_contains("style_fetches");
    std::vector<std::size_t> all;
    if (!styles) return all;
    if (!styles->is_array()) return std::nullopt;
    for (const auto& style : styles->get_array()) {
        const auto some = exchanges_of(&style);
        if (!some || *some == 0) return std::nullopt;
        all.push_back(*some);
    }
    return all;
}

class Comparison {
public:
    explicit Comparison(const json::object& manifest) : manifest_(manifest) {}

    void text(std::string_view name, const std::string& recorded)
    {
        member(manifest_, name, "", json::value(recorded));
    }

    // Of a chain of answers, member by member.
    void fetch(std::string_view name, std::span<const ReadExchange> chain)
    {
        fetch(name, chain, manifest_.if_contains(name));
    }

    void parts(std::span<const ReadExchange> parts)
    {
        const auto* told = manifest_.if_contains("part_fetches");
        for (std::size_t i = 0; told && i < parts.size(); ++i) {
            const auto name = fmt::format("part_fetches[{}]", i);
            fetch(name, parts.subspan(i, 1), &told->get_array()[i]);
            redirects(name, parts.subspan(i, 1), text_member(manifest_, "image_url").value_or(""));
        }
    }

    // Pages name a sheet, or one that stands before it imports it.
    void styles(const std::vector<std::span<const ReadExchange>>& styles)
    {
        const auto* told = manifest_.if_contains("style_fetches");
        std::vector<std::string> before{""};
        for (std::size_t i = 0; told && i < styles.size(); ++i) {
            const auto name = fmt::format("style_fetches[{}]", i);
            fetch(name, styles[i], &told->get_array()[i]);
            const auto& via = styles[i].front().via;
            redirects(name, styles[i], std::ranges::find(before, via) == before.end() ? "" : via);
            before.push_back(styles[i].front().fetched.url.text());
        }
    }

    void fetch(std::string_view name, std::span<const ReadExchange> chain, const json::value* told)
    {
        std::vector<Hop> hops;
        for (const auto& exchange : chain)
            hops.push_back({&exchange.fetched, exchange.redacted});
        const auto recorded = fetch_json(hops);
        if (!recorded.is_object() || !told || !told->is_object()) {
            if (!told || *told != recorded) add(name, told, recorded);
            return;
        }
        const auto prefix = fmt::format("{}.", name);
        for (const auto& known : recorded.get_object()) {
            // Packages made before chains were listed have none.
            if (known.key() == "chain" && !told->get_object().contains("chain")) continue;
            member(told->get_object(), known.key(), prefix, known.value());
        }
        for (const auto& said : told->get_object())
            if (!recorded.get_object().contains(said.key()))
                lines.push_back(fmt::format("{}{}: {}, no record bears it out", prefix,
                                            std::string_view(said.key()), as_text(&said.value())));
    }

    // Each redirect leads to the next address, and each request says where its address came from.
    void redirects(std::string_view name, std::span<const ReadExchange> chain, std::string_view via)
    {
        for (std::size_t i = 0; i < chain.size(); ++i) {
            const auto& fetched = chain[i].fetched;
            const auto& told_via = chain[i].via;
            const auto& redacted = chain[i].redacted;
            if (told_via != via)
                lines.push_back(fmt::format("{}: {} was reached from \"{}\", the record says \"{}\"", name,
                                            fetched.url.text(), via, told_via));
            via = fetched.url.text();
            const bool is_hidden = std::ranges::any_of(
                redacted.response, [](const auto& header) { return same_name(header, "Location"); });
            if (i + 1 == chain.size() || is_hidden) continue;
            const auto next = Url::join(fetched.url, fetched.header("Location"));
            if (fetched.status < 300 || fetched.status > 399 || !next || *next != chain[i + 1].fetched.url)
                lines.push_back(fmt::format("{}: {} does not redirect to {}", name, fetched.url.text(),
                                            chain[i + 1].fetched.url.text()));
        }
    }

    void address(std::string_view name, std::span<const ReadExchange> chain, bool may_be_any)
    {
        const auto told = text_member(manifest_, name).value_or("");
        // The records of a picture inside a document are those of the document.
        const auto address = Url::parse(told);
        const auto asked = address ? address->document().text() : told;
        const auto is_told = [&asked](const ReadExchange& exchange) {
            return exchange.fetched.url.text() == asked;
        };
        const auto looked_at = may_be_any ? chain : chain.first(std::min<std::size_t>(chain.size(), 1));
        if (!chain.empty() && std::ranges::none_of(looked_at, is_told))
            lines.push_back(
                fmt::format("{}: {}, the records hold {}", name, told, chain.front().fetched.url.text()));
    }

    void page_state(std::span<const ReadExchange> page)
    {
        const auto state = text_member(manifest_, "page_state").value_or("");
        const auto status = page.empty() ? 0 : page.back().fetched.status;
        const bool is_gone = status == 404 || status == 410;
        const bool fits = state == "none" ? page.empty()
                          : state == "gone"
                              ? is_gone
                              : state == "unavailable" // a challenge, say, whatever its status
                                    || (!page.empty() && (state == "named" || state == "not_named"));
        if (!fits) lines.push_back(fmt::format("page_state: {}, the records hold status {}", state, status));
    }

    // A record without its payload is the picture's only, and the manifest says which record has that; in
    // which package is the organisation's word.
    void revisits(const WarcContent& warc, const ReadExchange& picture)
    {
        for (const auto& exchange : warc.exchanges)
            if (exchange.revisit && &exchange != &picture)
                lines.push_back(
                    fmt::format("{}: its bytes are said to be elsewhere", exchange.fetched.url.text()));
        const auto* check = manifest_.if_contains("check");
        const auto* object = check ? check->if_object() : nullptr;
        const auto* same = object ? object->if_contains("same_as") : nullptr;
        const auto* told = same ? same->if_object() : nullptr;
        if (!picture.revisit) {
            if (same) lines.push_back("check.same_as: the records hold the picture themselves");
            return;
        }
        if (!told) {
            lines.push_back("check.same_as: missing, the records refer to another one for the picture");
            return;
        }
        member(*told, "record", "check.same_as.", json::value(picture.revisit->record));
        member(*told, "started_at", "check.same_as.", json::value(picture.revisit->at));
        member(*told, "url", "check.same_as.", json::value(picture.revisit->url));
    }

    void content(const ReadExchange& picture)
    {
        const auto& fetched = picture.fetched;
        const auto address = Url::parse(text_member(manifest_, "image_url").value_or(""));
        if (const auto inside = address ? address->picture_inside() : std::nullopt) {
            if (text_member(manifest_, "content_sha256") != inside->hex())
                add("content_sha256", manifest_.if_contains("content_sha256"), json::value(inside->hex()));
            return;
        }
        const auto encoding = fetched.encodings();
        if (!encoding.empty() && !same_name(encoding, "identity")) return;
        if (picture.revisit) { // only of bytes that came without encoding
            const auto told = Sha256::from_hex(text_member(manifest_, "content_sha256").value_or(""));
            const auto digest = told ? "sha256:" + to_base32(told->bytes) : "nothing";
            if (digest != picture.revisit->payload_digest)
                add("content_sha256", manifest_.if_contains("content_sha256"),
                    json::value(picture.revisit->payload_digest));
            return;
        }
        const auto payload = fetched.payload();
        if (!payload) return;
        const auto recorded = Sha256::of(*payload).hex();
        if (text_member(manifest_, "content_sha256") != recorded)
            add("content_sha256", manifest_.if_contains("content_sha256"), json::value(recorded));
    }

    void unknown_members()
    {
        for (const auto& said : manifest_) {
            const std::string_view key = said.key();
            if (std::ranges::find(word_alone, key) == word_alone.end() &&
                std::ranges::find(borne_out, key) == borne_out.end())
                lines.push_back(fmt::format("{}: {}, no record bears it out", key, as_text(&said.value())));
        }
    }

    std::vector<std::string> lines;

private:
    void member(const json::object& told, std::string_view name, std::string_view prefix,
                const json::value& recorded)
    {
        const auto* value = told.if_contains(name);
        // Numbers are written as they are read: signed here, unsigned there.
        if (!value || json::serialize(*value) != json::serialize(recorded))
            add(fmt::format("{}{}", prefix, name), value, recorded);
    }

    void add(std::string_view name, const json::value* told, const json::value& recorded)
    {
        lines.push_back(fmt::format("{}: {}, the records say {}", name, as_text(told), as_text(&recorded)));
    }

    const json::object& manifest_;
};

} // namespace

Result<Chains> divide(const json::object& manifest, const WarcContent& warc)
{
    const auto corrupt = [](std::string detail) { return Error{Errc::corrupt, std::move(detail)}; };
    const auto page = exchanges_of(manifest.if_contains("page_fetch"));
    const auto image = exchanges_of(manifest.if_contains("image_fetch"));
    const auto parts = parts_of(manifest);
    const auto styles = exchanges_of_styles(manifest);
    if (!page || !image || !parts || !styles)
        return corrupt("manifest.json: page_fetch, image_fetch, part_fetches or style_fetches is damaged");
    if (*image == 0) return corrupt("manifest.json: image_fetch is missing");
    const auto told = std::accumulate(styles->begin(), styles->end(), *page + *image + *parts);
    if (told != warc.exchanges.size())
        return corrupt(
            fmt::format("data.warc.gz: {} exchanges, the manifest tells of {}", warc.exchanges.size(), told));
    std::span rest(warc.exchanges);
    const auto take = [&rest](std::size_t count) {
        const auto some = rest.first(count);
        rest = rest.subspan(count);
        return some;
    };
    Chains chains;
    chains.page = take(*page);
    chains.image = take(*image);
    chains.parts = take(*parts);
    for (const auto count : *styles)
        chains.styles.push_back(take(count));
    return chains;
}

std::vector<std::string> differences(const json::object& manifest, const WarcContent& warc,
                                     const Chains& chains)
{
    Comparison compare(manifest);
    compare.text("organisation", warc.organisation);
    compare.text("software", warc.software);
    compare.text("recorded_at", format_utc(warc.created_at));
    compare.fetch("page_fetch", chains.page);
    compare.fetch("image_fetch", chains.image);
    compare.address("page_url", chains.page, false);
    compare.address("image_url", chains.image, true);
    const auto page_url = text_member(manifest, "page_url").value_or("");
    const bool has_page = page_url != text_member(manifest, "image_url");
    compare.redirects("page_fetch", chains.page, "");
    compare.redirects("image_fetch", chains.image,
                      has_page ? std::string_view(page_url) : std::string_view());
    compare.parts(chains.parts);
    compare.styles(chains.styles);
    compare.page_state(chains.page);
    compare.revisits(warc, chains.image.back());
    compare.content(chains.image.back());
    compare.unknown_members();
    return std::move(compare.lines);
}

} // namespace stillwatch::evidence
