#include "html/extract.hpp"

#include "core/url.hpp"
#include "html/bounds.hpp"
#include "html/candidates.hpp"
#include "html/charset.hpp"
#include "html/collect.hpp"
#include "html/document_kind.hpp"
#include "html/inline_pictures.hpp"
#include "html/link_header.hpp"
#include "html/player.hpp"
#include "html/read_html.hpp"
#include "html/read_xml.hpp"
#include "html/text_addresses.hpp"
#include "html/ties.hpp"
#include "html/tree.hpp"
#include "html/wall.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace stillwatch::html {

namespace {

// Documents inside documents (srcdoc, <noframes>, items of feeds): how many in all and how deep.
constexpr int max_inner_documents = 2'000;
constexpr int max_inner_depth = 2;
// Candidates that are repeats or no addresses cost time too.
constexpr std::size_t candidates_per_link = 20;
// Pages that controls lead to: more are a list of something else.
constexpr std::size_t max_controls = 64;
// Room made beforehand: what an ordinary page has.
constexpr std::size_t most_reserved = 512;

// Trees of ordinary pages take about ten times their text; one that takes far more was made to.
constexpr std::size_t tree_bytes(std::size_t markup_bytes) noexcept
{
    return (16U << 20U) + 32 * markup_bytes;
}

class Extraction {
public:
    Extraction(PageLinks& page, const ExtractLimits& limits, std::size_t max_links)
        : page_(page), limits_(limits), max_links_(max_links)
    {
        seen_.reserve(most_reserved);
    }

    void read(DocumentKind kind, std::string_view text, const Url& page_url)
    {
        Candidates candidates(max_candidates());
        switch (kind) {
        case DocumentKind::html: return read_markup(text, page_url, 0);
        case DocumentKind::xml: read_xml(text, candidates); break;
        case DocumentKind::css: candidates.add_css(Mechanism::css, text); break;
        case DocumentKind::json:
            if (may_configure_player(text)) read_player(text, Mechanism::json, candidates);
            read_json(text, Mechanism::json, JsonPlace::document, candidates);
            break;
        case DocumentKind::manifest:
            read_json(text, Mechanism::manifest, JsonPlace::document, candidates);
            break;
        case DocumentKind::track: read_track(text, candidates); break;
        case DocumentKind::playlist: break; // of a video: read where that is looked at (videos/)
        case DocumentKind::text: read_text(text, Mechanism::text, Pages::taken, candidates); break;
        }
        take(candidates, page_url, 0);
    }

    void read_header(std::string_view link, const Url& page_url)
    {
        Candidates candidates(max_candidates());
        read_link_header(link, candidates);
        take(candidates, page_url, max_inner_depth);
    }

    // Pictures that stand in the document, and in drawings inside it.
    void read_inline(std::string_view text, const Url& page_url)
    {
        InlineFiles files;
        take_inline_files(text, files);
        for (std::size_t at = 0; at < files.drawings.size(); ++at) {
            const auto drawing = files.drawings[at];
            take_inline_files(drawing, files);
            if (++inner_documents_ <= max_inner_documents) read_markup(drawing, page_url, max_inner_depth);
        }
        if (!files.is_whole) page_.truncated = true;
        for (auto& picture : files.pictures) {
            if (page_.links.size() >= limits_.max_links_of_sitemap()) break;
            const auto url = Url::inside(page_url, Sha256::of(picture));
            if (!seen_.try_emplace("i" + url.text(), page_.links.size()).second) continue;
            page_.links.push_back({Mechanism::inline_data, LinkKind::image, url.text()});
            page_.pictures.push_back(std::move(picture));
        }
    }

    // What controls lead to comes last, and only what nothing else names.
    void settle()
    {
        for (const auto& url : controls_) {
            if (is_full_) break;
            if (seen_.contains("v" + url.text())) continue; // a video, in whatever attribute
            (void)add(Mechanism::control, LinkKind::page, url);
        }
        ties_.settle(page_.links);
    }

private:
    static constexpr auto no_link = static_cast<std::size_t>(-1);
    static constexpr std::size_t kinds = 3;
    static constexpr std::array<std::string_view, kinds> letters{"p", "i", "v"};
    static constexpr std::size_t index_of(LinkKind kind) noexcept { return static_cast<std::size_t>(kind); }

    std::size_t max_candidates() const noexcept { return max_links_ * candidates_per_link; }

    void read_markup(std::string_view markup, const Url& page_url, int depth)
    {
        Candidates candidates(max_candidates());
        std::unique_ptr<Tree> tree;
        if (read_html(markup, candidates) == Structure::needs_tree) {
            if (is_within_bounds(markup, limits_)) tree = Tree::build(markup, tree_bytes(markup.size()));
            if (tree)
                collect(*tree, candidates);
            else
                page_.truncated = true;
        }
        take(candidates, page_url, depth);
    }

    void take(const Candidates& candidates, const Url& page_url, int depth)
    {
        if (!candidates.is_whole) page_.truncated = true;
        const auto base = candidates.base.empty() ? page_url : Url::join(page_url, candidates.base);
        const Url& document_url = base ? *base : page_url;
        if (depth == 0 && candidates.policy_of_document) page_.policy = candidates.policy_of_document;
        const int items_before = ties_.last_item();
        std::array<std::unordered_map<std::string_view, std::size_t>, kinds> tried_of_kind;
        tried_of_kind[index_of(LinkKind::image)].reserve(std::min(candidates.list.size(), most_reserved));
        for (const auto& candidate : candidates.list) {
            // Most of a page's references stand there many times, or differ in their fragment.
            const auto reference = candidate.reference.substr(0, candidate.reference.find('#'));
            auto& tried = tried_of_kind[index_of(candidate.kind)];
            if (candidate.mechanism == Mechanism::control && candidate.kind == LinkKind::page) {
                hold_control(candidate, document_url);
                continue;
            }
            const auto [known, is_new] = tried.try_emplace(reference, no_link);
            if (is_new || reference.empty()) known->second = add(candidate, document_url);
            if (is_full_) return;
            if (known->second != no_link && candidate.item != 0)
                ties_.tie(known->second, items_before + candidate.item, candidate.worth);
        }
        for (const auto document : candidates.documents) {
            if (depth == max_inner_depth || ++inner_documents_ > max_inner_documents) {
                page_.truncated = page_.truncated || !document.empty();
                return;
            }
            read_markup(document, document_url, depth + 1);
        }
    }

    // With a query in the document's charset.
    std::string in_its_charset(std::string_view reference) const
    {
        const auto query = reference.find('?');
        const bool is_plain = query == std::string_view::npos ||
                              std::ranges::all_of(reference.substr(query), [](char c) { return c >= 0; });
        if (is_plain) return std::string(reference);
        return std::string(reference.substr(0, query)) + encode_text(reference.substr(query), page_.charset);
    }

    // The number of its link; no_link where it has none.
    std::size_t add(const Candidate& candidate, const Url& base)
    {
        const auto url = Url::join(base, in_its_charset(candidate.reference));
        return url ? add(candidate.mechanism, candidate.kind, *url, candidate.policy)
                   : no_link; // mailto: and what is no address
    }

    std::size_t add(Mechanism mechanism, LinkKind kind, const Url& url,
                    std::optional<ReferrerPolicy> policy = {})
    {
        auto key = std::string(letters[index_of(kind)]) + url.text();
        const auto [known, is_new] = seen_.try_emplace(std::move(key), page_.links.size());
        if (!is_new) return known->second;
        // No kind keeps out another: a thousand pictures do not hide the next page.
        if (++counts_[index_of(kind)] > max_links_ || page_.links.size() >= limits_.max_links_of_sitemap()) {
            page_.truncated = true;
            const bool are_all_full =
                std::ranges::all_of(counts_, [&](std::size_t count) { return count > max_links_; });
            is_full_ = are_all_full || page_.links.size() >= limits_.max_links_of_sitemap();
            return known->second = no_link;
        }
        page_.links.push_back({mechanism, kind, url.text(), 0, policy});
        return known->second;
    }

    void hold_control(const Candidate& candidate, const Url& base)
    {
        if (controls_.size() >= max_controls) return;
        if (auto url = Url::join(base, in_its_charset(candidate.reference)))
            controls_.push_back(*std::move(url));
    }

    PageLinks& page_;
    const ExtractLimits& limits_;
    std::size_t max_links_;
    std::unordered_map<std::string, std::size_t> seen_; // kind and address, and the number of the link
    std::vector<Url> controls_;
    Ties ties_;
    bool is_full_ = false;
    std::array<std::size_t, kinds> counts_{}; // of links, by kind
    int inner_documents_ = 0;
};

} // namespace

Result<PageLinks> extract_links(ByteView document, const DocumentHead& head, std::string_view base,
                                const ExtractLimits& limits)
{
    const auto page_url = Url::parse(base);
    if (!page_url) return Error{Errc::malformed, "base of the document: " + page_url.error().detail};
    PageLinks page;
    if (document.size() > limits.max_bytes) {
        document = document.first(limits.max_bytes);
        page.truncated = true;
    }
    const auto decoded = decode_text(document, head.content_type);
    page.charset = decoded.charset;
    const auto kind = document_kind(head.content_type, page_url->path(), decoded.text());
    Extraction extraction(page, limits,
                          kind == DocumentKind::xml ? limits.max_links_of_sitemap() : limits.max_links);
    extraction.read_header(head.link, *page_url);
    extraction.read(kind, decoded.text(), *page_url);
    extraction.read_inline(decoded.text(), *page_url);
    extraction.settle();
    if (kind == DocumentKind::html) page.wall = wall_of(decoded.text(), page.links);
    return page;
}

} // namespace stillwatch::html
