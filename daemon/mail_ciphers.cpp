#include "daemon/mail_ciphers.hpp"

#include "core/bytes.hpp"
#include "net/openpgp.hpp"
#include "net/smime.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace stillwatch::daemon {

namespace {

Result<std::string> content_of(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad()) return Error{Errc::io, path.string() + ": it cannot be read"};
    return text;
}

std::string lower(std::string text)
{
    std::ranges::transform(text, text.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return text;
}

// Each belongs to the recipients it names; one that names none of them is a mistake.
Result<void> give(MailCiphers& ciphers, const std::vector<std::string>& recipients,
                  const std::vector<std::string>& addresses, const std::filesystem::path& path,
                  const std::shared_ptr<const MailCipher>& cipher)
{
    bool is_used = false;
    for (const auto& to : recipients) {
        if (std::ranges::find(addresses, lower(to)) == addresses.end()) continue;
        if (!ciphers.by_recipient.emplace(to, cipher).second)
            return Error{Errc::invalid_argument,
                         fmt::format("{}: {} has another key or certificate already", path.string(), to)};
        is_used = true;
    }
    if (!is_used)
        return Error{Errc::invalid_argument, path.string() + ": it names none of the recipients in `to`"};
    return {};
}

} // namespace

Result<MailCiphers> mail_ciphers(const config::Channel& channel)
{
    MailCiphers ciphers;
    const auto at = [](const std::filesystem::path& path, const Error& error) {
        return Error{error.code, path.string() + ": " + error.detail};
    };
    for (const auto& path : channel.smime_certificates) {
        const auto text = content_of(path);
        if (!text) return text.error();
        auto recipient = net::smime_recipient(*text);
        if (!recipient) return at(path, recipient.error());
        const auto given =
            give(ciphers, channel.to, recipient->addresses, path, std::move(recipient->cipher));
        if (!given) return given.error();
        if (!recipient->trouble.empty())
            ciphers.troubles.push_back(path.string() + ": " + recipient->trouble);
    }
    for (const auto& path : channel.openpgp_keys) {
        const auto text = content_of(path);
        if (!text) return text.error();
        const auto recipient = net::openpgp_recipient(as_bytes(*text));
        if (!recipient) return at(path, recipient.error());
        const auto given = give(ciphers, channel.to, recipient->addresses, path, recipient->cipher);
        if (!given) return given.error();
        if (!recipient->trouble.empty())
            ciphers.troubles.push_back(path.string() + ": " + recipient->trouble);
    }
    return ciphers;
}

} // namespace stillwatch::daemon
