#pragma once

#include "core/links.hpp"
#include "html/forms.hpp"
#include "html/items.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace stillwatch::html {

// How much an address is worth comparing among those of its item: what an anchor leads to is the whole
// picture.
enum class Worth : unsigned char { other, largest_of_set, anchored };

// An address as the document writes it.
struct Candidate {
    Mechanism mechanism;
    LinkKind kind;
    Worth worth;
    int item; // of a picture or video (html/items.hpp); 0: shows what nothing else shows
    std::string_view reference;
    std::optional<ReferrerPolicy> policy{}; // of its element
};

// What a document names, in order of appearance; views into the document, its tree or `decoded`.
class Candidates {
public:
    explicit Candidates(std::size_t max_candidates) : max_(max_candidates) {}

    // Leaves out what is empty, a mere fragment, a placeholder of a template ("{{src}}") or no web address by
    // its beginning (data:, javascript:); says whether it was taken.
    bool add(Mechanism mechanism, LinkKind kind, std::string_view reference, int item = 0,
             Worth worth = Worth::other);
    // What a link to `reference` is taken for: where a redirector leads, and not the redirector. An address
    // that tells the way back stays, and where it leads is added beside it.
    std::string_view led_to(Mechanism mechanism, std::string_view reference);
    // As a picture or video where it ends like one, else as `otherwise` says.
    void add_by_suffix(Mechanism mechanism, std::string_view reference, LinkKind otherwise = LinkKind::page);
    // What is a video by the place it stands in, whatever it ends like.
    void add_video(Mechanism mechanism, std::string_view reference, int item = 0);
    void add_set(Mechanism mechanism, std::string_view srcset, int item = 0);
    void add_css(Mechanism mechanism, std::string_view css);
    // Keeps a text that was made while reading as long as the candidates live.
    std::string_view keep(std::string text) { return decoded_.emplace_back(std::move(text)); }

    bool is_full() const noexcept { return !is_whole; }
    std::size_t room() const noexcept { return max_ - std::min(max_, list.size()); }

    std::vector<Candidate> list;
    std::unordered_set<std::string_view> videos_by_place; // of add_video(): no key makes pictures of them
    Items items;
    Forms forms;
    std::vector<std::string_view> documents; // markup inside attributes and texts: srcdoc, <noframes>, feeds
    std::vector<std::string_view> scripts;   // of the document, in their order: they share their names
    std::optional<ReferrerPolicy> policy;    // of the element that is read
    std::optional<ReferrerPolicy> policy_of_document;
    std::string_view base; // href of the first <base> that has one
    bool is_whole = true;  // false where max_candidates was reached

private:
    std::size_t max_;
    std::deque<std::string> decoded_;
};

} // namespace stillwatch::html
