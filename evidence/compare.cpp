#include "evidence/compare.hpp"

#include "core/ascii.hpp"
#include "core/digest.hpp"
#include "evidence/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace stillwatch::evidence {

namespace {

// Members of a manifest that say what no record can: which case, how alike, what a person should know.
constexpr std::array<std::string_view, 10> word_alone{"case",           "epoch",   "files", "first_seen",
                                                      "format",         "limits",  "match", "page_error",
                                                      "signing_key_id", "wacz_key"};
constexpr std::array<std::string_view, 10> borne_out{
    "content_sha256", "image_fetch", "image_url",    "organisation", "page_fetch",
    "page_state",     "page_url",    "part_fetches", "recorded_at",  "software"};

std::string shown(const json::value* value)
{
    if (!value) return "nothing";
    auto text = json::serialize(*value);
    constexpr std::size_t most = 200;
    if (text.size() > most) text = text.substr(0, most) + " …";
    return text;
}

// Redirects in order and the answer: how many exchanges a member page_fetch or image_fetch tells of.
std::optional<std::size_t> exchanges_of(const json::object& manifest, std::string_view name)
{
    const auto* fetch = manifest.if_contains(name);
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
                                            std::string_view(said.key()), shown(&said.value())));
    }

    // Each redirect leads to the next address, and each request says where its address came from.
    void redirects(std::string_view name, std::span<const ReadExchange> chain, std::string_view via)
    {
        for (std::size_t i = 0; i < chain.size(); ++i) {
            const auto& [fetched, told_via, redacted] = chain[i];
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
                lines.push_back(fmt::format("{}: {}, no record bears it out", key, shown(&said.value())));
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
        lines.push_back(fmt::format("{}: {}, the records say {}", name, shown(told), shown(&recorded)));
    }

    const json::object& manifest_;
};

} // namespace

Result<Chains> divide(const json::object& manifest, const WarcContent& warc)
{
    const auto corrupt = [](std::string detail) { return Error{Errc::corrupt, std::move(detail)}; };
    const auto page = exchanges_of(manifest, "page_fetch");
    const auto image = exchanges_of(manifest, "image_fetch");
    const auto parts = parts_of(manifest);
    if (!page || !image || !parts)
        return corrupt("manifest.json: page_fetch, image_fetch or part_fetches is damaged");
    if (*image == 0) return corrupt("manifest.json: image_fetch is missing");
    if (*page + *image + *parts != warc.exchanges.size())
        return corrupt(fmt::format("data.warc.gz: {} exchanges, the manifest tells of {}",
                                   warc.exchanges.size(), *page + *image + *parts));
    const std::span all(warc.exchanges);
    return Chains{all.first(*page), all.subspan(*page, *image), all.subspan(*page + *image)};
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
    compare.page_state(chains.page);
    compare.content(chains.image.back());
    compare.unknown_members();
    return std::move(compare.lines);
}

} // namespace stillwatch::evidence
