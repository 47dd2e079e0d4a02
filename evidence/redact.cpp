#include "evidence/redact.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::evidence {

namespace {

constexpr std::size_t least_secret_bytes = 8;

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_one_of(std::string_view name, std::span<const std::string_view> names)
{
    return std::ranges::any_of(names, [name](std::string_view other) { return same_name(name, other); });
}

bool is_one_of(std::string_view name, std::span<const std::string> names)
{
    return std::ranges::any_of(names, [name](std::string_view other) { return same_name(name, other); });
}

bool is_secret_of_request(std::string_view name, std::span<const std::string> secret_names)
{
    static constexpr std::array<std::string_view, 3> always{"Cookie", "Authorization", "Proxy-Authorization"};
    return is_one_of(name, always) || is_one_of(name, secret_names);
}

bool is_secret_of_response(std::string_view name, std::span<const std::string> secret_names)
{
    static constexpr std::array<std::string_view, 3> always{"Set-Cookie", "Set-Cookie2", "Cookie"};
    // Without these nobody could read the body or follow the chain; a site's own header of the same name is
    // echoed by none of them.
    static constexpr std::array<std::string_view, 9> never{
        "Content-Type", "Content-Encoding", "Content-Length", "Transfer-Encoding",
        "Location",     "Content-Range",    "Date",           "Last-Modified",
        "ETag"};
    return is_one_of(name, always) || (is_one_of(name, secret_names) && !is_one_of(name, never));
}

// One line of a head: its text, and its line end (CRLF, LF or nothing).
struct Line {
    std::string_view text;
    std::string_view end;
};

Line take_line(std::string_view& head)
{
    const auto whole = head.substr(0, std::min(head.find('\n'), head.size() - 1) + 1);
    head.remove_prefix(whole.size());
    auto size = whole.size();
    if (size > 0 && whole[size - 1] == '\n') --size;
    if (size > 0 && size < whole.size() && whole[size - 1] == '\r') --size;
    return {whole.substr(0, size), whole.substr(size)};
}

bool is_folded(std::string_view line)
{
    return !line.empty() && (line.front() == ' ' || line.front() == '\t');
}

std::string_view name_of_line(std::string_view line)
{
    const auto colon = line.find(':');
    return colon == std::string_view::npos ? std::string_view() : trimmed(line.substr(0, colon));
}

// Where echoes are looked for in a line: not in what says how the answer is to be read.
std::size_t first_free_byte(std::string_view line, bool is_first)
{
    static constexpr std::array<std::string_view, 6> framing{
        "Content-Length", "Transfer-Encoding", "Content-Encoding", "Content-Type", "Content-Range", "Date"};
    if (is_first) { // behind protocol and status
        const auto status = line.find_first_not_of(" \t", std::min(line.find_first_of(" \t"), line.size()));
        return std::min(line.find_first_of(" \t", std::min(status, line.size())), line.size());
    }
    return is_one_of(name_of_line(line), framing) ? line.size() : 0;
}

bool replace_values(std::string& text, std::size_t from, std::span<const std::string> values)
{
    bool has_replaced = false;
    for (const auto& value : values) {
        for (auto at = text.find(value, from); at != std::string::npos;
             at = text.find(value, at + redacted_value.size())) {
            text.replace(at, value.size(), redacted_value);
            has_replaced = true;
        }
    }
    return has_replaced;
}

void note(std::vector<std::string>& names, std::string_view name)
{
    if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
}

template <class IsSecret>
RedactedHead redact(std::string_view head, const IsSecret& is_secret, std::span<const std::string> values)
{
    RedactedHead result;
    std::string name; // of the header that a folded line belongs to
    bool is_first = true;
    while (!head.empty()) {
        const auto [text, end] = take_line(head);
        // The line that ends a head may go on behind its CR.
        const bool is_start = is_first || text.starts_with('\r');
        if (!is_start && !is_folded(text)) name = name_of_line(text);
        if (is_first) name = "first line";
        if (!is_start && !name.empty() && is_secret(name)) {
            note(result.names, name);
            if (is_folded(text))
                result.head += ' ';
            else
                result.head.append(text.substr(0, text.find(':') + 1)).append(" ");
            result.head.append(redacted_value).append(end);
            continue;
        }
        std::string line(text);
        if (replace_values(line, first_free_byte(line, is_first), values))
            note(result.names, name.empty() ? "line without a name" : name);
        result.head.append(line).append(end);
        is_first = false;
    }
    std::ranges::sort(result.names);
    return result;
}

void add_value(std::vector<std::string>& values, std::string_view value)
{
    value = trimmed(value);
    if (value.size() >= least_secret_bytes && std::ranges::find(values, value) == values.end())
        values.emplace_back(value);
}

// Values that a server hands out: they are what the next request is let in by.
void add_cookies_set(std::vector<std::string>& values, const Fetched& answer)
{
    for (const auto& field : answer.headers) {
        if (!same_name(field.name, "Set-Cookie")) continue;
        const auto pair = std::string_view(field.value).substr(0, field.value.find(';'));
        add_value(values, pair.substr(std::min(pair.find('=') + 1, pair.size())));
    }
}

void add_secrets(std::vector<std::string>& values, std::string_view request_head,
                 std::span<const std::string> secret_names)
{
    while (!request_head.empty()) {
        const auto line = take_line(request_head).text;
        const auto name = name_of_line(line);
        if (name.empty() || !is_secret_of_request(name, secret_names)) continue;
        auto value = line.substr(line.find(':') + 1);
        add_value(values, value);
        if (const auto blank = trimmed(value).find(' ');
            same_name(name, "Authorization") && blank != std::string_view::npos)
            add_value(values, trimmed(value).substr(blank)); // behind the scheme
        if (!same_name(name, "Cookie")) continue;
        while (!value.empty()) {
            const auto pair = value.substr(0, value.find(';'));
            value.remove_prefix(std::min(pair.size() + 1, value.size()));
            if (const auto equals = pair.find('='); equals != std::string_view::npos)
                add_value(values, pair.substr(equals + 1));
        }
    }
}

} // namespace

std::vector<std::string> secrets_of(std::span<const Fetched* const> exchanges)
{
    std::vector<std::string> values;
    for (const auto* exchange : exchanges) {
        add_secrets(values, exchange->request_head, exchange->secrets);
        add_cookies_set(values, *exchange);
    }
    // The longest first: a part of it must not be what is found.
    std::ranges::stable_sort(values, [](const auto& a, const auto& b) { return a.size() > b.size(); });
    return values;
}

RedactedHead redact_request(std::string_view head, std::span<const std::string> secret_names)
{
    return redact(head, [&](std::string_view name) { return is_secret_of_request(name, secret_names); }, {});
}

RedactedHead redact_response(std::string_view head, std::span<const std::string> secret_names,
                             std::span<const std::string> secret_values)
{
    return redact(
        head, [&](std::string_view name) { return is_secret_of_response(name, secret_names); },
        secret_values);
}

RedactedNames redacted_names(const Fetched& fetched, std::span<const std::string> secret_values)
{
    return {redact_request(fetched.request_head, fetched.secrets).names,
            redact_response(fetched.response_head, fetched.secrets, secret_values).names};
}

} // namespace stillwatch::evidence
