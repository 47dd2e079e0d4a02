#include "contacts/security_txt.hpp"

#include "core/ascii.hpp"

#include <algorithm>

namespace stillwatch::contacts {

SecurityTxt parse_security_txt(std::string_view text)
{
    SecurityTxt result;
    if (text.size() > SecurityTxt::max_bytes) text = text.substr(0, SecurityTxt::max_bytes);
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || line.starts_with('#')) continue;
        const auto name = line.substr(0, colon);
        auto value = line.substr(colon + 1);
        while (!value.empty() && (value.front() == ' ' || value.front() == '\t'))
            value.remove_prefix(1);
        while (!value.empty() && (value.back() == '\r' || value.back() == ' ' || value.back() == '\t'))
            value.remove_suffix(1);
        if (same_name(name, "Expires")) {
            result.expires = parse_utc(value);
        }
        if (!same_name(name, "Contact") || result.contacts.size() >= SecurityTxt::max_contacts) continue;
        if (value.starts_with("mailto:")) {
            value.remove_prefix(7);
            if (is_mailbox(value)) result.contacts.emplace_back(value);
        } else if (value.starts_with("https://") && value.size() <= 500) {
            const auto url = Url::parse(value);
            if (url && url->text().starts_with("https://") && url->text().size() <= max_contact_address)
                result.contacts.emplace_back(url->text());
        }
    }
    return result;
}

} // namespace stillwatch::contacts
