#include "cli/evidence_open.hpp"

#include "cli/evidence_extract.hpp"
#include "cli/pictures.hpp"
#include "cli/session.hpp"
#include "evidence/stamp_file.hpp"
#include "vault/age.hpp"
#include "vault/age_read.hpp"
#include "vault/pending_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace stillwatch::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_sealed_bytes = std::size_t{257} << 20U;
constexpr std::size_t max_small_bytes = std::size_t{1} << 20U;

Result<vault::AgeIdentities> identities_in(const std::string& file)
{
    auto text = read_file(file, max_small_bytes);
    if (!text) return text.error();
    auto identities = vault::AgeIdentities::parse(as_text(*text));
    vault::wipe(*text);
    return identities;
}

Result<Bytes> read_whole(const std::string& file)
{
    if (file != "-") return read_file(file, max_sealed_bytes);
    Bytes bytes;
    char part[65536];
    while (const auto size = std::fread(part, 1, sizeof part, stdin)) {
        const auto view = as_bytes(std::string_view(part, size));
        if (bytes.size() + size > max_sealed_bytes)
            return Error{Errc::too_large,
                         fmt::format("standard input: more than {} bytes", max_sealed_bytes)};
        bytes.insert(bytes.end(), view.begin(), view.end());
    }
    if (std::ferror(stdin)) return Error{Errc::io, "standard input cannot be read"};
    return bytes;
}

Result<void> open_to_output(const std::string& file, const std::string& identity)
{
    if (::isatty(STDOUT_FILENO) == 1)
        return Error{Errc::refused,
                     "a package is not for a terminal: … | stillwatch evidence verify -, or > FILE"};
    const auto identities = identities_in(identity);
    if (!identities) return identities.error();
    const auto sealed = read_file(file, max_sealed_bytes);
    if (!sealed) return sealed.error();
    const auto opened = vault::open_age(*sealed, *identities, [](ByteView clear) -> Result<void> {
        if (std::fwrite(clear.data(), 1, clear.size(), stdout) != clear.size())
            return Error{Errc::io, "standard output cannot be written"};
        return {};
    });
    if (!opened) return opened;
    if (std::fflush(stdout) != 0) return Error{Errc::io, "standard output cannot be written"};
    return {};
}

Result<std::vector<vault::AgeRecipient>> recipients_of(const Global& global, std::vector<std::string> texts)
{
    if (texts.empty()) {
        const auto config = load(global);
        if (!config) return Error{Errc::invalid_argument, "name recipients with --to, or a configuration"};
        texts = config->evidence.recipients;
    }
    std::vector<vault::AgeRecipient> recipients;
    for (const auto& text : texts) {
        const auto recipient = vault::AgeRecipient::parse(text);
        if (!recipient) return recipient.error();
        recipients.push_back(*recipient);
    }
    return recipients;
}

// Opened and sealed again part by part: no clear byte reaches the disk, and a file that is damaged leaves
// none.
Result<void> reseal(const fs::path& from, const fs::path& to, const vault::AgeIdentities& identities,
                    const std::vector<vault::AgeRecipient>& recipients)
{
    const auto sealed = read_file(from.string(), max_sealed_bytes);
    if (!sealed) return sealed.error();
    auto file = vault::PendingFile::create(to);
    if (!file) return file.error();
    auto writer = vault::AgeWriter::start(recipients, [&file](ByteView part) { return file->append(part); });
    if (!writer) return writer.error();
    const auto opened =
        vault::open_age(*sealed, identities, [&writer](ByteView clear) { return writer->write(clear); });
    if (!opened) return opened;
    if (const auto finished = writer->finish(); !finished) return finished;
    return file->commit();
}

// Time stamps are of what is inside, so they hold for the new file, too.
Result<void> copy_beside(const fs::path& from, const fs::path& to)
{
    for (const std::string_view suffix : {evidence::stamp_suffix, std::string_view(".log")}) {
        const auto text = read_file(from.string() + std::string(suffix), max_small_bytes);
        if (!text && text.error().code == Errc::not_found) continue;
        if (!text) return text.error();
        if (const auto written = write_new_file(to.string() + std::string(suffix), *text); !written)
            return written;
    }
    return {};
}

struct ResealOptions {
    std::vector<std::string> files;
    std::string identity;
    std::vector<std::string> recipients;
    std::string directory;
};

int reseal_all(const Global& global, const ResealOptions& options)
{
    const auto identities = identities_in(options.identity);
    if (!identities) return print_error(identities.error());
    const auto recipients = recipients_of(global, options.recipients);
    if (!recipients) return print_error(recipients.error());
    int exit_code = exit_fine;
    for (const auto& name : options.files) {
        const fs::path from(name);
        const auto to = fs::path(options.directory) / from.filename();
        auto done = reseal(from, to, *identities, *recipients);
        if (done) done = copy_beside(from, to);
        if (!done) {
            exit_code =
                print_error(Error{done.error().code, fmt::format("{}: {}", name, done.error().detail)});
            continue;
        }
        print_object(global.style(), {{"resealed", to.string()}, {"recipients", recipients->size()}});
    }
    return exit_code;
}

} // namespace

Result<Bytes> read_archive(const std::string& file, const std::string& identity_file)
{
    auto archive = read_whole(file);
    if (!archive || !as_text(*archive).starts_with("age-encryption.org/")) return archive;
    if (identity_file.empty())
        return Error{
            Errc::invalid_argument,
            fmt::format("{}: still encrypted; open it first: age -d -i KEY {} | stillwatch evidence verify -",
                        file, file)};
    const auto identities = identities_in(identity_file);
    if (!identities) return identities.error();
    Bytes clear;
    const auto opened = vault::open_age(*archive, *identities, [&clear](ByteView part) -> Result<void> {
        clear.insert(clear.end(), part.begin(), part.end());
        return {};
    });
    if (!opened) return opened.error();
    return clear;
}

void add_open_commands(Program program, Command group)
{
    auto file = std::make_shared<std::string>();
    auto identity = std::make_shared<std::string>();
    const auto open = group.add_subcommand(
        "open",
        "Opens a sealed package on the machine where a private key is, to standard output: stillwatch "
        "evidence open FILE --identity KEY | stillwatch evidence verify -");
    open.add_option("file", *file, "The sealed package").required();
    open.add_option("--identity", *identity, "The file with the private key, as age-keygen made it")
        .required();
    open.callback([program, file, identity]() mutable {
        if (const auto opened = open_to_output(*file, *identity); !opened)
            program.exit_code = print_error(opened.error());
    });

    auto options = std::make_shared<ResealOptions>();
    const auto again = group.add_subcommand(
        "reseal",
        "Seals packages to other recipients, on the machine where a private key is; new files of the "
        "same names");
    again.add_option("files", options->files, "Sealed packages").required();
    again.add_option("--identity", options->identity, "The file with a private key that opens them")
        .required();
    again.add_option(
        "--to", options->recipients,
        "Who is to open them, \"age1…\"; may be given more than once. Without it the recipients of the "
        "configuration");
    again.add_option("--into", options->directory, "The folder for the new files").required();
    again.callback(
        [program, options]() mutable { program.exit_code = reseal_all(program.global, *options); });
}

} // namespace stillwatch::cli
