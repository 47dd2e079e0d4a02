#include "alerts/webhook_signature.hpp"

#include "vault/mac.hpp"

#include <fmt/format.h>

namespace stillwatch::alerts {

Result<std::vector<Bytes>> parse_webhook_secrets(std::string_view text)
{
    constexpr std::string_view prefix = "whsec_";
    constexpr std::size_t most = 4;
    std::vector<Bytes> secrets;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
            line.remove_suffix(1);
        if (line.empty()) continue;
        const auto number = secrets.size() + 1;
        if (!line.starts_with(prefix))
            return Error{Errc::malformed,
                         fmt::format("webhook secret {} does not begin with whsec_", number)};
        auto secret = from_base64(line.substr(prefix.size()));
        if (!secret || secret->size() < 24 || secret->size() > 64)
            return Error{Errc::malformed,
                         fmt::format("webhook secret {} is no base64 of 24 to 64 bytes", number)};
        if (number > most) return Error{Errc::malformed, fmt::format("more than {} webhook secrets", most)};
        secrets.push_back(std::move(*secret));
    }
    if (secrets.empty()) return Error{Errc::malformed, "no webhook secret"};
    return secrets;
}

std::string webhook_signature(std::span<const Bytes> secrets, std::string_view id, Timestamp attempt,
                              std::string_view body)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(attempt).time_since_epoch().count();
    const auto signed_content = fmt::format("{}.{}.{}", id, seconds, body);
    std::string signatures;
    for (const auto& secret : secrets) {
        if (!signatures.empty()) signatures.push_back(' ');
        signatures += "v1," + to_base64(vault::hmac_sha256(secret, as_bytes(signed_content)));
    }
    return signatures;
}

} // namespace stillwatch::alerts
