#include "cli/command.hpp"

#include "core/bytes.hpp"
#include "vault/pending_file.hpp"
#include "vault/secret.hpp"

#include <fmt/format.h>

#include <sys/random.h>

#include <memory>

namespace stillwatch::cli {

namespace {

// 24 to 64 bytes (https://www.standardwebhooks.com, "Signature scheme"); 32 is the length of the digest they
// key.
constexpr std::size_t secret_bytes = 32;

Result<std::string> new_webhook_secret()
{
    Bytes bytes(secret_bytes);
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        return Error{Errc::io, "the system gives no random bytes"};
    return "whsec_" + to_base64(bytes);
}

void make_secret(Program& program, const std::string& name)
{
    const auto secret = new_webhook_secret();
    if (!secret) {
        program.exit_code = print_error(secret.error());
        return;
    }
    if (name.empty()) {
        if (program.global.json)
            print_object(Style::json, {{"secret", *secret}});
        else
            fmt::print("{}\n", *secret);
        return;
    }
    const auto path = std::filesystem::absolute(name).lexically_normal();
    auto file = vault::PendingFile::create(path);
    auto done = file ? file->append(as_bytes(*secret + "\n")) : Result<void>(file.error());
    if (done) done = file->commit();
    if (!done) {
        program.exit_code = print_error(done.error());
        return;
    }
    if (program.global.json) {
        print_object(Style::json, {{"file", path.string()}});
        return;
    }
    fmt::print("secret  {}\n\nGive the same text to the receiver. For the service either\n"
               "  secret_file = \"{}\", readable for the daemon's user only (chown stillwatch {}), or\n"
               "  secret_file = \"credential:NAME\" and LoadCredential=NAME:{} in a drop-in of its unit.\n",
               path.string(), path.string(), path.string(), path.string());
}

} // namespace

void add_channel_commands(Program program)
{
    const auto group =
        program.app.add_subcommand("channel", "Ways to tell caseworkers").require_subcommand(1);
    auto file = std::make_shared<std::string>();
    const auto secret = group.add_subcommand(
        "secret", "Makes a secret for a webhook, as Standard Webhooks writes it (whsec_…)");
    secret.add_option("file", *file,
                      "New file for it, mode 0600, never replaced; without it the secret is printed");
    secret.callback([program, file]() mutable { make_secret(program, *file); });
}

} // namespace stillwatch::cli
