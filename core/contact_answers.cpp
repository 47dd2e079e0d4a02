#include "core/contact_answers.hpp"

#include "core/ascii.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <initializer_list>

namespace stillwatch {

namespace {

bool holds_any(std::string_view text, std::initializer_list<std::string_view> words)
{
    std::string low(text);
    std::ranges::transform(low, low.begin(), lower);
    return std::ranges::any_of(words,
                               [&](std::string_view word) { return low.find(word) != std::string::npos; });
}

bool is_line(std::string_view text)
{
    if (text.size() > max_contact_text) return false;
    while (!text.empty()) {
        const auto character = first_character(text);
        if (!character.is_harmless) return false; // no UTF-8 either, which JSON could not hold
        text.remove_prefix(character.bytes);
    }
    return true;
}

bool is_https(std::string_view text)
{
    if (!text.starts_with("https://") || text.size() > max_contact_address) return false;
    const auto url = Url::parse(text);
    return url && url->text() == text;
}

} // namespace

bool is_placeholder(std::string_view text)
{
    return holds_any(text, {"redacted", "privacy", "not disclosed", "data protected", "please query",
                            "statutory mask", "gdpr mask", "whois agent"});
}

bool is_phone(std::string_view text)
{
    const auto digits = std::ranges::count_if(text, is_digit);
    const bool is_clean = std::ranges::all_of(text, [](char letter) {
        return is_digit(letter) || letter == '+' || letter == '-' || letter == '.' || letter == ' ' ||
               letter == '(' || letter == ')';
    });
    const bool has_some =
        std::ranges::any_of(text, [](char letter) { return letter >= '1' && letter <= '9'; });
    return is_clean && has_some && digits >= 5 && text.size() <= 32;
}

bool is_mailbox(std::string_view text)
{
    constexpr std::size_t longest = 254; // RFC 5321 section 4.5.3.1.3, without its brackets
    const auto at = text.find('@');
    if (text.size() > longest || at == std::string_view::npos || at == 0 || at != text.rfind('@'))
        return false;
    const auto domain = text.substr(at + 1);
    const bool is_plain = std::ranges::all_of(text, [](char letter) {
        return is_letter_or_digit(letter) ||
               std::string_view("@.!#$%&'*+-/=?^_`{|}~").find(letter) != std::string_view::npos;
    });
    const bool is_domain = !domain.empty() && domain.find('.') != std::string_view::npos &&
                           domain.front() != '.' && domain.back() != '.' &&
                           std::ranges::all_of(domain, [](char letter) {
                               return is_letter_or_digit(letter) || letter == '.' || letter == '-';
                           });
    if (!is_plain || !is_domain || is_placeholder(text)) return false;
    return !holds_any(text, {"noreply", "no-reply", "donotreply", "do-not-reply", "nobody@", "@example.",
                             "@localhost", "@invalid"});
}

bool is_sound(const RdapAnswer& answer)
{
    const auto is_contact = [](const RdapContact& contact) {
        return is_line(contact.name) && contact.emails.size() <= RdapAnswer::max_values &&
               contact.phones.size() <= RdapAnswer::max_values &&
               (!contact.emails.empty() || !contact.phones.empty()) &&
               std::ranges::all_of(contact.emails, is_mailbox) &&
               std::ranges::all_of(contact.phones, is_phone);
    };
    return is_line(answer.object) && is_line(answer.name) && is_line(answer.registrar) &&
           answer.organisations.size() <= RdapAnswer::max_values &&
           std::ranges::all_of(answer.organisations, is_line) &&
           answer.abuse.size() <= RdapAnswer::max_abuse && std::ranges::all_of(answer.abuse, is_contact) &&
           (!answer.related || is_https(answer.related->text()));
}

bool is_sound(const SecurityTxt& text)
{
    return text.contacts.size() <= SecurityTxt::max_contacts &&
           std::ranges::all_of(text.contacts, [](const std::string& contact) {
               return is_mailbox(contact) || is_https(contact);
           });
}

} // namespace stillwatch
