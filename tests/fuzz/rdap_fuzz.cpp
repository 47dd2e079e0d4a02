#include "followup/contacts.hpp"
#include "tests/fuzz/claim.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace stillwatch;
using fuzz::claim;

namespace {

bool is_one_line(std::string_view text)
{
    return text.size() <= 2'000 && std::ranges::none_of(text, [](char letter) {
               const auto code = static_cast<unsigned char>(letter);
               return code < ' ' || code == 0x7F;
           });
}

} // namespace

// Whatever a registry or a site answers, what comes of it is few, short and one line each.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    followup::ContactFacts facts;
    facts.host = facts.name = "board.test";
    facts.security_txt = followup::parse_security_txt(text, Timestamp{});
    if (auto answer = followup::parse_rdap(text)) {
        claim(answer->abuse.size() <= 32, "an answer has few contacts");
        for (const auto& contact : answer->abuse)
            for (const auto& email : contact.emails)
                claim(followup::is_mailbox(email), "one may write to it");
        claim(!answer->related || answer->related->text().starts_with("https://"), "it leads to https");
        facts.network = *answer;
        facts.domain = *std::move(answer);
    }
    const auto contacts = followup::contacts_of(facts);
    claim(contacts.size() <= 16, "few contacts are shown");
    for (const auto& contact : contacts)
        claim(is_one_line(contact.address) && is_one_line(contact.name), "each is one line");
    if (const auto list = followup::RdapBootstrap::parse(text, text, text)) {
        const auto base = list->for_name("board.test");
        claim(!base || base->text().starts_with("https://"), "registries are asked by https");
        (void)list->for_address("192.0.2.1");
    }
    return 0;
}
