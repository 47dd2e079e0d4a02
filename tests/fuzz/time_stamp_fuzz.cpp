#include "evidence/stamp_file.hpp"
#include "tests/fuzz/claim.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace stillwatch;
using fuzz::claim;

namespace {

// The root of the authority that answered in the seeds, made for this test: nobody has its key any more.
constexpr std::string_view root = "-----BEGIN CERTIFICATE-----\n"
                                  "MIIBYjCCAQigAwIBAgIUXnLqzB6q0uFtd4YmKLuZ9d+DgVYwCgYIKoZIzj0EAwIw\n"
                                  "DzENMAsGA1UEAwwEUm9vdDAeFw0yNjExMzAxMDA2NThaFw0zNjExMjcxMDA2NTha\n"
                                  "MA8xDTALBgNVBAMMBFJvb3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS5GqA9\n"
                                  "a1ND/ynasb633dIn/mA/Pfgbce5KY8XmmmPGh2S46uF+Glrmt3CtDNMuACg24tVL\n"
                                  "jz4NyVLVFI08MGWBo0IwQDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIC\n"
                                  "BDAdBgNVHQ4EFgQUrOAsgB0McyZ0ch+OVFFZoT1i5u4wCgYIKoZIzj0EAwIDSAAw\n"
                                  "RQIhAMiG/l1GdfNRk6qVl+WBJiHclGQR+tzQ/wVXphq23Qy+AiA+7Z5xngTVTb+C\n"
                                  "umP1HfgONdzUDkLYR6XazQWFNvnL6A==\n"
                                  "-----END CERTIFICATE-----\n";

bool is_one_line(std::string_view text)
{
    return std::ranges::none_of(text, [](char letter) { return static_cast<unsigned char>(letter) < ' '; });
}

// What is taken is of one digest, and says the time that was signed: nothing else was ever signed with that
// key.
void claim_signed(const net::TimeStamp& stamp)
{
    claim(is_one_line(stamp.authority) && !stamp.authority.empty(), "a stamp names who signed, on one line");
    claim(format_utc(stamp.at).starts_with("2026-11-30T"), "a stamp says the time that was signed");
}

} // namespace

// What a time authority answers, and the file in which answers are kept beside a package.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto roots = net::TimeStampRoots::from_pem(root).value();
    static const auto list = Sha256::of(as_bytes("datapackage.json"));
    static const auto stamped =
        *Sha256::from_hex("af3a0e1208dc0b1b0d6691aac9c86f95433a5026ccc2cfba5b3b70ea17bde539");
    static const auto another = Sha256::of(as_bytes("a third"));
    const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    if (const auto stamp = net::check_time_stamp(bytes, stamped, roots)) {
        claim(!net::check_time_stamp(bytes, another, roots), "a stamp is of one digest");
        claim_signed(*stamp);
    }
    const auto file = evidence::read_stamp_file(as_text(bytes));
    if (!file) return 0;
    claim(evidence::render_stamp_file(*file) == as_text(bytes), "what is read is written the same");
    claim(!evidence::check_stamps(*file, another, roots), "a file is of one package");
    if (const auto checked = evidence::check_stamps(*file, list, roots))
        for (const auto& each : *checked)
            claim_signed(each.stamp);
    return 0;
}
