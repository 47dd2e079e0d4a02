#include "vault/installation.hpp"

#include "vault/pending_file.hpp"
#include "vault/sodium.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace stillwatch::vault {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view sealing_name = "installation.key";
constexpr std::string_view signing_name = "signing.key";
constexpr std::string_view sealing_header = "stillwatch-key-1 installation x25519\n";
constexpr std::string_view signing_header = "stillwatch-key-1 signing ed25519\n";
constexpr std::size_t secret_size = 32;
constexpr std::size_t max_file_bytes = 4096;

// Header line, 64 hexadecimal digits, line end.
SecretBytes key_file_text(std::string_view header, ByteView secret)
{
    SecretBytes text(header.size() + 2 * secret.size() +
                     1); // libsodium ends with NUL, where the line end goes
    std::ranges::copy(as_bytes(header), text.bytes().begin());
    const auto digits = text.bytes().subspan(header.size());
    sodium_bin2hex(reinterpret_cast<char*>(digits.data()), digits.size(), raw(secret), secret.size());
    digits.back() = std::byte{'\n'};
    return text;
}

Result<SecretBytes> secret_of(std::string_view text, std::string_view header, const fs::path& path)
{
    const auto corrupt = [&path](std::string_view what) {
        return Error{Errc::corrupt, fmt::format("key file {}: {}", path.string(), what)};
    };
    if (!text.starts_with(header))
        return corrupt(fmt::format("does not begin with \"{}\"", header.substr(0, header.size() - 1)));
    text.remove_prefix(header.size());
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.remove_suffix(1);
    SecretBytes secret(secret_size);
    std::size_t size = 0;
    const char* end = nullptr;
    if (sodium_hex2bin(raw_out(secret.bytes()), secret_size, text.data(), text.size(), nullptr, &size,
                       &end) != 0 ||
        size != secret_size || end != text.data() + text.size())
        return corrupt("the second line must be 64 hexadecimal digits");
    return secret;
}

Result<SecretBytes> read_private_file(const fs::path& path, mode_t forbidden)
{
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        const auto code = errno == ENOENT ? Errc::not_found : Errc::io;
        return Error{code, fmt::format("key file {}: {}", path.string(), std::strerror(errno))};
    }
    SecretBytes content(max_file_bytes);
    struct stat status {};
    const bool known = ::fstat(descriptor, &status) == 0;
    const auto size =
        known && S_ISREG(status.st_mode) ? ::read(descriptor, content.bytes().data(), content.size()) : -1;
    (void)::close(descriptor); // opened for reading only
    if (size < 0) return Error{Errc::io, fmt::format("key file {} cannot be read", path.string())};
    if ((status.st_mode & forbidden) != 0)
        return Error{Errc::refused,
                     fmt::format("key file {} has mode {:04o}: others may use it; run `chmod 600 {}`, and "
                                 "replace the key if others had access",
                                 path.string(), status.st_mode & 07777U, path.string())};
    return SecretBytes::copy_of(content.bytes().first(static_cast<std::size_t>(size)));
}

Result<SecretBytes> load_secret(const KeyLocation& location, std::string_view name, std::string_view header)
{
    auto path = location.directory / name;
    mode_t forbidden = S_IRWXG | S_IRWXO;
    if (std::error_code ignored;
        !location.credentials.empty() && fs::exists(location.credentials / name, ignored)) {
        path = location.credentials / name;
        forbidden = S_IRWXO; // systemd grants its files by an access list, which shows as bits of the group
    }
    const auto content = read_private_file(path, forbidden);
    if (!content) return content.error();
    return secret_of(content->text(), header, path);
}

Result<void> create_key(const fs::path& path, std::string_view header, ByteView secret)
{
    auto file = PendingFile::create(path);
    if (!file) return file.error();
    const auto text = key_file_text(header, secret);
    if (const auto written = file->append(text.bytes()); !written) return written;
    return file->commit();
}

} // namespace

KeyLocation key_location(fs::path directory)
{
    const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
    return {std::move(directory), credentials ? credentials : ""};
}

Result<void> create_installation_keys(const fs::path& directory)
{
    if (::mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        return Error{Errc::io, fmt::format("create {}: {}", directory.string(), std::strerror(errno))};
    const auto sealing = create_key(directory / sealing_name, sealing_header, make_key_pair().secret.bytes());
    if (!sealing && sealing.error().code != Errc::exists) return sealing;
    const auto signing = create_key(directory / signing_name, signing_header, SigningKey::generate().seed());
    if (!signing && signing.error().code != Errc::exists) return signing;
    if (!sealing && !signing)
        return Error{Errc::exists, fmt::format("{} holds keys already", directory.string())};
    return {};
}

Result<InstallationKeys> load_installation_keys(const KeyLocation& location)
{
    auto sealing = load_secret(location, sealing_name, sealing_header);
    if (!sealing) return sealing.error();
    const auto signing = load_secret(location, signing_name, signing_header);
    if (!signing) return signing.error();
    auto pair = key_pair_of(std::move(*sealing));
    if (!pair) return pair.error();
    auto signer = SigningKey::from_seed(signing->bytes());
    if (!signer) return signer.error();
    return InstallationKeys{std::move(*pair), std::move(*signer)};
}

} // namespace stillwatch::vault
