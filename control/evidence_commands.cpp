#include "control/audit_tree.hpp"
#include "control/forms.hpp"
#include "core/ascii.hpp"
#include "evidence/unstamped.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

// The commands about sealed packages.
namespace stillwatch::control {

namespace {

constexpr std::size_t part_bytes = 512U << 10U; // of one reply

// Only what the recorder names so: no path, nothing hidden, nothing half written.
bool is_package_name(std::string_view name)
{
    const auto plain = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; };
    return name.size() <= 200 && !name.starts_with('.') &&
           (name.ends_with(".wacz.age") || name.ends_with(".tar.age")) && std::ranges::all_of(name, plain);
}

struct Part {
    Bytes bytes;
    std::int64_t size = 0; // of the whole file
};

Result<Part> read_part(const std::filesystem::path& file, std::int64_t offset)
{
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return Error{errno == ENOENT ? Errc::not_found : Errc::io,
                     fmt::format("package {}: {}", file.filename().string(), std::strerror(errno))};
    struct stat status {};
    Part part;
    part.bytes.resize(part_bytes);
    const bool is_file = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    const auto size = is_file ? ::pread(descriptor, part.bytes.data(), part.bytes.size(), offset) : -1;
    (void)::close(descriptor); // opened for reading only
    if (size < 0) return Error{Errc::io, fmt::format("package {} cannot be read", file.filename().string())};
    part.bytes.resize(static_cast<std::size_t>(size));
    part.size = status.st_size;
    return part;
}

// Of a finding's packages the first.
std::string package_of(const json::value& finding)
{
    const auto* object = finding.if_object();
    if (!object) return {};
    if (auto own = text_member(*object, "evidence_file"); own && !own->empty()) return *own;
    const auto* places = object->if_contains("occurrences");
    if (!places || !places->is_array()) return {};
    for (const auto& place : places->get_array())
        if (const auto* each = place.if_object())
            if (auto file = text_member(*each, "evidence_file"); file && !file->empty()) return *file;
    return {};
}

} // namespace

Result<CommandOutcome> Commands::evidence_key(const json::object&, const store::Actor&)
{
    return done(json::object{{"pem", settings_.signing->verify_key().pem()}});
}

// One part of a sealed package, from `offset`. The first one, which holds the header without which nothing
// opens, is written into the audit log.
Result<CommandOutcome> Commands::evidence_read(const json::object& arguments, const store::Actor& actor)
{
    auto name = text_argument(arguments, "package");
    if (!name) return name.error();
    const auto offset = number_member(arguments, "offset").value_or(0);
    if (offset < 0) return missing("offset", "a number from 0");
    if (const auto id = finding_number(*name)) {
        const auto number = id->value;
        const auto finding = findings_show({{"id", number}}, actor);
        if (!finding) return finding.error();
        *name = package_of(finding->result);
        if (name->empty())
            return Error{Errc::not_found, fmt::format("finding {} has no evidence yet", number)};
    }
    if (!is_package_name(*name))
        return missing("package", "the number of a finding or the name of a package");
    const auto part = read_part(settings_.evidence_directory / *name, offset);
    if (!part) return part.error();
    if (offset == 0)
        if (const auto noted = cases_.append_audit(actor, "evidence.get", *name); !noted)
            return noted.error();
    json::object told{{"bytes", to_hex(part->bytes)}, {"file", *name}, {"size", part->size}};
    if (offset == 0)
        if (const auto added = add_stamps(told, *name); !added) return added.error();
    return done(std::move(told));
}

// What stands beside a package: how it is about its time, the file of its stamps, and that the log has their
// line.
Result<void> Commands::add_stamps(json::object& told, const std::string& package) const
{
    const auto& directory = settings_.evidence_directory;
    const auto beside = [&](std::string_view suffix) { return directory / (package + std::string(suffix)); };
    const auto read = evidence::stamps_beside(directory, package);
    if (!read) { // the package is whole all the same
        told["time_stamp"] = "damaged: " + to_string(read.error());
        return {};
    }
    const auto& file = *read;
    if (!file) {
        std::error_code ignored; // what cannot be looked at does not wait
        const bool waits = settings_.has_time_authority &&
                           std::filesystem::exists(beside(evidence::unstamped_suffix), ignored);
        told["time_stamp"] = waits ? "pending" : "none";
        return {};
    }
    told["time_stamp"] = "stamped";
    told["stamp"] = evidence::render_stamp_file(*file); // its very bytes: no other spelling is read
    if (file->stamps.empty()) return {};
    const auto line = store::EvidenceTable(cases_).line_of_stamp(file->stamps.back().root);
    if (!line) return {}; // an older log was restored: the stamp holds without it
    const auto proof = prove_line(cases_, line->seq, *settings_.signing);
    if (!proof) return proof.error();
    told["log"] = json::serialize(*proof) + "\n";
    return {};
}

} // namespace stillwatch::control
