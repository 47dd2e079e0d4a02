#include "html/extract.hpp"

#include "core/url.hpp"
#include "html/bounds.hpp"
#include "html/charset.hpp"
#include "html/collect.hpp"
#include "html/flatten.hpp"
#include "html/tree.hpp"

#include <unordered_set>
#include <memory>
#include <string>
#include <utility>

namespace stillwatch::html {

namespace {

// Documents inside documents (srcdoc, <noframes>): how many in all and how deep.
constexpr int max_inner_documents = 100;
constexpr int max_inner_depth = 2;
// Candidates that are repeats or no addresses cost time too.
constexpr std::size_t candidates_per_link = 20;

// Trees of ordinary pages take about ten times their text; one that takes far more was made to.
constexpr std::size_t tree_bytes(std::size_t markup_bytes) noexcept
{
    return (16U << 20U) + 32 * markup_bytes;
}

class Extraction {
public:
    Extraction(PageLinks& page, const ExtractLimits& limits) : page_(page), limits_(limits) {}

    void read(std::string_view markup, const Url& page_url, int depth)
    {
        std::string flat;
        std::unique_ptr<Tree> tree;
        if (is_within_bounds(markup, limits_)) tree = Tree::build(markup, tree_bytes(markup.size()));
        if (!tree) {
            page_.truncated = true;
            flat = flattened(markup, limits_.max_links * candidates_per_link).text;
            tree = Tree::build(flat, tree_bytes(flat.size()));
        }
        if (!tree) return;
        const auto candidates = collect(*tree, limits_.max_links * candidates_per_link);
        if (!candidates.is_whole) page_.truncated = true;
        const auto base = candidates.base.empty() ? page_url : Url::join(page_url, candidates.base);
        const Url& document_url = base ? *base : page_url;
        for (const auto& candidate : candidates.list) {
            if (!add(candidate, document_url)) return;
        }
        for (const auto document : candidates.documents) {
            if (depth == max_inner_depth || ++inner_documents_ > max_inner_documents) {
                page_.truncated = true;
                return;
            }
            read(document, document_url, depth + 1);
        }
    }

private:
    // False when the page is full.
    bool add(const Candidate& candidate, const Url& base)
    {
        const auto url = Url::join(base, candidate.reference);
        if (!url) return true; // data:, javascript:, mailto: and what is no address
        auto key = std::string(name_of(candidate.kind)) + url->text();
        if (!seen_.insert(std::move(key)).second) return true;
        if (page_.links.size() >= limits_.max_links) {
            page_.truncated = true;
            return false;
        }
        page_.links.push_back({candidate.mechanism, candidate.kind, url->text()});
        return true;
    }

    PageLinks& page_;
    const ExtractLimits& limits_;
    std::unordered_set<std::string> seen_;
    int inner_documents_ = 0;
};

} // namespace

Result<PageLinks> extract_links(ByteView document, std::string_view content_type, std::string_view base,
                                const ExtractLimits& limits)
{
    const auto page_url = Url::parse(base);
    if (!page_url) return Error{Errc::malformed, "base of the document: " + page_url.error().detail};
    PageLinks page;
    if (document.size() > limits.max_bytes) {
        document = document.first(limits.max_bytes);
        page.truncated = true;
    }
    const auto decoded = decode_text(document, content_type);
    page.charset = decoded.charset;
    Extraction(page, limits).read(decoded.text(), *page_url, 0);
    return page;
}

} // namespace stillwatch::html
