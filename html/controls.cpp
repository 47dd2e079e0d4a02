#include "html/controls.hpp"

#include "core/npos.hpp"
#include "html/listed.hpp"
#include "html/references.hpp"
#include "html/script_addresses.hpp"
#include "html/text.hpp"
#include "html/text_addresses.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace stillwatch::html {

namespace {

// Words of an address that does something.
bool is_deed(std::string_view word) noexcept
{
    static constexpr std::array<std::string_view, 74> deeds{
        "add",     "addtocart", "approve",   "ban",      "block",     "bookmark", "buy",      "cancel",
        "cart",    "checkout",  "clear",     "close",    "confirm",   "create",   "delete",   "destroy",
        "dislike", "dismiss",   "donate",    "downvote", "edit",      "fav",      "favorite", "favourite",
        "flag",    "follow",    "hide",      "ignore",   "import",    "invite",   "join",     "like",
        "lock",    "login",     "logoff",    "logon",    "logout",    "mark",     "markread", "merge",
        "modify",  "move",      "mute",      "newreply", "newthread", "newtopic", "notify",   "pay",
        "publish", "purchase",  "rate",      "react",    "register",  "remove",   "reply",    "report",
        "reset",   "restore",   "revoke",    "save",     "send",      "share",    "signin",   "signout",
        "signup",  "submit",    "subscribe", "toggle",   "undelete",  "unfollow", "unlike",   "unsubscribe",
        "upvote",  "vote"};
    return std::ranges::any_of(deeds, [&](auto one) { return same_name(one, word); });
}

// Of what an element is called: frequent names of layouts ("block", "hide", "toggle") say nothing there.
bool is_deed_of_element(std::string_view word) noexcept
{
    return listed({"delete",    "remove",      "vote",     "upvote",    "downvote", "like",   "unlike",
                   "dislike",   "reply",       "report",   "logout",    "signout",  "follow", "unfollow",
                   "subscribe", "unsubscribe", "favorite", "favourite", "fav",      "ban",    "cart",
                   "flag",      "bookmark",    "quote",    "react"},
                  word);
}

// Whether any word of a text is one: words end where letters do, and before a capital one.
bool has_word(std::string_view text, bool (*is_meant)(std::string_view) noexcept) noexcept
{
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= text.size(); ++at) {
        const bool goes_on = at < text.size() && is_letter(text[at]);
        const bool is_hump =
            goes_on && at > begin && text[at] >= 'A' && text[at] <= 'Z' && text[at - 1] >= 'a';
        if (goes_on && !is_hump) continue;
        if (at > begin && is_meant(text.substr(begin, at - begin))) return true;
        begin = goes_on ? at : at + 1;
    }
    return false;
}

bool is_of_no_page(std::string_view reference) noexcept
{
    static constexpr std::array<std::string_view, 18> suffixes{
        ".js",  ".mjs", ".css",  ".svg",   ".ico", ".mp4", ".webm", ".m3u8", ".mov",
        ".mp3", ".ogg", ".woff", ".woff2", ".ttf", ".eot", ".map",  ".wasm", ".vtt"};
    const auto path = reference.substr(0, path_ends.first_in(reference));
    return std::ranges::any_of(suffixes, [&](auto one) {
        return path.size() > one.size() && same_name(path.substr(path.size() - one.size()), one);
    });
}

bool ends_like_page(std::string_view reference) noexcept
{
    const auto path = reference.substr(0, path_ends.first_in(reference));
    return std::ranges::any_of(
        std::array<std::string_view, 8>{".html", ".htm", ".php", ".aspx", ".asp", ".jsp", ".shtml", ".cgi"},
        [&](auto one) {
            return path.size() > one.size() && same_name(path.substr(path.size() - one.size()), one);
        });
}

// What attributes of this name hold is for something else, whatever it looks like.
bool is_of_something_else(std::string_view name) noexcept
{
    static constexpr std::array<std::string_view, 24> parts{
        "action", "post",   "put",   "patch", "delete", "track", "share",  "login",
        "base",   "src",    "img",   "image", "thumb",  "icon",  "avatar", "logo",
        "asset",  "static", "theme", "ping",  "script", "css",   "font",   "video"};
    return std::ranges::any_of(parts, [&](std::string_view part) { return find_name(name, part) != npos; });
}

// Attributes that scripts and their libraries read: data-next-url, hx-get, :href, up-href.
bool is_for_scripts(std::string_view name) noexcept
{
    static constexpr std::array<std::string_view, 10> prefixes{"data-", "hx-", "up-", "ic-", "ng-",
                                                               "v-",    "x-",  ":",   "w3-", "routerlink"};
    return std::ranges::any_of(prefixes, [&](auto one) { return begins_with_name(name, one); });
}

// Attributes that hold code for those libraries: @click, ng-click, x-on:click, x-data, (click).
bool is_handler(std::string_view name) noexcept
{
    if (name.starts_with('@')) return true;
    if (find_name(name, "click") != npos)
        return find_name(name, "url") == npos && find_name(name, "href") == npos;
    return listed({"x-data", "x-init", "ng-init", "data-ng-init"}, name);
}

// What shows itself or means something else than where one is led.
bool is_read_elsewhere(std::string_view element) noexcept
{
    return listed({"a", "area", "link", "base", "img", "image", "source", "video", "audio", "iframe", "frame",
                   "embed", "object", "script", "meta", "use", "form", "track", "feimage"},
                  element);
}

// An element says itself that it does something.
bool is_for_deeds(const Element& element) noexcept
{
    for (const auto& [name, value] : element.attributes) {
        if (same_name(name, "data-confirm")) return true;
        if (listed({"data-method", "data-http-method", "formmethod"}, name) &&
            !same_name(trimmed(value), "get"))
            return true;
        if (begins_with_name(name, "hx-") && listed({"hx-post", "hx-put", "hx-patch", "hx-delete"}, name))
            return true;
        if (listed({"class", "id", "name", "data-action", "data-type", "data-role", "rel"}, name) &&
            has_word(value, is_deed_of_element))
            return true;
    }
    return false;
}

bool is_attribute_of_control(const Element& element, std::string_view name) noexcept
{
    if (is_for_scripts(name)) return !is_of_something_else(name);
    const bool is_custom = element.name.find('-') != npos;
    if (listed({"href", "to"}, name)) return !is_read_elsewhere(element.name);
    if (is_custom) return same_name(name, "src") || !is_of_something_else(name);
    if (same_name(name, "value")) return listed({"option", "button", "li"}, element.name);
    return same_name(name, "longdesc");
}

// Most attributes of most pages, none of which is a control's.
bool is_frequent(std::string_view element, std::string_view name) noexcept
{
    if (name == "class" || name == "style" || name == "alt" || name == "title") return true;
    const bool is_address = name == "href" || name == "src" || name == "srcset";
    return is_address && (element == "a" || element == "img" || element == "link" || element == "source");
}

// "list?page=2": a relative address that needs no ending to be one.
bool is_word_with_query(std::string_view value) noexcept
{
    const auto question = value.find('?');
    if (question == npos || question == 0) return false;
    const auto is_part = [](char c) {
        return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '/';
    };
    const auto equals = value.find('=', question);
    return equals != npos && equals > question + 1 &&
           std::ranges::all_of(value.substr(0, question), is_part) &&
           std::ranges::all_of(value.substr(question + 1, equals - question - 1), is_part);
}

// The form that is open learns of its parts.
void follow_form(const Element& element, Candidates& out)
{
    const auto is = [&](std::string_view name) { return same_name(element.name, name); };
    const auto value = [&](std::string_view name) { return element.value(name); };
    if (is("form")) {
        const auto method = trimmed(value("method"));
        const bool leads_on = (method.empty() || same_name(method, "get")) && !is_for_deeds(element);
        close_form(out);
        return out.forms.open(value("action"), leads_on);
    }
    if (is("input") || is("button")) {
        const auto type = trimmed(value("type"));
        const bool is_pressed = is("button") ? type.empty() || same_name(type, "submit")
                                             : same_name(type, "submit") || same_name(type, "image");
        if (is_pressed && !is_for_deeds(element))
            out.forms.press(value("formaction"), {value("name"), value("value")});
        else if (same_name(type, "hidden"))
            out.forms.hide({value("name"), value("value")});
        else if (is("input") && !listed({"button", "reset", "submit", "image"}, type))
            out.forms.ask();
    } else if (is("textarea")) {
        out.forms.ask();
    } else if (is("select")) {
        const bool is_order = has_word(value("name"), [](std::string_view word) noexcept {
            return listed({"sort", "order", "orderby", "dir", "lang", "language", "theme", "style", "styleid",
                           "locale", "limit", "perpage", "view", "currency"},
                          word);
        });
        out.forms.list(is_order ? std::string_view() : value("name"));
    } else if (is("option")) {
        out.forms.option(value("value"));
    }
}

} // namespace

bool is_next_key(std::string_view name)
{
    if (name.size() > 40) return false;
    std::string plain;
    for (const char c : name)
        if (is_letter(c) || is_digit(c)) plain.push_back(lower(c));
    static constexpr std::array<std::string_view, 14> tails{
        "",     "page",     "url",      "pageurl",  "href",    "link",       "uri",
        "path", "pagelink", "pagehref", "pagepath", "results", "resultsurl", "pageuri"};
    for (const std::string_view stem :
         {"next", "loadmore", "more", "showmore", "older", "prev", "previous", "nextset"})
        if (plain.starts_with(stem) &&
            std::ranges::find(tails, std::string_view(plain).substr(stem.size())) != tails.end())
            return true;
    if (plain.find("next") == std::string::npos) return false;
    return plain.ends_with("next") ||
           std::ranges::any_of(tails, [&](auto tail) { return !tail.empty() && plain.ends_with(tail); });
}

bool looks_like_page(std::string_view value) noexcept
{
    if (value.size() < 2 || value.size() > max_reference_bytes) return false;
    static constexpr Characters of_no_address("<>\"'`{}|\\^*");
    const bool is_clean = std::ranges::all_of(
        value, [](char c) { return static_cast<unsigned char>(c) > ' ' && !of_no_address.has(c); });
    if (!is_clean || has_image_suffix(value) || is_of_no_page(value)) return false;
    if (!std::ranges::any_of(value, [](char c) { return is_letter(c) || is_digit(c); })) return false;
    if (begins_with_name(value, "http://") || begins_with_name(value, "https://")) return true;
    if (value.find(':') < value.find_first_of("/?")) return false; // another scheme, or a name with parts
    for (const std::string_view begin : {"/", "./", "../"})
        if (value.starts_with(begin)) return true;
    if (value.starts_with('?')) return value.find('=') != npos;
    return ends_like_page(value) || is_word_with_query(value);
}

// "more?page=2", "page/2/" in an attribute whose name says that it holds an address.
bool is_relative_page(std::string_view name, std::string_view value) noexcept
{
    const auto tail = name.substr(name.rfind('-') == npos ? 0 : name.rfind('-') + 1);
    if (!listed({"get", "href", "url", "nexturl", "pageurl", "value"}, tail)) return false;
    const auto slash = value.find('/');
    const auto question = value.find('?');
    const bool is_query = question != npos && question < slash && value.find('=', question) != npos;
    const bool is_folder = slash != npos && !same_name(tail, "value") && value.find(',') == npos;
    return (is_query || is_folder) && (is_letter(value.front()) || is_digit(value.front()));
}

void add_control(std::string_view reference, Candidates& out)
{
    reference = trimmed(reference);
    const auto behind_host =
        reference.find("://") == npos ? 0 : reference.find('/', reference.find("://") + 3);
    if (!looks_like_page(reference)) return;
    if (behind_host != npos && has_word(reference.substr(behind_host), is_deed)) return;
    out.add_by_suffix(Mechanism::control, out.led_to(Mechanism::control, reference));
}

void close_form(Candidates& out)
{
    for (auto& reference : out.forms.close())
        add_control(out.keep(std::move(reference)), out);
}

void read_controls(const Element& element, Candidates& out)
{
    if (out.forms.is_open() || same_name(element.name, "form")) follow_form(element, out);
    bool is_asked = false;
    for (const auto& [name, text] : element.attributes) {
        if (is_frequent(element.name, name)) continue;
        auto value = trimmed(text);
        if (value.size() < 2) continue;
        if (is_handler(name)) {
            read_handler(value, out);
            continue;
        }
        // :href="'/more'" is an expression of one text.
        if (value.front() == '\'' && value.back() == '\'') value = value.substr(1, value.size() - 2);
        if (value.empty()) continue;
        const bool begins_well = std::string_view("/.?hH").find(value.front()) != npos;
        const bool is_relative = !begins_well && is_relative_page(name, value);
        if (!begins_well && !is_relative && (value.find('.') == npos || !ends_like_page(value))) continue;
        if (is_relative) value = out.keep("./" + std::string(value));
        if (!is_attribute_of_control(element, name) || !looks_like_page(value)) continue;
        if (!is_asked && is_for_deeds(element)) return;
        is_asked = true;
        add_control(value, out);
    }
}

void read_handler(std::string_view code, Candidates& out)
{
    if (code.find_first_of("/?.") == npos) return;
    const bool does_something = has_word(code, [](std::string_view word) noexcept {
        return is_deed_of_element(word) || listed({"confirm", "submit", "post", "ajaxPost"}, word);
    });
    if (begins_with_name(trimmed(code), "javascript:")) code = trimmed(code).substr(11);
    read_joined({&code, 1}, Mechanism::attribute, does_something ? Leading::left_out : Leading::any_literal,
                out);
}

} // namespace stillwatch::html
