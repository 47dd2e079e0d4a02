#include "vault/bech32.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace stillwatch::vault {

namespace {

constexpr std::string_view alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t checksum_length = 6;
constexpr std::size_t max_length = 90;

// Remainder of a BCH code over 5-bit groups; 1 for text with a right checksum (BIP 173, "Checksum").
std::uint32_t remainder_of(std::string_view prefix, std::string_view groups)
{
    static constexpr std::array<std::uint32_t, 5> generator{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                                            0x2a1462b3};
    std::uint32_t remainder = 1;
    const auto feed = [&remainder](unsigned group) {
        const auto top = remainder >> 25U;
        remainder = (remainder & 0x1ffffffU) << 5U ^ group;
        for (std::size_t i = 0; i < generator.size(); ++i)
            if ((top >> i & 1U) != 0) remainder ^= generator[i];
    };
    for (const char c : prefix)
        feed(static_cast<unsigned char>(c) >> 5U);
    feed(0);
    for (const char c : prefix)
        feed(static_cast<unsigned char>(c) & 31U);
    for (const char c : groups)
        feed(static_cast<unsigned char>(c));
    return remainder;
}

Error refused(std::string_view why)
{
    return Error{Errc::invalid_argument, fmt::format("not bech32: {}", why)};
}

// 5-bit groups to bytes; the bits that fill up the last group must be zeros, fewer than a group.
Result<Bytes> joined(std::string_view groups)
{
    Bytes bytes;
    unsigned buffer = 0;
    unsigned bits = 0;
    for (const char group : groups) {
        buffer = (buffer << 5U | static_cast<unsigned char>(group)) & 0xfffU;
        bits += 5;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<std::byte>(buffer >> bits));
    }
    if (bits >= 5 || (buffer & ((1U << bits) - 1U)) != 0) return refused("leftover bits");
    return bytes;
}

} // namespace

Result<Bech32> decode_bech32(std::string_view text)
{
    if (text.size() > max_length) return refused("longer than 90 characters");
    std::string lower(text);
    bool has_upper = false;
    bool has_lower = false;
    for (auto& c : lower) {
        if (c < '!' || c > '~') return refused("a character outside printable ASCII");
        has_lower |= c >= 'a' && c <= 'z';
        if (c < 'A' || c > 'Z') continue;
        has_upper = true;
        c = static_cast<char>(c - 'A' + 'a');
    }
    if (has_upper && has_lower) return refused("mixed upper and lower case");
    const auto separator = lower.rfind('1');
    if (separator == std::string::npos || separator == 0) return refused("no prefix before a \"1\"");
    Bech32 result{lower.substr(0, separator), {}};
    auto groups = lower.substr(separator + 1);
    if (groups.size() < checksum_length) return refused("too short for its checksum");
    for (auto& c : groups) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos) return refused(fmt::format("\"{}\" is no bech32 character", c));
        c = static_cast<char>(value);
    }
    if (remainder_of(result.prefix, groups) != 1)
        return refused("the checksum is wrong, probably a typing error");
    groups.resize(groups.size() - checksum_length);
    auto data = joined(groups);
    if (!data) return data.error();
    result.data = std::move(*data);
    return result;
}

std::string encode_bech32(std::string_view prefix, ByteView data)
{
    std::string groups;
    unsigned buffer = 0;
    unsigned bits = 0;
    for (const auto byte : data) {
        buffer = (buffer << 8U | std::to_integer<unsigned>(byte)) & 0xfffU;
        for (bits += 8; bits >= 5; bits -= 5)
            groups.push_back(static_cast<char>(buffer >> (bits - 5) & 31U));
    }
    if (bits > 0) groups.push_back(static_cast<char>(buffer << (5 - bits) & 31U));
    const auto checksum = remainder_of(prefix, groups + std::string(checksum_length, '\0')) ^ 1U;
    for (unsigned i = 0; i < checksum_length; ++i)
        groups.push_back(static_cast<char>(checksum >> (25U - 5U * i) & 31U));
    std::string text(prefix);
    text.push_back('1');
    for (const char group : groups)
        text.push_back(alphabet[static_cast<unsigned char>(group)]);
    return text;
}

} // namespace stillwatch::vault
