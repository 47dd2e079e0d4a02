#include "html/player.hpp"

#include "core/npos.hpp"
#include "html/references.hpp"
#include "html/script_tokens.hpp"
#include "html/text.hpp"
#include "html/text_addresses.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace stillwatch::html {

namespace {

using Kind = ScriptToken::Kind;

constexpr std::size_t deepest = 64;
constexpr std::size_t most_awaiting = 16; // of one object, for its type
constexpr std::size_t longest_key = 40;

template <std::size_t size>
bool holds(const std::array<std::string_view, size>& names, std::string_view name) noexcept
{
    return std::ranges::find(names, name) != names.end();
}

// In lower case, without the marks that keys differ in.
std::string plain_key(std::string_view key)
{
    std::string plain;
    for (const char c : key.substr(0, longest_key))
        if (c != '_' && c != '-' && c != '@') plain.push_back(lower(c));
    return plain;
}

// Whose value is a video whatever it looks like.
bool is_video_key(std::string_view key) noexcept
{
    static constexpr std::array<std::string_view, 28> keys{"hls",
                                                           "dash",
                                                           "mp4",
                                                           "webm",
                                                           "m3u8",
                                                           "mpd",
                                                           "hlsurl",
                                                           "dashurl",
                                                           "mp4url",
                                                           "webmurl",
                                                           "m3u8url",
                                                           "videourl",
                                                           "videosrc",
                                                           "videofile",
                                                           "streamurl",
                                                           "hlsmanifesturl",
                                                           "dashmanifesturl",
                                                           "playlisturl",
                                                           "hdsrc",
                                                           "sdsrc",
                                                           "videohd",
                                                           "videosd",
                                                           "videoalturl",
                                                           "hlssrc",
                                                           "dashsrc",
                                                           "hlsstream",
                                                           "manifesturl",
                                                           "progressiveurl"};
    return holds(keys, key);
}

// Whose value is one where a type beside it says so.
bool is_source_key(std::string_view key) noexcept
{
    static constexpr std::array<std::string_view, 10> keys{"src",  "file",   "url",        "source",  "href",
                                                           "link", "stream", "contenturl", "address", "path"};
    return holds(keys, key);
}

// "720", "1080p"
bool is_quality(std::string_view key) noexcept
{
    if (key.ends_with('p')) key.remove_suffix(1);
    return key.size() >= 3 && key.size() <= 4 && std::ranges::all_of(key, is_digit);
}

// Objects and lists under these hold one video in several qualities or formats.
bool holds_variants(std::string_view key) noexcept
{
    static constexpr std::array<std::string_view, 24> keys{
        "sources",      "source",  "src",      "qualities", "quality",     "levels",      "renditions",
        "variants",     "streams", "files",    "formats",   "progressive", "hls",         "dash",
        "mp4",          "webm",    "cdns",     "urls",      "encodings",   "definitions", "mediadefinitions",
        "transcodings", "file",    "videourls"};
    return holds(keys, key) || is_quality(key);
}

// Objects under these hold the same video at several places, by names of their own.
bool holds_copies(std::string_view key) noexcept
{
    static constexpr std::array<std::string_view, 5> keys{"cdns", "hls", "dash", "qualities", "formats"};
    return holds(keys, key);
}

// Whose value is words.
bool is_wording_key(std::string_view key) noexcept
{
    static constexpr std::array<std::string_view, 11> keys{"title",    "name",        "label",    "alt",
                                                           "caption",  "text",        "filename", "id",
                                                           "original", "description", "headline"};
    return holds(keys, key);
}

// "video", "hls" beside an address.
bool is_type_word(std::string_view type) noexcept
{
    static constexpr std::array<std::string_view, 8> words{"video", "hls",  "dash", "mp4",
                                                           "m3u8",  "webm", "m4v",  "flv"};
    return std::ranges::any_of(words, [&](auto one) { return same_name(one, type); });
}

bool looks_like_address(std::string_view text) noexcept
{
    return text.size() >= 2 && (text.starts_with('/') || text.starts_with("./") || text.starts_with("../") ||
                                begins_with_name(text, "http://") || begins_with_name(text, "https://"));
}

// What stands under a player's key and is none of its videos: its parts, pictures and words.
bool is_of_other_kind(std::string_view text) noexcept
{
    static constexpr std::array<std::string_view, 9> suffixes{".js",  ".css", ".json", ".vtt", ".srt",
                                                              ".swf", ".mp3", ".svg",  ".html"};
    const auto path = text.substr(0, path_ends.first_in(text));
    return has_image_suffix(text) || std::ranges::any_of(suffixes, [&](auto one) {
               return path.size() >= one.size() && same_name(path.substr(path.size() - one.size()), one);
           });
}

class Player {
public:
    Player(std::string_view code, Mechanism mechanism, Candidates& out)
        : scanner_(code), mechanism_(mechanism), out_(out)
    {
        frames_.push_back({});
    }

    void read()
    {
        for (auto token = scanner_.next(); token.kind != Kind::end && !out_.is_full();) {
            const auto next = scanner_.next();
            take(token, next);
            before_ = token;
            token = next;
        }
        while (frames_.size() > 1)
            close();
        settle(frames_.front());
    }

private:
    // An object, a list or the arguments of a call that are open.
    struct Frame {
        char opening = 0;       // 0: the whole text
        std::string key{};      // that it stands under; of a call its function
        int item = 0;           // of its variants, once there is one
        bool is_video = false;  // a type in it says so
        bool is_linked = false; // it is a VideoObject of schema.org: its `url` is a page
        std::vector<std::pair<std::string, std::string_view>> awaiting{}; // key and address, for a type
    };

    void take(const ScriptToken& token, const ScriptToken& next)
    {
        switch (token.kind) {
        case Kind::name: word_ = token.text; break;
        case Kind::string:
        case Kind::template_:
            if (next.is_mark(':') && !is_choice(token.text)) {
                word_ = token.text;
            } else if (!before_.is_mark('+') && !next.is_mark('+')) {
                const auto text =
                    token.text.find('\\') == npos ? token.text : out_.keep(unescaped_script(token.text));
                value(trimmed(text));
            }
            break;
        case Kind::number: word_ = token.text; break;
        case Kind::mark: mark(token.text.front()); break;
        case Kind::end: break;
        }
    }

    // "… ? 'a.mp4' : 'b.mp4'": no key.
    bool is_choice(std::string_view text) const noexcept
    {
        return before_.is_mark('?') && text.find('/') != npos;
    }

    void mark(char c)
    {
        switch (c) {
        case ':':
        case '=': key_ = plain_key(word_); break;
        case ',':
        case ';':
            if (frames_.back().opening != '[') key_.clear();
            word_ = {};
            break;
        case '{':
        case '[':
        case '(': open(c); break;
        case '}':
        case ']':
        case ')':
            if (frames_.size() > 1) close();
            key_.clear();
            word_ = {};
            break;
        default: break;
        }
    }

    void open(char c)
    {
        if (frames_.size() >= deepest) return; // what lies deeper counts for the frame around it
        Frame frame;
        frame.opening = c;
        frame.key = c == '(' ? plain_key(word_) : std::exchange(key_, {});
        frames_.push_back(std::move(frame));
        if (c == '(')
            key_.clear();
        else
            word_ = {};
    }

    void close()
    {
        settle(frames_.back());
        frames_.pop_back();
    }

    void settle(Frame& frame)
    {
        for (const auto& [key, address] : frame.awaiting)
            if (frame.is_linked ? key == "contenturl" : frame.is_video) add(key, address);
        frame.awaiting.clear();
    }

    const std::string& key_here() const noexcept { return key_.empty() ? frames_.back().key : key_; }

    void value(std::string_view text)
    {
        auto& frame = frames_.back();
        const auto& key = key_here();
        if (text.size() < 2 || text.size() > max_reference_bytes) return;
        if (key == "type" || key == "mimetype" || key == "mime" || key == "contenttype") {
            if (same_name(text, "VideoObject"))
                frame.is_linked = true;
            else if (is_video_type(text) || is_type_word(text))
                frame.is_video = true;
            return;
        }
        if (text.find_first_of("<>\r\n\"'") != npos) return;
        if (key == "embedurl" && looks_like_address(text)) {
            out_.add_by_suffix(mechanism_, text);
            return;
        }
        const bool is_named =
            is_video_key(key) || is_source_key(key) || is_quality(key) || key == "loadsource";
        const auto videos = video_list(text);
        for (const auto video : videos) {
            const bool is_bare = video.find('/') == npos;
            if (is_bare ? !is_named : is_wording_key(key) && !looks_like_address(video)) continue;
            if (may_be_code(video)) continue;
            add(key, video);
        }
        if (!videos.empty() || !looks_like_address(text) || is_of_other_kind(text)) return;
        if (text.find_first_of(blanks) != npos) return;
        if (is_video_key(key) || key == "loadsource" || key == "attachsource")
            add(key, text);
        else if (is_source_key(key) && frame.awaiting.size() < most_awaiting)
            frame.awaiting.emplace_back(key, text);
    }

    // A module of a program in TypeScript.
    static bool may_be_code(std::string_view address) noexcept
    {
        const auto path = address.substr(0, path_ends.first_in(address));
        return path.size() > 3 && same_name(path.substr(path.size() - 3), ".ts") &&
               !begins_with_name(address, "http");
    }

    void add(const std::string& key, std::string_view address)
    {
        const bool is_variant = is_video_key(key) || is_source_key(key) || holds_variants(key) ||
                                is_quality(key) || key == "loadsource";
        out_.add_video(mechanism_, address, is_variant ? item() : 0);
    }

    // Of the object that all variants of this one stand in: a list of sources belongs to what has the list.
    int item()
    {
        std::size_t at = frames_.size() - 1;
        while (at > 0) {
            const auto& frame = frames_[at];
            const auto& around = frames_[at - 1];
            if (around.opening == 0) break;
            const bool is_in_list = around.opening == '[' && (holds_variants(around.key) || is_given(at - 1));
            const bool is_in_map = around.opening == '{' && holds_copies(around.key);
            const bool is_variant_of_list = frame.opening == '{' && (is_in_list || is_in_map);
            const bool is_under = frame.opening != '(' && holds_variants(frame.key);
            if (!is_variant_of_list && !is_under) break;
            --at;
        }
        auto& frame = frames_[at];
        if (frame.opening == 0) return 0; // assignments of a script: of one video or of many
        if (frame.item == 0) {
            frame.item = out_.items.own() + 1; // that before it may be of an element's pictures
            out_.items.used(frame.item);
        }
        return frame.item;
    }

    // player.src([{…}, {…}])
    bool is_given(std::size_t list) const
    {
        if (list == 0 || frames_[list - 1].opening != '(') return false;
        const auto& function = frames_[list - 1].key;
        return frames_[list].key.empty() && (function == "src" || function == "source" || function == "load");
    }

    ScriptScanner scanner_;
    Mechanism mechanism_;
    Candidates& out_;
    std::vector<Frame> frames_;
    std::string key_;       // of the value that comes next; empty: that of the list or call
    std::string_view word_; // the last name or string that may be a key
    ScriptToken before_{};
};

} // namespace

bool is_video_type(std::string_view type) noexcept
{
    type = trimmed(type);
    return begins_with_name(type, "video/") || find_name(type, "mpegurl") != npos ||
           find_name(type, "dash+xml") != npos;
}

bool may_configure_player(std::string_view code) noexcept
{
    for (auto dot = code.find('.'); dot != npos; dot = code.find('.', dot + 1)) {
        auto end = dot + 1;
        while (end < code.size() && end - dot <= 5 && (is_letter(code[end]) || is_digit(code[end])))
            ++end;
        if (is_video_suffix(code.substr(dot + 1, end - dot - 1))) return true;
    }
    static constexpr std::array<std::string_view, 11> marks{
        "video/",  "video\\/", "VideoObject", "loadSource", "jwplayer", "flowplayer",
        "videojs", "mpegURL",  "mpegurl",     "dash+xml",   "video_url"};
    return std::ranges::any_of(marks, [&](auto mark) { return code.find(mark) != npos; });
}

void read_player(std::string_view code, Mechanism mechanism, Candidates& out)
{
    Player(code, mechanism, out).read();
}

std::vector<std::string_view> video_list(std::string_view text)
{
    static constexpr Characters separators(", |;\t\n\r\f");
    std::vector<std::string_view> videos;
    const auto path = text.substr(0, path_ends.first_in(text));
    if (!separators.is_in(path) && !path.starts_with('[')) {
        if (has_video_suffix(text)) videos.push_back(text);
        return videos;
    }
    while (!text.empty()) {
        const auto end = separators.first_in(text);
        auto piece = text.substr(0, end);
        text.remove_prefix(end == npos ? text.size() : end + 1);
        if (piece.starts_with('[')) piece.remove_prefix(std::min(piece.find(']'), piece.size() - 1) + 1);
        if (const auto scheme = piece.find("http"); scheme != npos && scheme <= 16)
            piece.remove_prefix(scheme);
        if (has_video_suffix(piece) && piece.size() <= max_reference_bytes) videos.push_back(piece);
    }
    return videos;
}

} // namespace stillwatch::html
