#include "sandbox/message_contacts.hpp"

#include <limits>
#include <string>
#include <vector>

namespace stillwatch::sandbox {

namespace {

using Texts = std::vector<std::string>;

void write_texts(BinaryWriter& writer, const Texts& texts)
{
    writer.clamped<std::uint8_t>(texts.size());
    for (const auto& text : texts)
        writer.text(text);
}

Texts read_texts(BinaryReader& reader, std::size_t at_most, std::size_t max_bytes)
{
    Texts texts;
    for (auto left = reader.count<std::uint8_t>(at_most); reader.ok() && left > 0; --left)
        texts.emplace_back(reader.text(max_bytes));
    return texts;
}

} // namespace

void write_rdap(BinaryWriter& writer, const RdapAnswer& answer)
{
    writer.text(answer.object);
    writer.text(answer.name);
    writer.text(answer.registrar);
    write_texts(writer, answer.organisations);
    writer.clamped<std::uint8_t>(answer.abuse.size());
    for (const auto& contact : answer.abuse) {
        writer.text(contact.name);
        write_texts(writer, contact.emails);
        write_texts(writer, contact.phones);
    }
    writer.flag(answer.related.has_value());
    if (answer.related) writer.text(answer.related->text());
}

std::optional<RdapAnswer> read_rdap(BinaryReader& reader)
{
    RdapAnswer answer;
    answer.object = reader.text(max_contact_text);
    answer.name = reader.text(max_contact_text);
    answer.registrar = reader.text(max_contact_text);
    answer.organisations = read_texts(reader, RdapAnswer::max_values, max_contact_text);
    for (auto left = reader.count<std::uint8_t>(RdapAnswer::max_abuse); reader.ok() && left > 0; --left) {
        RdapContact contact;
        contact.name = reader.text(max_contact_text);
        contact.emails = read_texts(reader, RdapAnswer::max_values, max_contact_address);
        contact.phones = read_texts(reader, RdapAnswer::max_values, max_contact_address);
        answer.abuse.push_back(std::move(contact));
    }
    if (reader.flag()) {
        const auto text = reader.text(max_contact_address);
        auto url = Url::parse(text);
        if (!url || url->text() != text) return std::nullopt;
        answer.related = *std::move(url);
    }
    if (!reader.complete() || !is_sound(answer)) return std::nullopt;
    return answer;
}

void write_security_txt(BinaryWriter& writer, const SecurityTxt& text)
{
    write_texts(writer, text.contacts);
    writer.flag(text.expires.has_value());
    if (text.expires) writer.number(static_cast<std::uint64_t>(text.expires->time_since_epoch().count()));
}

std::optional<SecurityTxt> read_security_txt(BinaryReader& reader)
{
    SecurityTxt text;
    text.contacts = read_texts(reader, SecurityTxt::max_contacts, max_contact_address);
    if (reader.flag()) {
        const auto at = static_cast<std::int64_t>(reader.number<std::uint64_t>());
        text.expires = Timestamp(Timestamp::duration(at));
    }
    if (!reader.complete() || !is_sound(text)) return std::nullopt;
    return text;
}

} // namespace stillwatch::sandbox
