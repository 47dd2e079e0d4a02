#include "contacts/rdap.hpp"
#include "contacts/security_txt.hpp"
#include "followup/contacts.hpp"
#include "followup/rdap_bootstrap.hpp"
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
    facts.security_txt = contacts::parse_security_txt(text);
    claim(is_sound(*facts.security_txt), "what the daemon takes");
    if (auto answer = contacts::parse_rdap(text)) {
        claim(is_sound(*answer), "what the daemon takes");
        claim(answer->abuse.size() <= 32, "an answer has few contacts");
        for (const auto& contact : answer->abuse)
            for (const auto& email : contact.emails)
                claim(is_mailbox(email), "one may write to it");
        claim(!answer->related || answer->related->text().starts_with("https://"), "it leads to https");
        facts.network = *answer;
        facts.domain = *std::move(answer);
    }
    const auto shown = followup::contacts_of(facts);
    claim(shown.size() <= 16, "few contacts are shown");
    for (const auto& contact : shown)
        claim(is_one_line(contact.address) && is_one_line(contact.name), "each is one line");
    if (const auto list = followup::RdapBootstrap::parse(text, text, text)) {
        const auto base = list->for_name("board.test");
        claim(!base || base->text().starts_with("https://"), "registries are asked by https");
        (void)list->for_address("192.0.2.1");
    }
    return 0;
}
