#include "net/openpgp.hpp"

#include "core/digest.hpp"
#include "net/child_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdlib.h>

namespace stillwatch::net {

namespace {

constexpr auto gpg = "/usr/bin/gpg";
constexpr auto key_file = "/proc/self/fd/3"; // what run_program hands on
constexpr std::chrono::seconds limit{10};

// A home of its own, empty and gone afterwards.
class Home {
public:
    Home()
    {
        std::error_code none; // mkdtemp says what is wrong
        path_ = (std::filesystem::temp_directory_path(none) / "stillwatch-gpg-XXXXXX").string();
        is_made_ = ::mkdtemp(path_.data()) != nullptr;
    }
    Home(const Home&) = delete;
    ~Home()
    {
        std::error_code ignored; // what stays is a trust database of nobody
        if (is_made_) std::filesystem::remove_all(path_, ignored);
    }
    bool is_made() const { return is_made_; }
    const std::string& path() const { return path_; }

private:
    std::string path_;
    bool is_made_ = false;
};

Result<ProgramOutput> run_gpg(std::vector<std::string> arguments, std::string_view input, ByteView key)
{
    const Home home;
    if (!home.is_made()) return Error{Errc::io, "OpenPGP: no temporary folder for gpg"};
    std::vector<std::string> all{"--homedir",
                                 home.path(),
                                 "--batch",
                                 "--no-tty",
                                 "--no-options",
                                 "--no-autostart",
                                 "--lock-never",
                                 "--no-random-seed-file",
                                 "--no-auto-key-locate",
                                 "--status-fd",
                                 "2"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    auto output = run_program(gpg, all, input, key, limit);
    if (!output) return Error{output.error().code, "OpenPGP: " + output.error().detail};
    return output;
}

std::vector<std::string_view> split(std::string_view text, char at)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = std::min(text.find(at), text.size());
        parts.push_back(text.substr(0, end));
        if (end == text.size()) return parts;
        text.remove_prefix(end + 1);
    }
}

// "Desk <Desk@helpline.example>" or the bare address.
std::string address_in(std::string_view user)
{
    if (const auto begin = user.rfind('<'); begin != std::string_view::npos) {
        user.remove_prefix(begin + 1);
        user = user.substr(0, user.find('>'));
    }
    std::string address(user);
    for (auto& letter : address)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return address.find('@') == std::string::npos || address.find('\\') != std::string::npos ? "" : address;
}

struct KeyFacts {
    int keys = 0;
    std::string trouble;
    std::vector<std::string> addresses;
};

// Fields of doc/DETAILS of GnuPG, "Format of the colon listings": type, validity, and in the 12th what the
// whole key can do.
Result<KeyFacts> facts_of(ByteView key)
{
    const auto shown = run_gpg({"--with-colons", "--show-keys", key_file}, "", key);
    if (!shown) return shown.error();
    KeyFacts facts;
    for (const auto line : split(shown->out, '\n')) {
        const auto fields = split(line, ':');
        if (fields.size() < 12) continue;
        if (fields[0] == "pub") {
            ++facts.keys;
            if (fields[1] == "e")
                facts.trouble = "the key has expired";
            else if (fields[1] == "r")
                facts.trouble = "the key was revoked";
            else if (fields[11].find('E') == std::string_view::npos)
                facts.trouble = "the key cannot encrypt";
        } else if (fields[0] == "uid") {
            if (auto address = address_in(fields[9]); !address.empty())
                facts.addresses.push_back(std::move(address));
        }
    }
    return facts;
}

Error refused(std::string_view what)
{
    return {Errc::refused, "OpenPGP: " + std::string(what)};
}

// Two parts (RFC 3156 section 4), CRLF line ends.
std::string multipart(std::string_view armor)
{
    std::string lines;
    for (const auto line : split(armor, '\n'))
        if (!line.empty() || !lines.empty()) lines += std::string(line) + "\r\n";
    const auto boundary = "=_" + Sha256::of(as_bytes(armor)).hex().substr(0, 32);
    return fmt::format("Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\";\r\n"
                       " boundary=\"{0}\"\r\n\r\n"
                       "--{0}\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n"
                       "--{0}\r\nContent-Type: application/octet-stream; name=\"encrypted.asc\"\r\n"
                       "Content-Disposition: inline; filename=\"encrypted.asc\"\r\n\r\n"
                       "{1}--{0}--\r\n",
                       boundary, lines);
}

class OpenPgpCipher final : public MailCipher {
public:
    explicit OpenPgpCipher(Bytes key) : key_(std::move(key)) {}

    Result<std::string> seal(std::string_view entity) const override
    {
        // The caller chose the key: whom it belongs to says the configuration, no web of trust.
        const auto done = run_gpg(
            {"--no-keyring", "--trust-model", "always", "--armor", "--recipient-file", key_file, "--encrypt"},
            entity, key_);
        if (!done) return done.error();
        const bool is_whole = done->exit_code == 0 &&
                              done->err.find("[GNUPG:] END_ENCRYPTION") != std::string::npos &&
                              done->out.starts_with("-----BEGIN PGP MESSAGE-----\n");
        if (is_whole) return multipart(done->out);
        const auto facts = facts_of(key_);
        if (facts && !facts->trouble.empty()) return refused(facts->trouble);
        return refused("gpg does not encrypt to this key");
    }
    bool is_slow() const override { return true; }

private:
    Bytes key_;
};

} // namespace

Result<OpenPgpRecipient> openpgp_recipient(ByteView key)
{
    auto facts = facts_of(key);
    if (!facts) return facts.error();
    if (facts->keys == 0) return Error{Errc::malformed, "OpenPGP: no public key"};
    if (facts->keys > 1)
        return Error{Errc::malformed, fmt::format("OpenPGP: {} keys; each needs a file", facts->keys)};
    if (facts->addresses.empty()) return Error{Errc::malformed, "OpenPGP: the key names no mail address"};
    return OpenPgpRecipient{std::make_shared<OpenPgpCipher>(Bytes(key.begin(), key.end())),
                            std::move(facts->addresses), std::move(facts->trouble)};
}

} // namespace stillwatch::net
