#include "cases/hash_list_reader.hpp"

#include <algorithm>
#include <array>

// XML of NCMEC's hash sharing: <image> and <deletedImage> with <member id>, <id> and <fingerprints>. Hashes
// are hexadecimal digits, so that no entity needs to be read.
namespace stillwatch::cases {

namespace {

constexpr std::size_t max_id_bytes = 256;
constexpr std::size_t max_hashes_of_entry = 64;

struct Entry {
    std::size_t line = 1;
    std::string name; // of its element
    std::string member;
    std::string id;
    std::vector<std::pair<std::string, std::string>> hashes;
    bool has_fingerprints = false; // inside <fingerprints>
    bool is_deleted() const { return name.starts_with("deleted"); }
};

bool is_entry(std::string_view tag)
{
    constexpr std::array<std::string_view, 4> tags{"image", "deletedImage", "video", "deletedVideo"};
    return std::ranges::find(tags, tag) != tags.end();
}

std::string attribute(std::string_view tag, std::string_view name)
{
    const auto at = tag.find(std::string(" ") + std::string(name) + "=\"");
    if (at == std::string_view::npos) return {};
    const auto begin = at + name.size() + 3;
    const auto end = tag.find('"', begin);
    if (end == std::string_view::npos) return {};
    return std::string(tag.substr(begin, std::min(end - begin, max_id_bytes)));
}

struct Kept {
    std::size_t line = 1;
    std::vector<std::pair<std::string, std::string>> hashes;
};

} // namespace

void read_ncmec_list(std::string_view text, HashListReader& reader)
{
    std::map<std::pair<std::string, std::string>, Kept>
        kept; // by member and id, as the last entry of it says
    std::size_t line = 1;
    std::optional<Entry> entry;
    std::size_t entries = 0;
    for (std::size_t at = text.find('<'), before = 0; at != std::string_view::npos; at = text.find('<', at)) {
        line += static_cast<std::size_t>(std::ranges::count(text.substr(before, at - before), '\n'));
        before = at;
        if (text.substr(at).starts_with("<!--")) {
            at = text.find("-->", at);
            continue;
        }
        const auto end = text.find('>', at);
        if (end == std::string_view::npos) break;
        auto tag = text.substr(at + 1, end - at - 1);
        const bool is_end = tag.starts_with('/');
        const bool is_alone = tag.ends_with('/');
        if (is_end) tag.remove_prefix(1);
        const auto name = tag.substr(0, tag.find_first_of(" \t\r\n/"));
        at = end + 1;
        const auto content = text.substr(at, text.find('<', at) - at);
        const bool is_ended = is_end || is_alone;
        if (is_entry(name) && !is_end) {
            if (entry) reader.skip(entry->line, "an entry without its end");
            entry = Entry{line, std::string(name), {}, {}, {}, false};
            if (++entries > HashList::max_records) break;
        }
        if (!entry) continue;
        if (is_entry(name) && is_ended) {
            const std::pair key(entry->member, entry->id);
            if (name != entry->name || entry->id.empty())
                reader.skip(entry->line, "an entry without its id");
            else if (entry->is_deleted())
                kept.erase(key);
            else
                kept[key] = {entry->line, std::move(entry->hashes)};
            entry.reset();
        } else if (name == "fingerprints") {
            entry->has_fingerprints = !is_ended;
        } else if (is_ended) {
            continue;
        } else if (name == "member" && entry->member.empty()) {
            entry->member = attribute(tag, "id");
        } else if (name == "id" && entry->id.empty()) {
            entry->id = without_blanks(content).substr(0, max_id_bytes);
        } else if (entry->has_fingerprints && entry->hashes.size() < max_hashes_of_entry) {
            // Digests of the files of videos are compared as well: a list of what nobody may look at is
            // taken as far as it goes.
            entry->hashes.emplace_back(name, without_blanks(content).substr(0, max_id_bytes));
        }
    }
    if (entry) reader.skip(entry->line, "an entry without its end");
    for (const auto& [key, one] : kept)
        for (const auto& [kind, hex] : one.hashes) {
            if (reader.is_full()) return;
            reader.take(one.line, kind, hex, false);
        }
}

} // namespace stillwatch::cases
