#include "html/link_header.hpp"

#include "core/npos.hpp"
#include "html/element.hpp"
#include "html/references.hpp"
#include "html/text.hpp"

#include <algorithm>

namespace stillwatch::html {

namespace {

std::size_t after_blanks(std::string_view text, std::size_t at) noexcept
{
    while (at < text.size() && is_blank(text[at]))
        ++at;
    return at;
}

// One parameter from behind its ';'; `at` moves to the ';' or ',' that ends it.
Attribute take_parameter(std::string_view text, std::size_t& at, Candidates& out)
{
    const auto begin = after_blanks(text, at);
    at = std::min(text.find_first_of("=;,", begin), text.size());
    Attribute parameter{trimmed(text.substr(begin, at - begin)), {}};
    if (at == text.size() || text[at] != '=') return parameter;
    at = after_blanks(text, at + 1);
    if (at < text.size() && text[at] == '"') {
        std::string value;
        for (++at; at < text.size() && text[at] != '"'; ++at) {
            if (text[at] == '\\' && at + 1 < text.size()) ++at;
            value.push_back(text[at]);
        }
        parameter.value = out.keep(std::move(value));
        at = std::min(text.find_first_of(";,", at), text.size());
    } else {
        const auto end = std::min(text.find_first_of(";,", at), text.size());
        parameter.value = trimmed(text.substr(at, end - at));
        at = end;
    }
    return parameter;
}

} // namespace

void read_link_header(std::string_view value, Candidates& out)
{
    std::size_t at = 0;
    while ((at = value.find('<', at)) != npos && !out.is_full()) {
        const auto end = value.find('>', at);
        if (end == npos) return;
        std::vector<Attribute> parameters{{"href", value.substr(at + 1, end - at - 1)}};
        at = after_blanks(value, end + 1);
        while (at < value.size() && value[at] == ';') {
            ++at;
            parameters.push_back(take_parameter(value, at, out));
        }
        Candidates named(out.room());
        read_element({"link", parameters}, named);
        for (const auto& one : named.list)
            out.add(Mechanism::link_header, one.kind, out.keep(std::string(one.reference)));
    }
}

} // namespace stillwatch::html
